// What the instrument is set up with and asked: remedies, components, sweeps, plots of curves, simulated time.

import { untilLinked } from './link.mjs';

const until = (page, wanted, arg) => page.waitForFunction(wanted, arg, { timeout: 30_000 });
const moving = (page) =>
  until(page, () => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '')) > 0);
const stopped = (page) => page.getByRole('button', { name: 'Play', exact: true }).waitFor({ timeout: 50_000 });
const link = (url, experiment) => `${url}#${encodeURIComponent(JSON.stringify(experiment))}`;
const square = (runs, stop) => ({
  schema: 1,
  problem: { id: 'pde.advection-diffusion', params: { n: 32 } },
  runs,
  ...(stop ? { stop } : {}),
});

export const tests = [
  {
    name: 'what diverges is told so on its chip, and one click sets what theory proposes; undo takes it back',
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(`${link(url, square([{ method: 'pde.sor', params: { omega: 2.1 } }]))}&autoplay=0`);
      const chip = page.locator('.chip .remedy');
      await chip.waitFor();
      const proposed = await chip.textContent();
      assert.match(proposed, /^Set ω to 1\.\d+$/);
      await page.keyboard.press('Space');
      await page.getByText('diverged', { exact: true }).waitFor();
      await screenshot('remedy');
      await page.locator('.ending').getByRole('button', { name: proposed, exact: true }).click();
      await page.getByText('converged', { exact: true }).waitFor();
      assert.equal(await page.locator('.remedy').count(), 0, 'there is nothing more to propose');
      await untilLinked(page, (e) => `Set ω to ${e.runs[0].params?.omega}` === proposed);
      await page.getByRole('button', { name: 'Undo the last change' }).click();
      await page.getByText('diverged', { exact: true }).waitFor();
      await untilLinked(page, (e) => e.runs[0].params?.omega === 2.1);
    },
  },
  {
    name: 'what went wrong on the way goes on from its best step with what theory proposes',
    run: async ({ page, url, assert }) => {
      const spoilt = {
        ...square([{ method: 'pde.sor', params: { omega: 1.2 } }]),
        changes: [{ run: 0, step: 40, key: 'omega', value: 2.1 }],
      };
      await page.goto(link(url, spoilt));
      await page.getByText('diverged', { exact: true }).waitFor();
      await page.locator('.ending').getByRole('button', { name: /^Continue from step \d+ with it$/ }).click();
      await page.getByText('converged', { exact: true }).waitFor();
      const { changes } = await untilLinked(page, (e) => e.changes?.length > 0 && e.changes.at(-1).value < 2);
      const last = changes.at(-1);
      assert.ok(last.key === 'omega' && last.value < 2 && last.step >= 30, JSON.stringify(last));
    },
  },
  {
    name: 'a run that met its limit is told how it would have gone faster',
    run: async ({ page, url, assert }) => {
      await page.goto(link(url, square([{ method: 'pde.sor', params: { omega: 1 } }], { rtol: 1e-8, max_steps: 50 })));
      await page.locator('.advice').getByRole('button', { name: /^Set ω to 1\.8/ }).click();
      await until(page, () => Number(document.querySelector('.numbers dd')?.textContent) <= 50);
      await untilLinked(page, (e) => e.runs[0].params?.omega > 1.7);
    },
  },
  {
    name: 'what is looked at stays in the link',
    run: async ({ page, url, assert }) => {
      await page.goto(link(url, square([{ method: 'pde.cg' }])));
      await moving(page);
      await page.locator('.toolbar').getByRole('button', { name: 'residual', exact: true }).click();
      const { view } = await untilLinked(page, (e) => e.view);
      assert.deepEqual(view, { picture: 'residual' });
      await page.reload();
      await moving(page);
      const pressed = page.locator('.toolbar [aria-pressed="true"]');
      assert.equal(await pressed.textContent(), 'residual');
    },
  },
  {
    name: 'a component is chosen with its own parameters below it, and no name in the form is cut',
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(link(url, square([{ method: 'pde.cg' }, { method: 'pde.cg' }])));
      await moving(page);
      await page.locator('.chip-name').nth(1).click();
      const choice = page.locator('.editor').getByLabel('Preconditioner', { exact: true });
      await choice.selectOption('ssor');
      await page.locator('.editor .depth-1').getByLabel('Relaxation').waitFor();
      await screenshot('component');
      const labels = await page.locator('.editor .field > label').evaluateAll((all) =>
        all.map((label) => {
          const range = document.createRange();
          range.selectNodeContents(label);
          // A word that was cut in two stands in more lines than it has words.
          return [label.textContent, range.getClientRects().length, label.textContent.split(' ').length];
        }));
      assert.ok(labels.length >= 3 && labels.every(([, lines, words]) => lines <= words), JSON.stringify(labels));
      await until(page, () => [...document.querySelectorAll('.chip-name span')].some((e) => /SSOR/.test(e.textContent)));
      await untilLinked(page, (e) => e.runs[1].params?.preconditioner === 'ssor');
      // It is the preconditioned method that runs: far fewer steps.
      await page.locator('.badge.good').nth(1).waitFor();
      const steps = await page.locator('.cards .numbers div:first-child dd').allTextContents();
      assert.ok(Number(steps[1]) < 0.6 * Number(steps[0]), `${steps}`);
    },
  },
  {
    name: 'a sweep is drawn, opened by a click, and kept when it is cancelled',
    timeout: 120_000,
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(link(url, square([{ method: 'pde.sor', params: { omega: 1.5 } }])));
      await moving(page);
      await page.getByRole('button', { name: 'Studies', exact: true }).click();
      await page.getByLabel('What varies', { exact: true }).selectOption('runs[0].omega');
      const fields = page.locator('.sweep-axis').first().locator('input[type="text"]');
      for (const [i, value] of ['1', '1.9', '7'].entries()) {
        await fields.nth(i).fill(value);
        await fields.nth(i).press('Tab');
      }
      await page.getByRole('button', { name: 'Run the sweep' }).click();
      await until(page, () => document.querySelectorAll('.answer svg [data-open]').length >= 7);
      await page.getByRole('button', { name: 'Run the sweep' }).waitFor();
      await screenshot('sweep');
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        (async () => {
          await page.getByRole('button', { name: 'Save the answer' }).click();
          await page.getByRole('button', { name: 'Table (CSV)' }).click();
        })(),
      ]);
      const rows = Buffer.concat(await (await file.createReadStream()).toArray()).toString().trim().split('\n');
      assert.ok(rows.length >= 8, rows.join('\n'));
      // A point opens its run.
      await page.locator('.answer svg [data-open]').last().dispatchEvent('click');
      await untilLinked(page, (e) => e.runs[0].params?.omega > 1.8);
      await page.getByRole('button', { name: 'Convergence', exact: true }).click();
      // A long one that is cancelled can be taken away as far as it came.
      await page.getByRole('button', { name: 'Studies', exact: true }).click();
      await page.getByLabel('What else varies', { exact: true }).selectOption('problem.n');
      const more = page.locator('.sweep-axis').nth(1).locator('input[type="text"]');
      for (const [i, value] of ['40', '200', '40'].entries()) {
        await more.nth(i).fill(value);
        await more.nth(i).press('Tab');
      }
      await page.getByRole('button', { name: 'Run the sweep' }).click();
      await page.locator('.answer table tr, .answer svg').first().waitFor();
      await page.getByRole('button', { name: 'Cancel', exact: true }).click();
      const [part] = await Promise.all([
        page.waitForEvent('download'),
        (async () => {
          await page.getByRole('button', { name: 'Save the answer' }).click();
          await page.getByRole('button', { name: 'Table (CSV)' }).click();
        })(),
      ]);
      assert.match(part.suggestedFilename(), /^sweep\.csv$/);
      assert.equal(await page.locator('[role=alert]').count(), 0);
    },
  },
  {
    name: 'fields of one coordinate are curves, with axes and a value under the pointer',
    run: async ({ page, url, assert, screenshot }) => {
      const heat = {
        schema: 1,
        problem: { id: 'pde.system', params: { dimension: '1', n: 64, equations: 'u_t = 0.1*lap(u); u(0) = sin(pi*x)' } },
        runs: [{ method: 'pde.crank-nicolson', params: { dt: 0.002 } }],
        stop: { until: 0.1 },
      };
      await page.goto(link(url, heat));
      await moving(page);
      const canvas = page.locator('.cards .plot-kind .fit > canvas').first();
      await canvas.waitFor();
      await stopped(page);
      const [run, wide] = await canvas.evaluate((c) => {
        const { data, width, height } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
        // The first run's colour, #0072b2.
        const columns = new Set();
        let count = 0;
        for (let i = 0; i < data.length; i += 4) {
          const near = Math.abs(data[i]) < 40 && Math.abs(data[i + 1] - 0x72) < 40 && Math.abs(data[i + 2] - 0xb2) < 40;
          if (near && data[i + 3] > 200) {
            count += 1;
            columns.add((i / 4) % width);
          }
        }
        return [count, columns.size / width, height];
      });
      assert.ok(run > 200 && wide > 0.6, `${run} pixels of the curve over ${wide} of the width`);
      const box = await canvas.boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.locator('.cards .probe').waitFor();
      assert.match(await page.locator('.cards .probe').first().textContent(), /\d/);
      await screenshot('line');
    },
  },
  {
    name: 'two integrators with different steps are seen at the same simulated time',
    timeout: 90_000,
    run: async ({ page, url, assert, screenshot }) => {
      const heat = {
        schema: 1,
        problem: { id: 'pde.heat', params: { n: 24 } },
        runs: [1e-4, 4e-4].map((dt) => ({ method: 'pde.implicit-euler', params: { dt } })),
        stop: { until: 0.4 },
      };
      await page.goto(link(url, heat));
      await until(page, () => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '')) > 400);
      await page.keyboard.press('Space');
      await stopped(page);
      const axis = page.getByRole('button', { name: 'simulated time', exact: true });
      assert.equal(await axis.getAttribute('aria-pressed'), 'true');
      const steps = (await page.locator('.cards .numbers div:first-child dd').allTextContents())
        .map((text) => Number(text.replace(/\D/g, '')));
      // As near as two pictures of a race on its way are.
      assert.ok(Math.abs(steps[0] - 4 * steps[1]) <= Math.max(8, 0.06 * steps[0]), `${steps}`);
      await screenshot('clocks');
      // The chart says the same: at the cursor stands a time, and both have a value there.
      await page.locator('.chart .plot-over').focus();
      for (let i = 0; i < 6; i += 1) await page.keyboard.press('ArrowRight');
      assert.match(await page.locator('.chart .tooltip p').textContent(), /^t = /);
      await page.getByRole('button', { name: 'steps', exact: true }).click();
      await page.locator('.chart .plot-over').focus();
      await page.keyboard.press('ArrowRight');
      assert.match(await page.locator('.chart .tooltip p').textContent(), /^step /);
    },
  },
  {
    name: 'what corrects the whole course at once is seen over its steps, beside what marches',
    run: async ({ page, url, assert }) => {
      await page.goto(`${url}#preset=pde.moving-curve`);
      await moving(page);
      const axis = (name) => page.getByRole('button', { name, exact: true }).getAttribute('aria-pressed');
      assert.deepEqual([await axis('steps'), await axis('simulated time')], ['true', 'false']);
    },
  },
];
