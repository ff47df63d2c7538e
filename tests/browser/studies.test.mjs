// Many runs of one experiment and many problems for some methods: seeds and profiles, with the numbers of the command line.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { untilLinked } from './link.mjs';

const until = (page, wanted, arg) => page.waitForFunction(wanted, arg, { timeout: 60_000 });
const moving = (page) =>
  until(page, () => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '')) > 0);
const link = (url, experiment) => `${url}#${encodeURIComponent(JSON.stringify(experiment))}`;
const study = async (page, name) => {
  await page.locator('.tabs').getByRole('button', { name: 'Studies', exact: true }).click();
  await page.locator('.tabs').getByRole('button', { name, exact: true }).click();
};

/** The answer as a file. */
async function saved(page, label) {
  const menu = page.getByRole('button', { name: 'Save the answer' });
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    (async () => {
      await menu.click();
      await page.getByRole('button', { name: label, exact: true }).click();
    })(),
  ]);
  const text = Buffer.concat(await (await file.createReadStream()).toArray()).toString();
  return { name: file.suggestedFilename(), text };
}

/** The rows of a CSV without its seconds, which are each machine's own. */
function withoutSeconds(text) {
  const rows = text.trim().split('\n').map((line) => line.match(/("([^"]|"")*"|[^,]*)(,|$)/g).map((cell) => cell.replace(/,$/, '')));
  let own = [];
  return rows.map((row) => {
    if (row.some((cell) => cell === 'method')) own = row.flatMap((cell, k) => (cell.startsWith('seconds') ? [k] : []));
    return row.includes('seconds') && row[1] === 'seconds' ? [] : row.filter((_, k) => !own.includes(k));
  });
}

const KACZMARZ = {
  schema: 1,
  seed: 3,
  problem: { id: 'pde.poisson', params: { n: 6 } },
  runs: [{ method: 'pde.kaczmarz', params: { order: 'weighted' } }, { method: 'pde.cg' }],
  stop: { max_steps: 4000, rtol: 1e-3 },
};

export const gpu = 'off';

export const tests = [
  {
    name: 'seeds have medians, bands and intervals, the numbers of the command line, and open their runs',
    timeout: 120_000,
    run: async ({ page, url, assert, screenshot, native }) => {
      await page.goto(link(url, KACZMARZ));
      await moving(page);
      await study(page, 'Seeds');
      const count = page.getByLabel('seeds', { exact: true });
      await count.fill('12');
      await count.press('Tab');
      await page.getByRole('button', { name: 'Run the seeds' }).click();
      await until(page, () => document.querySelectorAll('.answer svg [data-open]').length >= 24);
      await page.getByRole('button', { name: 'Run the seeds' }).waitFor();
      assert.ok((await page.locator('.answer svg polygon.band').count()) >= 2);
      assert.match(await page.locator('.answer').textContent(), /12 seeds, 3 to 14.*Every seed gives the same run of Conj/s);
      await screenshot('seeds');
      const folder = await mkdtemp(path.join(tmpdir(), 'seeds-'));
      try {
        const file = path.join(folder, 'e.json');
        await writeFile(file, JSON.stringify(KACZMARZ));
        const csv = await saved(page, 'Table (CSV)');
        assert.equal(csv.name, 'seeds.csv');
        assert.deepEqual(withoutSeconds(csv.text), withoutSeconds(await native('seeds', file, '--count', '12')));
      } finally {
        await rm(folder, { recursive: true });
      }
      const latex = await saved(page, 'Table (LaTeX)');
      assert.match(latex.text, /\\begin\{tabular\}\{llr+\}\n\s+\\toprule/);
      // A point opens the experiment with its seed, and what was found stays.
      await page.locator('.answer svg [data-open]').nth(4).dispatchEvent('click');
      const opened = await untilLinked(page, (e) => e.seed === 7);
      assert.equal(opened.runs.length, 2);
      // A number that cannot be is refused in words; one that takes long can be ended.
      await count.fill('1');
      await count.press('Tab');
      await page.getByRole('button', { name: 'Run the seeds' }).click();
      await page.getByText('the number of seeds must be between 2 and 1000').waitFor();
      await count.fill('900');
      await count.press('Tab');
      await page.getByRole('button', { name: 'Run the seeds' }).click();
      await page.locator('.answer svg').first().waitFor();
      await page.getByRole('button', { name: 'Cancel', exact: true }).click();
      await page.getByRole('button', { name: 'Run the seeds' }).waitFor();
      assert.equal(await page.locator('[role=alert]').count(), 0);
    },
  },
  {
    name: 'a profile compares the methods of a race over chosen problems',
    timeout: 120_000,
    run: async ({ page, url, assert, screenshot, native }) => {
      const race = (n, max_steps) => ({
        schema: 1,
        problem: { id: 'pde.poisson', params: { n } },
        runs: [{ method: 'pde.gauss-seidel' }, { method: 'pde.cg' }],
        stop: { rtol: 1e-6, max_steps },
      });
      await page.goto(link(url, race(12, 3000)));
      await moving(page);
      await study(page, 'Profile');
      const boxes = page.locator('.choices input');
      // The presets of the family come with the form.
      await boxes.nth(5).waitFor();
      for (const box of await boxes.all()) await box.uncheck();
      assert.ok(await page.getByRole('button', { name: 'Compare', exact: true }).isDisabled(), 'of no problem there is no profile');
      await boxes.first().check();
      await page.getByRole('button', { name: 'Compare', exact: true }).click();
      await until(page, () => document.querySelectorAll('.answer svg').length === 3);
      assert.match(await page.locator('.answer').textContent(), /2 methods on 1 problem/);
      const folder = await mkdtemp(path.join(tmpdir(), 'profile-'));
      try {
        const files = [['the problem shown', race(12, 3000)]].map(([name, e]) => [path.join(folder, `${name}.json`), e]);
        for (const [file, e] of files) await writeFile(file, JSON.stringify(e));
        const csv = await saved(page, 'Table (CSV)');
        assert.deepEqual(
          withoutSeconds(csv.text).filter((row) => !row.includes('seconds')),
          withoutSeconds(await native('profile', files[0][0])).filter((row) => !row.includes('seconds')),
        );
      } finally {
        await rm(folder, { recursive: true });
      }
      // The answer has taken the place of the list, which opens again.
      await page.locator('.answers summary', { hasText: '1 of ' }).click();
      const wanted = page.locator('.choices label', { hasText: 'Poisson' });
      await wanted.first().locator('input').check();
      await page.getByRole('button', { name: 'Compare', exact: true }).click();
      await until(page, () => /2 methods on 2 problems/.test(document.querySelector('.answer')?.textContent));
      await page.getByRole('button', { name: 'Compare', exact: true }).waitFor();
      await screenshot('profile');
      const svg = await saved(page, 'Picture (SVG)');
      assert.ok(svg.name === 'profile.svg' && svg.text.startsWith('<svg xmlns='), svg.name);
      // What belongs to another kind of study goes with it.
      await page.locator('.tabs').getByRole('button', { name: 'Sweep', exact: true }).click();
      assert.equal(await page.locator('.answer svg').count(), 0);
    },
  },
  {
    name: 'fields are seen as surfaces, turned by keys; a flow has arrows and streamlines',
    timeout: 90_000,
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(`${url}#preset=pde.driven-cavity`);
      await moving(page);
      await page.getByRole('button', { name: 'Pause', exact: true }).click();
      const scale = page.getByRole('button', { name: 'Colours and range' });
      const over = page.locator('.cards .card').first().locator('canvas.contours');
      /** What is drawn: how many pixels of the canvas are not empty, and a sum that tells pictures apart. */
      const drawn = (canvas) => canvas.evaluate((c) => {
        const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
        let [count, sum] = [0, 0];
        for (let i = 0; i < data.length; i += 4) {
          if (data[i + 3] > 0) count += 1;
          sum = (sum * 31 + data[i] + data[i + 1] * 3) % 1_000_003;
        }
        return { count, sum, part: count / (c.width * c.height) };
      });
      assert.equal((await drawn(over)).count, 0);
      await scale.click();
      await page.getByLabel('Flow over the field').selectOption('arrows');
      await until(page, () => document.querySelector('.cards canvas.contours').width > 10);
      const arrows = await drawn(over);
      assert.ok(arrows.part > 0.01 && arrows.part < 0.6, JSON.stringify(arrows));
      await page.getByLabel('Flow over the field').selectOption('streamlines');
      const lines = await drawn(over);
      assert.ok(lines.part > 0.01 && lines.sum !== arrows.sum, JSON.stringify(lines));
      await screenshot('streamlines');
      await page.getByText('As a surface').click();
      const layer = page.locator('.cards .turn').first();
      await layer.waitFor();
      await scale.click();
      const canvas = page.locator('.cards .card').first().locator('.fit > canvas').first();
      const before = await drawn(canvas);
      assert.ok(before.part > 0.1 && before.part < 0.95, JSON.stringify(before));
      await layer.focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowUp');
      await page.waitForTimeout(100);
      assert.notEqual((await drawn(canvas)).sum, before.sum);
      await screenshot('surface');
      // It is remembered, and a field of another problem without a flow has no choice of one.
      await page.goto(`${url}#preset=pde.poisson`);
      await page.reload();
      await moving(page);
      await page.locator('.cards .turn').first().waitFor();
      await page.getByRole('button', { name: 'Colours and range' }).click();
      assert.ok(!(await page.getByLabel('Flow over the field').isVisible()));
      await page.getByText('As a surface').click();
      await page.locator('.cards .strokes').first().waitFor();
    },
  },
];
