// Parameters of typed equations as sliders: they act in the race that runs, and a link repeats it.

import { untilLinked } from './link.mjs';

const until = (page, wanted, arg) => page.waitForFunction(wanted, arg, { timeout: 30_000 });
const moving = (page) =>
  until(page, () => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '')) > 0);

const EXPERIMENT = {
  schema: 1,
  problem: {
    id: 'pde.system',
    params: {
      dimension: '1',
      n: 64,
      equations: 'u_t = D*lap(u) + a*u\nD = 0.01 in [0, 0.02]\na = 0 in [-1, 1]\nu(0) = sin(pi*x)\nall: u = 0',
    },
  },
  runs: [
    { method: 'pde.rk4', params: { dt: 0.002 } },
    { method: 'pde.crank-nicolson', params: { dt: 0.01 } },
  ],
  stop: { until: 500, max_steps: 1_000_000 },
};

const PLATE = {
  schema: 1,
  problem: { id: 'pde.system', params: { dimension: '2', n: 32, equations: 'u_t = 0.001*lap(u)\nu(0) = 0\nall: u = 0' } },
  runs: [
    { method: 'pde.euler', params: { dt: 0.01 } },
    { method: 'pde.crank-nicolson', params: { dt: 0.05 } },
  ],
  stop: { until: 5000, max_steps: 1_000_000 },
  view: { series: 'max' },
};

/** The runs of an experiment's changes of one key, in order. */
const changed = (experiment, key) => (experiment?.changes ?? []).filter((c) => c.key === key).map((c) => c.run);

export const tests = [
  {
    name: 'a slider of the equations acts in all runs, and the link repeats it',
    run: async ({ page, url, assert, browser }) => {
      await page.goto(`${url}#${encodeURIComponent(JSON.stringify(EXPERIMENT))}`);
      await moving(page);
      const slider = page.locator('[id="l-equations.a"]');
      assert.equal(await slider.inputValue(), '0');
      assert.equal(await page.locator('[id="l-equations.D"]').inputValue(), '0.01');
      await slider.fill('0.75');
      await untilLinked(page, (e) => changed(e, 'equations.a').length > 0);
      // The race went on: it is no other experiment, and the text is that of the start.
      assert.match(await page.locator('[id="p-equations"]').inputValue(), /a = 0 in/);
      const address = page.url();
      await page.getByRole('button', { name: 'Reset (r)' }).click();
      await until(page, () => document.querySelector('[id="l-equations.a"]').value === '0');
      // At the start another value is another text.
      await slider.fill('0.5');
      await until(page, () => document.querySelector('[id="p-equations"]').value.includes('a = 0.5 in'));
      const other = await browser.newContext();
      const again = await other.newPage();
      await again.goto(address);
      await until(again, () => document.querySelector('[id="l-equations.a"]')?.value === '0.75');
      assert.match(await again.locator('[id="p-equations"]').inputValue(), /a = 0 in/);
      await other.close();
    },
  },
  {
    name: 'a slider that is out of its range says so and changes nothing',
    run: async ({ page, url, assert }) => {
      await page.goto(`${url}#${encodeURIComponent(JSON.stringify(EXPERIMENT))}`);
      await moving(page);
      const slider = page.locator('[id="l-equations.a"]');
      await slider.fill('7');
      await page.locator('.field.wrong, .number.wrong').first().waitFor();
      await slider.fill('-0.25');
      const { changes } = await untilLinked(page, (e) => changed(e, 'equations.a').length > 0);
      assert.ok(changes.every((c) => c.value === -0.25), JSON.stringify(changes));
      assert.equal(await page.locator('.number.wrong').count(), 0);
      assert.equal(await slider.inputValue(), '-0.25');
    },
  },
  {
    name: 'a stroke of the brush adds to the field in all runs, is in the link, and can be undone',
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(`${url}#${encodeURIComponent(JSON.stringify(PLATE))}`);
      await moving(page);
      await page.getByRole('button', { name: 'Paint', exact: true }).click();
      const canvas = page.locator('.cards canvas.strokes').first();
      const box = await canvas.boundingBox();
      const at = (u, v) => [box.x + u * box.width, box.y + v * box.height];
      await page.mouse.move(...at(0.3, 0.4));
      await page.mouse.down();
      await page.mouse.move(...at(0.5, 0.5), { steps: 6 });
      await page.mouse.move(...at(0.7, 0.4), { steps: 6 });
      await page.mouse.up();
      const painted = await untilLinked(page, (e) => [0, 1].every((run) => changed(e, 'brush.u').includes(run)));
      await screenshot('brush');
      // The field is what was painted, in both.
      await until(page, () =>
        [...document.querySelectorAll('.cards .numbers')].every((numbers) => /[1-9]/.test(numbers.children[1].textContent)));
      // With the keys, too.
      await canvas.focus();
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Enter');
      await untilLinked(page, (e) => changed(e, 'brush.u').length > changed(painted, 'brush.u').length);
      await page.getByRole('button', { name: 'Undo the last change' }).click();
      await page.getByRole('button', { name: 'Undo the last change' }).click();
      await untilLinked(page, (e) => changed(e, 'brush.u').length === 0);
    },
  },
];
