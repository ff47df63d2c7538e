// The instrument as a whole: what it says is true, everything is on one screen, and nothing that happens is lost.

const until = (page, wanted, arg) => page.waitForFunction(wanted, arg, { timeout: 30_000 });
const step = (page) =>
  page.evaluate(() => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '') ?? -1));
const moving = (page) =>
  until(page, () => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '')) > 0);
const stopped = (page) => page.getByRole('button', { name: 'Play', exact: true }).waitFor({ timeout: 50_000 });
const link = (url, experiment) => `${url}#${encodeURIComponent(JSON.stringify(experiment))}`;

/** An experiment of Jacobi-like runs, as many as there are values of omega. */
const relaxations = (...omegas) => ({
  schema: 1,
  problem: { id: 'pde.advection-diffusion', params: { n: 32 } },
  runs: omegas.map((omega) => ({ method: 'pde.sor', params: { omega } })),
  stop: { rtol: 0, max_steps: 100_000 },
});
const SIX = relaxations(1.1, 1.2, 1.3, 1.4, 1.5, 1.6);

export const tests = [
  {
    name: 'what a source claims stands beside what is measured',
    run: async ({ page, url, assert }) => {
      const papers = await (await page.request.get(`${url}papers.json`)).json();
      const { methods, preset, claim } = papers.find((p) => p.preset);
      await page.goto(`${url}#preset=${preset}`);
      await moving(page);
      // A preset that a check names shows one of the methods it is about.
      const names = page.locator('.chip-name');
      let found = false;
      for (let i = 0; i < (await names.count()) && !found; i += 1) {
        await names.nth(i).click();
        const method = await page.locator('.editor select').first().inputValue();
        if (methods.includes(method)) {
          await page.getByRole('button', { name: 'The mathematics of this method' }).click();
          await page.locator('.claims tbody tr').first().waitFor();
          await page.locator('.claims').getByText(claim, { exact: true }).first().waitFor();
          found = true;
        } else await page.keyboard.press('Escape');
      }
      assert.ok(found, `${preset} shows none of ${methods}`);
    },
  },
  {
    name: 'formulas hold no entity as text',
    run: async ({ page, url, assert }) => {
      await page.goto(url);
      const wrong = await page.evaluate(async () => {
        const outlines = await (await fetch('catalog.json')).json();
        const found = [];
        for (const { id } of outlines) {
          const math = await (await fetch(`math/${id}.json`)).json();
          for (const [key, markup] of Object.entries(math)) {
            const place = document.createElement('div');
            place.innerHTML = markup;
            if (/&\w+;/.test(place.textContent)) found.push(key);
          }
        }
        return found;
      });
      assert.deepEqual(wrong, []);
    },
  },
  {
    name: 'a worker that is gone is noticed at once, and Reload brings experiment and step back',
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(link(url, relaxations(1.2, 1.5)));
      await until(page, () => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '')) > 60);
      await page.keyboard.press('Space');
      await stopped(page);
      const before = await step(page);
      const hash = new URL(page.url()).hash;
      await page.workers()[0].evaluate(() => self.close());
      await page.getByRole('alert').getByText(/computing part has stopped/).waitFor({ timeout: 2000 });
      assert.equal(await page.locator('.badge').first().textContent(), 'lost');
      await screenshot('worker-lost');
      await page.getByRole('button', { name: 'Reload', exact: true }).click();
      await until(page, (wanted) => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '')) >= wanted, before);
      assert.equal(await step(page), before);
      assert.equal(new URL(page.url()).hash, hash);
      assert.equal(await page.getByRole('alert').count(), 0);
      await page.keyboard.press('Space');
      await until(page, (then) => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '')) > then, before);
    },
  },
  {
    name: 'another family or problem never stands beside the former race',
    run: async ({ page, url, assert }) => {
      await page.goto(url);
      await moving(page);
      await page.evaluate(() => {
        globalThis.mixed = [];
        const look = () => {
          const family = document.querySelector('.tab[aria-current]')?.textContent;
          const headline = document.querySelector('.card .numbers div:nth-child(2) dt')?.textContent ?? '';
          if (family === 'Ranking' && /residual/i.test(headline)) globalThis.mixed.push(headline);
          requestAnimationFrame(look);
        };
        look();
      });
      await page.getByRole('navigation').getByText('Ranking', { exact: true }).click();
      await page.locator('.cards .bar-row').first().waitFor();
      assert.deepEqual(await page.evaluate(() => globalThis.mixed), []);
    },
  },
  {
    name: 'back and forward walk through experiments',
    run: async ({ page, url, assert }) => {
      await page.goto(`${url}#preset=pde.rotating-flow`);
      await moving(page);
      const title = page.locator('.headline h1');
      const first = await title.textContent();
      await page.getByRole('navigation').getByText('Ranking', { exact: true }).click();
      await page.locator('.cards .bar-row').first().waitFor();
      const second = await title.textContent();
      assert.notEqual(second, first);
      await page.goBack();
      await until(page, (wanted) => document.querySelector('.headline h1')?.textContent === wanted, first);
      await page.locator('.cards .picture canvas').first().waitFor();
      await page.goForward();
      await until(page, (wanted) => document.querySelector('.headline h1')?.textContent === wanted, second);
      await page.locator('.cards .bar-row').first().waitFor();
    },
  },
  {
    name: 'a notice goes when what it says no longer holds',
    run: async ({ page, url, assert }) => {
      await page.goto(`${url}#preset=no.such`);
      await page.getByRole('alert').getByText(/there is no preset/).waitFor();
      await page.locator('.preset').nth(1).click();
      await until(page, () => !document.querySelector('[role=alert]'));
      assert.ok((await page.locator('.chip').count()) > 0);
    },
  },
  {
    name: 'six runs fit on one screen: problem, methods, pictures and a chart of 220 pixels',
    context: { viewport: { width: 1280, height: 720 } },
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(link(url, SIX));
      await moving(page);
      await page.waitForTimeout(800);
      const seen = await page.evaluate(() => {
        const box = (selector) => [...document.querySelectorAll(selector)].map((e) => e.getBoundingClientRect().toJSON());
        const stage = document.querySelector('.stage');
        return {
          scrolls: stage.scrollHeight > stage.clientHeight + 1,
          title: box('.headline h1'),
          chips: box('.chip'),
          cards: box('.card:not(.small-card)'),
          pictures: box('.card:not(.small-card) .picture'),
          chart: box('.chart'),
          names: [...document.querySelectorAll('.chip-name span')].map((e) => [e.textContent, e.scrollWidth > e.clientWidth]),
        };
      });
      assert.equal(seen.scrolls, false, 'the stage scrolls');
      assert.equal(seen.chips.length, 6);
      assert.equal(seen.cards.length, 6);
      for (const box of [...seen.title, ...seen.chips, ...seen.cards, ...seen.chart]) {
        assert.ok(box.top >= 0 && box.bottom <= 720 && box.left >= 0 && box.right <= 1280, JSON.stringify(box));
      }
      assert.ok(seen.pictures.every((p) => p.height >= 80 && p.width >= 100), JSON.stringify(seen.pictures));
      assert.ok(seen.chart[0].height >= 220, `${seen.chart[0].height} px of chart`);
      assert.deepEqual(seen.names.map(([name]) => name), [1.1, 1.2, 1.3, 1.4, 1.5, 1.6].map((w) => `SOR ω ${w}`));
      assert.ok(seen.names.every(([, cut]) => !cut), 'a name is cut');
      await screenshot('six-1280');
      // The splitter gives the pictures more, by keys too, and the chart keeps its least height.
      await page.getByRole('separator').focus();
      for (let i = 0; i < 12; i += 1) await page.keyboard.press('ArrowDown');
      const chart = await page.locator('.chart').boundingBox();
      assert.ok(chart.height >= 220 && chart.height < seen.chart[0].height, `${chart.height}`);
    },
  },
  {
    name: 'methods are added, hidden, duplicated and removed above the pictures',
    run: async ({ page, url, assert }) => {
      await page.goto(link(url, relaxations(1.2, 1.5)));
      await moving(page);
      const cards = page.locator('.cards article');
      assert.equal(await cards.count(), 2);
      await page.getByRole('button', { name: 'Hide SOR ω 1.2' }).click();
      await until(page, () => document.querySelectorAll('.cards article').length === 1);
      await page.getByRole('button', { name: 'Show SOR ω 1.2' }).click();
      await until(page, () => document.querySelectorAll('.cards article').length === 2);
      await page.locator('.chip-name').first().click();
      await page.getByRole('button', { name: 'Duplicate' }).click();
      await until(page, () => document.querySelectorAll('.cards article').length === 3);
      await page.locator('.editor').getByRole('button', { name: 'Remove' }).click();
      await until(page, () => document.querySelectorAll('.cards article').length === 2);
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.locator('.menu-list').getByText('Jacobi', { exact: true }).click();
      await until(page, () => document.querySelectorAll('.cards article').length === 3);
      await page.keyboard.press('Escape');
      assert.equal(await page.locator('.editor').count(), 0);
      await page.getByRole('button', { name: 'Undo the last change' }).click();
      await until(page, () => document.querySelectorAll('.cards article').length === 2);
    },
  },
  {
    name: 'the form is a drawer that stays as it was left',
    run: async ({ page, url, assert }) => {
      await page.goto(url);
      await moving(page);
      assert.ok(await page.locator('.drawer').isVisible());
      await page.getByRole('button', { name: 'Close the settings' }).click();
      assert.ok(!(await page.locator('.drawer').isVisible()));
      await page.reload();
      await moving(page);
      assert.ok(!(await page.locator('.drawer').isVisible()));
      await page.keyboard.press('f');
      assert.ok(await page.locator('.drawer').isVisible());
    },
  },
  {
    name: 'the chart is read by keyboard, point by point, and spoken',
    run: async ({ page, url, assert }) => {
      await page.goto(link(url, relaxations(1.2, 1.5)));
      await moving(page);
      await page.keyboard.press('Space');
      await stopped(page);
      await page.locator('.chart .plot-over').focus();
      await page.keyboard.press('ArrowRight');
      const at = () => page.locator('.chart .tooltip p').first().textContent();
      const first = await at();
      await page.keyboard.press('ArrowRight');
      assert.notEqual(await at(), first);
      const spoken = await page.locator('.chart .visually-hidden').textContent();
      assert.match(spoken, /step \d+: SOR ω 1\.2 .*, SOR ω 1\.5/);
    },
  },
  {
    name: 'a run at its limit is given more steps, one that failed leads back',
    timeout: 90_000,
    run: async ({ page, url, assert }) => {
      const short = { ...relaxations(1.2), stop: { rtol: 0, max_steps: 40 } };
      await page.goto(link(url, short));
      await page.getByText('step limit', { exact: true }).waitFor();
      await page.getByRole('button', { name: '+5,000' }).click();
      await until(page, () => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '')) > 60);
    },
  },
];
