// Takes the pictures of docs/gallery.md and writes that page, from a page that was built for release:
//
//   CHROMIUM=/usr/bin/chromium node tests/browser/gallery.mjs dist docs

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { serve } from './server.mjs';

const [dist, docs] = process.argv.slice(2);

// Presets, under the headings of the page.
const CHAPTERS = {
  'Steady: solvers and preconditioners': [
    'pde.poisson', 'pde.cg-against-jacobi', 'pde.multigrid', 'pde.l-shape', 'pde.cube', 'pde.anisotropy', 'pde.preconditioners', 'pde.schwarz',
    'pde.error-by-frequency', 'pde.helmholtz', 'pde.boundary-layer-upwind', 'pde.domain-splitting-a',
  ],
  'Steady: eigenvalues and nonlinear equations': ['pde.l-shape-modes', 'pde.drum', 'pde.bratu', 'pde.soap-film'],
  'In time': ['pde.heat-limit', 'pde.labyrinth', 'pde.mitosis', 'pde.driven-cavity', 'pde.solitons', 'pde.explicit-limits'],
};
// Wide and on a phone.
const SIZES = { wide: { width: 1280, height: 720 }, phone: { width: 390, height: 844 } };
// Milliseconds from the first card on.
const WATCHED = 9000;

const catalog = JSON.parse(await readFile(path.join(dist, 'catalog/pde.json'), 'utf8'));
const known = new Map(catalog.families[0].presets.map((preset) => [preset.id, preset]));
const folder = path.join(docs, 'pictures/gallery');
await mkdir(folder, { recursive: true });
const site = await serve(path.resolve(dist), { prefix: '/' });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
let page = '# Gallery\n\nExperiments as they look after some seconds, wide and on a phone, written by `tests/browser/gallery.mjs`.\n';
for (const [chapter, ids] of Object.entries(CHAPTERS)) {
  page += `\n## ${chapter}\n`;
  for (const id of ids) {
    const preset = known.get(id);
    if (!preset) throw new Error(`there is no preset ${id}`);
    const pictures = [];
    for (const [size, viewport] of Object.entries(SIZES)) {
      const name = `${id.slice(id.indexOf('.') + 1)}-${size}.jpg`;
      const tab = await browser.newPage({ viewport, hasTouch: size === 'phone' });
      await tab.goto(`${site.url}index.html#preset=${id}`);
      await tab.locator('.cards .card').first().waitFor();
      await tab.waitForTimeout(WATCHED);
      await tab.screenshot({ path: path.join(folder, name), type: 'jpeg', quality: 62 });
      await tab.close();
      pictures.push(`<img src="pictures/gallery/${name}" height="360" alt="${preset.label}, ${size}">`);
    }
    page += `\n### ${preset.label}\n\n${preset.summary}\n\n${pictures.join('\n')}\n`;
  }
}
await writeFile(path.join(docs, 'gallery.md'), page);
await browser.close();
site.close();
