// What docs/embedding.md tells people to paste, pasted into a page of another origin.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const document = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../docs/embedding.md');

/** The block after a mark, with the address of a page that is there. */
async function recipe(name, url) {
  const text = await readFile(document, 'utf8');
  const block = text.match(new RegExp(`<!-- recipe: ${name} -->\\n\`\`\`html\\n([^]*?)\`\`\``))?.[1];
  if (!block) throw new Error(`there is no recipe ${name}`);
  return block.replaceAll('https://YOUR.HOST/iterscope/', url);
}

/** Makes a page of the other origin as site generators do, with these recipes in its text. */
async function paste(page, otherUrl, recipes) {
  await page.goto(`${otherUrl}blank.html`);
  await page.setContent(`<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>A chapter</title>
<main><h1>A chapter</h1><p>Text before.</p>\n${recipes.join('\n<p>Text between.</p>\n')}\n<p>Text after.</p></main></html>`);
}

export const tests = [
  {
    name: 'the fragments for HTML, mdBook and Quarto bring figures that run, several in one page',
    timeout: 120_000,
    run: async ({ page, url, otherUrl, assert }) => {
      await paste(page, otherUrl, [await recipe('fragment', url), await recipe('experiment', url)]);
      await page.evaluate(() => {
        window.stopped = [];
        for (const figure of document.querySelectorAll('iter-scope')) {
          figure.addEventListener('iterscope-stopped', () => window.stopped.push(figure));
        }
      });
      const figures = page.locator('iter-scope');
      assert.equal(await figures.count(), 2);
      assert.equal((await figures.first().boundingBox()).height, 320);
      await figures.nth(1).scrollIntoViewIfNeeded();
      await page.waitForFunction(() => new Set(window.stopped).size === 2, null, { timeout: 90_000 });
    },
  },
  {
    name: 'an iframe alone runs too',
    timeout: 90_000,
    run: async ({ page, url, otherUrl, assert }) => {
      await paste(page, otherUrl, [await recipe('iframe', url)]);
      const chart = page.frameLocator('iframe').locator('.chart canvas').first();
      await chart.waitFor({ timeout: 60_000 });
      assert.ok((await chart.boundingBox()).width > 300);
    },
  },
];
