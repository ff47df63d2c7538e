// The package in dist/npm, in plain HTML of another origin that hosts the package itself.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const npm = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../dist/npm');

/** Serves the package beside the page, as whoever installed it does. */
const install = (page, otherUrl) =>
  page.route(`${otherUrl}npm/*`, async (route) => {
    const body = await readFile(path.join(npm, path.basename(new URL(route.request().url()).pathname)));
    await route.fulfill({ body, contentType: 'text/javascript' });
  });

export const gpu = 'off';

export const tests = [
  {
    name: 'the package brings the element, which plays once it knows where Iterscope lies',
    timeout: 90_000,
    run: async ({ page, url, otherUrl, assert }) => {
      await install(page, otherUrl);
      await page.goto(`${otherUrl}module.html`);
      await page.waitForFunction(() => window.setHome);
      assert.ok(await page.evaluate(() => customElements.get('iter-scope') === window.element), 'the class is exported');
      const figure = page.locator('#figure');
      await figure.getByText('No address of Iterscope').waitFor();
      const refused = await page.evaluate(() => document.getElementById('figure').pause().catch((e) => e.message));
      assert.match(refused, /no address/);
      await page.evaluate((home) => {
        const element = document.getElementById('figure');
        window.heard = [];
        for (const type of ['ready', 'trace', 'stopped']) element.addEventListener(`iterscope-${type}`, () => window.heard.push(type));
        window.setHome(home);
      }, url);
      await page.waitForFunction(() => window.heard.includes('stopped'), null, { timeout: 60_000 });
      assert.equal(await page.evaluate(() => window.heard[0]), 'ready');
      assert.equal(await page.evaluate(() => document.getElementById('figure').reset()), undefined);
    },
  },
  {
    name: 'the front end of a widget shows what its model says and tells it what came of it',
    timeout: 90_000,
    run: async ({ page, url, otherUrl, assert }) => {
      await install(page, otherUrl);
      await page.goto(`${otherUrl}blank.html`);
      const experiment = {
        schema: 1,
        problem: { id: 'ranking.pairwise', data: { name: 'games.csv', text: 'winner,loser\nada,bob\nbob,cy\ncy,ada\nada,cy\n' } },
        runs: [{ method: 'ranking.newman' }],
      };
      await page.evaluate(
        async ([home, experiment]) => {
          const { default: widget } = await import('./npm/anywidget.js');
          const traits = { home, experiment, view: 'chart', height: '300px', autoplay: true };
          const listeners = new Map();
          window.saved = 0;
          window.model = {
            get: (name) => traits[name],
            set: (name, value) => {
              traits[name] = value;
            },
            save_changes: () => {
              window.saved += 1;
            },
            on: (name, listener) => listeners.set(name, listener),
            off: (name) => listeners.delete(name),
          };
          window.change = (name, value) => {
            traits[name] = value;
            listeners.get(`change:${name}`)();
          };
          window.listeners = listeners;
          const el = document.body.appendChild(document.createElement('div'));
          window.clear = await widget.render({ model: window.model, el });
        },
        [url, experiment],
      );
      await page.waitForFunction(() => window.model.get('stopped'), null, { timeout: 60_000 });
      assert.ok((await page.evaluate(() => window.saved)) > 1, 'what it told was saved');
      assert.equal(await page.locator('iter-scope').evaluate((e) => e.style.height), '300px');
      await page.evaluate(() => window.change('height', '260px'));
      assert.equal(await page.locator('iter-scope').evaluate((e) => e.style.height), '260px');
      await page.evaluate(() => window.clear());
      assert.equal(await page.locator('iter-scope').count(), 0);
      assert.equal(await page.evaluate(() => window.listeners.size), 0);
    },
  },
];
