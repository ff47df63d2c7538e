// Writes which functions of each module the first screens call, for `cargo xtask build --release`. The page at FOLDER was built from
// marked modules (crates/split), which tell.
//
//   CHROMIUM=/usr/bin/chromium node tests/browser/needed.mjs FOLDER OUT

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { serve } from './server.mjs';

const [folder, out] = process.argv.slice(2).map((name) => path.resolve(name));

// Races in time have clocks, and those in one dimension curves: an address that asks for one should not load more at once.
const ALSO = ['pde.heat-limit', 'pde.wave-energy'];
// Milliseconds from the first card on: pictures are drawn, some steps are done.
const WATCHED = 4000;

// The script that starts modules tells what it started. The rest of the page, which comes after the first screen, never comes.
await rename(path.join(folder, 'parts.js'), path.join(folder, 'plain-parts.js'));
await writeFile(
  path.join(folder, 'parts.js'),
  `import { start as plainly } from './plain-parts.js';
const { instantiate } = WebAssembly;
const watched = async (...all) => {
  const instance = await instantiate(...all);
  const ran = Object.entries(instance.exports ?? {}).filter(([name]) => /^ran\\d+$/.test(name));
  globalThis.calledFunctions = () => ran.filter(([, mark]) => mark.value).map(([name]) => Number(name.slice(3)));
  return instance;
};
export const start = async (...all) => {
  WebAssembly.instantiate = watched;
  const { glue } = await plainly(...all);
  return { glue, complete: () => new Promise(() => {}) };
};
`,
);
const families = JSON.parse(await readFile(path.join(folder, 'catalog.json'), 'utf8'));
const presets = families.map((family) => family.presets[0]);
const known = new Set(families.flatMap((family) => family.presets.map((preset) => preset.id)));
for (const id of ALSO) if (!known.has(id)) throw new Error(`there is no preset ${id}`);

const needed = new Map();
const add = (module, functions) => {
  const all = needed.get(module) ?? new Set();
  functions.forEach((f) => all.add(f));
  needed.set(module, all);
};

const site = await serve(folder, { prefix: '/' });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
const visit = async (address, family) => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, serviceWorkers: 'block' });
  await page.goto(site.url + address);
  await page.waitForSelector('.card', { state: 'attached', timeout: 120_000 });
  await page.waitForTimeout(WATCHED);
  // Whoever leaves cannot wait for a part.
  await page.evaluate(() => {
    for (const hidden of [true, false]) {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }
  });
  add('page', await page.evaluate(() => globalThis.calledFunctions()));
  if (family) add(`worker-${family}`, await page.workers()[0].evaluate(() => globalThis.calledFunctions()));
  await page.close();
};
// An address that asks for nothing is read by another way than one with a preset.
await visit('index.html', families[0].id);
await visit('embed.html', families[0].id);
for (const [i, preset] of presets.entries()) {
  await visit(`index.html#preset=${preset.id}`, families[i].id);
  // As `iter-scope.js` opens it: such a figure speaks with the page around it.
  const parent = encodeURIComponent(new URL(site.url).origin);
  await visit(`embed.html#preset=${preset.id}&view=both&autoplay=1&parent=${parent}`, families[i].id);
}
for (const id of ALSO) await visit(`index.html#preset=${id}`);
await browser.close();
site.close();

await mkdir(out, { recursive: true });
for (const [module, functions] of needed) {
  console.log(`${module}: ${functions.size} functions are called first`);
  await writeFile(path.join(out, `${module}.txt`), [...functions].sort((a, b) => a - b).join('\n'));
}
