// Without a network: the second visit works as the first did, and an update never mixes two versions.

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from './server.mjs';

const DIST = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../dist');
const until = (page, wanted, arg) => page.waitForFunction(wanted, arg, { timeout: 60_000 });
const moving = (page) =>
  until(page, () => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '')) > 0);
/** The first version is kept whole. */
const kept = (page) => until(page, () => navigator.serviceWorker.ready.then((r) => r.active?.state === 'activated'));

/** A copy of the page that may be changed, served on a port of its own. */
async function copy() {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'iterscope-'));
  await cp(DIST, folder, { recursive: true });
  const site = await serve(folder, { prefix: '/copy/' });
  return { folder, url: site.url, close: async () => (site.close(), rm(folder, { recursive: true })) };
}

/** Writes another version of the page: another word in its title. */
async function renew(folder) {
  const name = path.join(folder, 'index.html');
  const page = (await readFile(name, 'utf8')).replace('<title>', '<title>Newer ');
  await writeFile(name, page);
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(page)) hash = Math.imul(hash ^ byte, 0x01000193);
  const worker = path.join(folder, 'sw.js');
  const line = /^const SITE = (.*);$/m;
  const script = await readFile(worker, 'utf8');
  const site = JSON.parse(line.exec(script)[1]);
  site.files['index.html'] = hash >>> 0;
  site.version = `${site.version}-2`;
  await writeFile(worker, script.replace(line, `const SITE = ${JSON.stringify(site)};`));
}

const SECOND_VISIT = { serviceWorkers: 'allow' };

export const tests = [
  {
    name: 'the second visit works without a network, for every family, gallery and stories included',
    timeout: 180_000,
    context: SECOND_VISIT,
    run: async ({ page, url, assert }) => {
      await page.goto(url);
      await moving(page);
      await kept(page);
      await page.context().setOffline(true);
      for (const preset of ['pde.sor-race', 'completion.low-rank-race', 'ranking.world-cup']) {
        await page.goto('about:blank');
        await page.goto(`${url}#preset=${preset}`);
        await moving(page);
        assert.ok((await page.locator('.chip').count()) > 1, preset);
      }
      // What is loaded only when it is wanted is there, too.
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      await page.getByRole('button', { name: 'BibTeX of the methods' }).click();
      await page.locator('.panel textarea').waitFor();
      await page.goto(`${url}gallery.html`);
      await page.locator('.entry').nth(100).waitFor();
      await page.goto(`${url}story.html?stiff`);
      await page.frameLocator('iframe').locator('footer .count').waitFor();
    },
  },
  {
    name: 'a newer version is announced, and taken only when one says so',
    timeout: 180_000,
    context: SECOND_VISIT,
    run: async ({ browser, assert }) => {
      const site = await copy();
      const context = await browser.newContext();
      try {
        const page = await context.newPage();
        await page.goto(site.url);
        await moving(page);
        await kept(page);
        await renew(site.folder);
        await page.reload();
        await moving(page);
        assert.ok(!(await page.title()).startsWith('Newer'), 'the page is of the version that it began with');
        await page.evaluate(() => navigator.serviceWorker.ready.then((r) => r.update()));
        await page.getByText('A newer version of Iterscope is here.').waitFor({ timeout: 60_000 });
        assert.ok(!(await page.title()).startsWith('Newer'));
        await page.locator('.banner').getByRole('button', { name: 'Reload', exact: true }).click();
        await until(page, () => document.title.startsWith('Newer'));
        await moving(page);
        const caches = await page.evaluate(() => globalThis.caches.keys());
        assert.equal(caches.length, 1, `${caches}`);
      } finally {
        await context.close();
        await site.close();
      }
    },
  },
  {
    name: 'a file of another version is not kept beside the others',
    timeout: 180_000,
    context: SECOND_VISIT,
    run: async ({ browser, assert }) => {
      const site = await copy();
      // As when a server has the new files already, and the list is still the old one.
      await writeFile(path.join(site.folder, 'theme.js'), '// newer');
      const context = await browser.newContext();
      try {
        const page = await context.newPage();
        await page.goto(site.url);
        await moving(page);
        await until(page, () => navigator.serviceWorker.getRegistration().then((r) => r !== undefined));
        await until(page, () => navigator.serviceWorker.getRegistration().then((r) => !r || (!r.installing && !r.waiting)));
        assert.equal(await page.evaluate(() => navigator.serviceWorker.controller), null);
        assert.equal(await page.evaluate(() => navigator.serviceWorker.getRegistration().then((r) => r?.active ?? null)), null);
      } finally {
        await context.close();
        await site.close();
      }
    },
  },
];
