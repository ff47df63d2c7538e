// From a table that somebody pastes to a ranking with intervals; and how the page reads what people bring.

import { untilLinked } from './link.mjs';

const until = (page, wanted, arg) => page.waitForFunction(wanted, arg, { timeout: 30_000 });
const answer = (page) => page.locator('.answers .answer');
const choose = (page, label) => page.getByRole('navigation').getByText(label, { exact: true }).click();

/** Pastes with the keyboard. */
async function paste(page, words) {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate((text) => navigator.clipboard.writeText(text), words);
  await page.keyboard.press('ControlOrMeta+V');
}

/** The whole way: paste, see the ranking, ask how sure it is. */
async function ranked(page, table, names) {
  await paste(page, table);
  for (const name of names) await page.locator('.cards').getByText(name, { exact: true }).first().waitFor();
  await page.getByRole('button', { name: 'Answers', exact: true }).click();
  await until(page, (n) => document.querySelectorAll('.answer tbody tr').length >= n, names.length);
  await answer(page).locator('svg').first().waitFor();
}

/** The roles that stand above the columns. */
const roles = (page) => page.locator('.mapper select').evaluateAll((all) => all.map((s) => s.value));

const MATRIX = ',Ada,Ben,Cleo,Dora\nAda,0,3,2,4\nBen,1,0,3,2\nCleo,2,1,0,3\nDora,1,1,2,0\n';
const SCORES =
  'date,home,away,home_score,away_score\n2024-01-01,Ada,Ben,2,1\n2024-01-02,Ben,Cleo,0,3\n2024-01-03,Cleo,Ada,1,1\n' +
  '2024-01-04,Ben,Ada,2,0\n2024-01-05,Ada,Cleo,0,1\n2024-01-06,Cleo,Ben,1,2\n';
const ORDERS = 'Ada,Ben,Cleo,Dora\nBen,Ada,Dora,Cleo\nAda,Cleo,Ben,Dora\nDora,Ada,Ben,Cleo\nCleo,Ben,Ada,Dora\n';
const HOSTILE = '<img src=x onerror=document.title=1>';

export const gpu = 'off';

export const tests = [
  {
    name: 'a pasted table of wins gives a ranking with intervals in three actions, and a file to take away',
    timeout: 90_000,
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(url);
      await choose(page, 'Ranking');
      await page.getByRole('button', { name: 'Choose a file' }).waitFor();
      await ranked(page, MATRIX, ['Ada', 'Ben', 'Cleo', 'Dora']);
      assert.deepEqual(await roles(page), ['name', 'wins', 'wins', 'wins', 'wins']);
      await screenshot('answers-wide');
      await page.getByRole('button', { name: 'Save the answer' }).click();
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Table (CSV)' }).click(),
      ]);
      assert.equal(file.suggestedFilename(), 'ranking.intervals.csv');
      const rows = await (await file.createReadStream()).toArray();
      const text = Buffer.concat(rows).toString();
      assert.ok(['Ada', 'Ben', 'Cleo', 'Dora'].every((name) => text.includes(name)), text);
      assert.equal(await page.locator('[role=alert]').count(), 0);
    },
  },
  {
    name: 'a pasted table of scores is read as home and away, and its columns can be changed',
    timeout: 90_000,
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(`${url}#preset=ranking.world-cup`);
      await page.getByRole('button', { name: 'Choose a file' }).waitFor();
      assert.equal(await page.locator('.mapper select').count(), 0, 'a sample is not asked about');
      await ranked(page, SCORES, ['Ada', 'Ben', 'Cleo']);
      assert.deepEqual(await roles(page), ['date', 'home', 'away', 'first-score', 'second-score']);
      await page.locator('.mapper').getByText('Rows read: 6 (6 games between 3 items)').waitFor();
      await screenshot('mapper');
      // The scores were bids to lose: the other way round.
      await page.getByLabel('Column 4 home_score').selectOption('second-score');
      // Two columns with one role do not read, and the panel stays.
      await page.getByRole('alert').filter({ hasText: 'two columns are `second-score`' }).first().waitFor();
      assert.equal(await page.locator('.mapper select').count(), 5);
      await page.getByLabel('Column 5 away_score').selectOption('first-score');
      await until(page, () => !document.querySelector('[role=alert]'));
      await untilLinked(page, (e) => /header;date,home,away,second-score,first-score/.test(JSON.stringify(e)));
      await page.getByRole('button', { name: 'Guess again' }).click();
      await until(page, () => document.querySelectorAll('.mapper select')[3]?.value === 'first-score');
      await untilLinked(page, (e) => !/columns/.test(JSON.stringify(e)));
      assert.deepEqual(await roles(page), ['date', 'home', 'away', 'first-score', 'second-score']);
    },
  },
  {
    name: 'rows that were left out are named with their line, and a table that does not read is shown with its mistake',
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(`${url}#preset=ranking.world-cup`);
      await page.getByRole('button', { name: 'Choose a file' }).waitFor();
      await paste(page, 'winner,loser,count\nAda,Ben,2\nBen,Ada,0\nBen,Cleo,1\nCleo,Ada,1\n');
      await page.getByText('Rows left out: 1').click();
      await page.locator('.mapper').getByText('line 3').waitFor();
      await paste(page, 'winner,loser,count\nAda,Ben,2\nBen,Ada,many\n');
      await page.getByRole('alert').filter({ hasText: 'line 3' }).first().waitFor();
      // Wherever the form stood, it shows what became of the data.
      await until(page, () => {
        const alert = document.querySelector('.data [role=alert]')?.getBoundingClientRect();
        return alert && alert.top >= 0 && alert.bottom <= innerHeight;
      });
      await page.locator('.mapper').getByText('many', { exact: true }).waitFor();
      assert.deepEqual(await roles(page), ['winner', 'loser', 'count']);
      await screenshot('mapper-wrong');
    },
  },
  {
    name: 'a table that is pasted into the box is used at once',
    run: async ({ page, url, assert }) => {
      await page.goto(`${url}#preset=ranking.world-cup`);
      await page.getByRole('button', { name: 'Paste text' }).click();
      const box = page.getByLabel('Data as text');
      assert.match(await box.getAttribute('placeholder'), /^winner,loser/);
      await box.focus();
      await paste(page, MATRIX);
      await page.locator('.cards').getByText('Dora', { exact: true }).first().waitFor();
      assert.equal(await box.count(), 0);
    },
  },
  {
    name: 'pasted orders are ranked too',
    timeout: 90_000,
    run: async ({ page, url, assert, screenshot }) => {
      const spec = { schema: 1, problem: { id: 'ranking.orders', data: { name: 'a.csv', text: ORDERS } }, runs: [{ method: 'ranking.newman' }] };
      await page.goto(`${url}#${encodeURIComponent(JSON.stringify(spec))}`);
      await page.getByRole('button', { name: 'Paste text' }).click();
      assert.match(await page.getByLabel('Data as text').getAttribute('placeholder'), /^Ada,Ben,Cleo/);
      await page.getByRole('button', { name: 'Paste text' }).click();
      await paste(page, ORDERS.replaceAll('Dora', 'Dan'));
      await page.locator('.cards').getByText('Dan', { exact: true }).first().waitFor();
      assert.deepEqual(await roles(page), ['ranked', 'ranked', 'ranked', 'ranked']);
      await screenshot('orders');
    },
  },
  {
    name: 'names that are markup stay text in the answers, and an unknown name is an error at its field',
    timeout: 90_000,
    run: async ({ page, url, assert }) => {
      await page.goto(`${url}#preset=ranking.world-cup`);
      await page.getByRole('button', { name: 'Choose a file' }).waitFor();
      await ranked(page, MATRIX.replaceAll('Ada', HOSTILE), [HOSTILE, 'Ben']);
      assert.ok((await answer(page).textContent()).includes(HOSTILE));
      await page.getByLabel('Question').selectOption('ranking.pair');
      const field = page.locator('.answers .field').filter({ hasText: 'First' });
      await field.locator('input').fill('Nobody');
      await field.locator('input').press('Enter');
      await field.getByRole('alert').filter({ hasText: 'Nobody' }).waitFor();
      await field.locator('input').fill(HOSTILE);
      await field.locator('input').press('Enter');
      await until(page, (name) => document.querySelector('.answer')?.textContent.includes(name), HOSTILE);
      assert.equal(await field.getByRole('alert').count(), 0);
      assert.equal(await page.locator('img[src=x]').count(), 0);
      assert.notEqual(await page.title(), '1');
    },
  },
  {
    name: 'a cell of a map opens the experiment behind it',
    timeout: 90_000,
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(`${url}#preset=completion.low-rank-race`);
      await page.locator('.cards canvas').first().waitFor();
      await page.getByRole('button', { name: 'Answers', exact: true }).click();
      const question = page.getByLabel('Question');
      await question.waitFor();
      await question.selectOption('completion.phase-map');
      const cell = page.locator('.answer [data-open]');
      await cell.first().waitFor({ timeout: 60_000 });
      await screenshot('map');
      const before = page.url();
      // The map is drawn anew as it grows: whoever stands on a cell stays there.
      await cell.first().focus();
      await page.locator('.answers .progress.gone').waitFor({ state: 'attached', timeout: 60_000 });
      await page.keyboard.press('Enter');
      await page.waitForURL((now) => now.href !== before);
      const opened = await untilLinked(page, (e) => e.problem.id === 'completion.low-rank');
      assert.equal(opened.runs[0].method, 'completion.als');
      await until(page, () => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '')) > 0);
    },
  },
  {
    name: 'the answers in the dark',
    context: { colorScheme: 'dark', viewport: { width: 1280, height: 820 } },
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(`${url}#preset=ranking.world-cup`);
      await page.getByRole('button', { name: 'Choose a file' }).waitFor();
      await ranked(page, MATRIX, ['Ada']);
      // Names and ink on the panel of the dark: nothing keeps the light page's black.
      const [ink, panel] = await page.evaluate(() => {
        const shown = document.querySelector('.answer svg text');
        return [getComputedStyle(shown).fill, getComputedStyle(document.querySelector('.answers')).backgroundColor];
      });
      const light = (colour) => colour.match(/\d+/g).slice(0, 3).reduce((sum, v) => sum + Number(v), 0);
      assert.ok(light(ink) > light(panel) + 200, `${ink} on ${panel}`);
      await screenshot('answers-dark');
    },
  },
  {
    name: 'the answers can be read and asked on a phone',
    timeout: 90_000,
    context: { viewport: { width: 390, height: 844 }, hasTouch: true },
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(`${url}#preset=ranking.world-cup`);
      await page.locator('.cards .bar-row').first().waitFor();
      await page.getByRole('button', { name: 'Answers', exact: true }).click();
      await answer(page).locator('svg').first().waitFor();
      await page.waitForTimeout(1000);
      await page.locator('.answers').scrollIntoViewIfNeeded();
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 390, `${width} px wide`);
      const inner = await page.evaluate(() => {
        const all = [...document.querySelectorAll('.answers > *, .answer > *')];
        return Math.max(...all.map((e) => e.getBoundingClientRect().right));
      });
      assert.ok(inner <= 390, `the answer is ${inner} px wide`);
      await screenshot('answers-phone');
    },
  },
];
