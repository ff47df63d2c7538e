// What docs/embedding.md tells people to paste, pasted into a page of another origin; the recipes of React and Vue are built
// into one, with these libraries and the package in dist/npm.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compileScript, parse } from 'vue/compiler-sfc';

const here = path.dirname(fileURLToPath(import.meta.url));
const document = path.join(here, '../../docs/embedding.md');

/** The block after a mark, with the address of a page that is there. */
async function recipe(name, url) {
  const text = await readFile(document, 'utf8');
  const block = text.match(new RegExp(`<!-- recipe: ${name} -->\\n\`\`\`\\w+\\n([^]*?)\`\`\``))?.[1];
  if (!block) throw new Error(`there is no recipe ${name}`);
  return block.replaceAll('https://YOUR.HOST/iterscope/', url);
}

/** Makes a page of the other origin as site generators do, with these recipes in its text. */
async function paste(page, otherUrl, recipes) {
  await page.goto(`${otherUrl}blank.html`);
  await page.setContent(`<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>A chapter</title>
<main><h1>A chapter</h1><p>Text before.</p>\n${recipes.join('\n<p>Text between.</p>\n')}\n<p>Text after.</p></main></html>`);
}

/** A program and the component of a recipe that it imports, as one script with the libraries it needs. */
async function bundle(program, component) {
  const modules = {
    name: 'modules',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^iter-scope$/ }, () => ({ path: path.join(here, '../../dist/npm/index.js') }));
      onResolve({ filter: /^recipe$/ }, () => ({ path: 'recipe', namespace: 'recipe' }));
      onLoad({ filter: /./, namespace: 'recipe' }, () => ({ contents: component, loader: 'jsx', resolveDir: here }));
    },
  };
  const { outputFiles } = await build({
    stdin: { contents: program, loader: 'jsx', resolveDir: here },
    bundle: true,
    write: false,
    format: 'iife',
    jsx: 'automatic',
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    plugins: [modules],
    logLevel: 'silent',
  });
  return outputFiles[0].text;
}

/** The component of a recipe of Vue, compiled with the options that the recipe gives to Vite. */
async function vueComponent(url) {
  const config = await recipe('vue-config', url);
  const body = config.replace(/^import vue .*$/m, 'const vue = (options) => options;').replace('export default', 'return');
  const { compilerOptions } = Function(body)().plugins[0].template;
  const { descriptor, errors } = parse(await recipe('vue', url));
  if (errors.length > 0) throw errors[0];
  return compileScript(descriptor, { id: 'figure', inlineTemplate: true, templateOptions: { compilerOptions } }).content;
}

/** A figure in a page of such a library: it plays, its event is heard, and it takes another preset. */
async function inLibrary(page, otherUrl, script, assert) {
  await paste(page, otherUrl, ['<div id="app"></div>']);
  await page.evaluate(() => {
    window.heard = [];
  });
  await page.addScriptTag({ content: script });
  const figure = page.locator('iter-scope');
  await figure.waitFor();
  assert.equal(await figure.evaluate((f) => f.getAttribute('preset') ?? f.preset), 'ranking.world-cup');
  const play = () => figure.evaluate((f) => f.play());
  await play();
  await page.waitForFunction(() => window.heard.length === 1, null, { timeout: 60_000 });
  await page.evaluate(() => window.show('ranking.golden'));
  await page.waitForFunction(() => {
    const f = document.querySelector('iter-scope');
    return (f.getAttribute('preset') ?? f.preset) === 'ranking.golden';
  });
  await page.evaluate(() => window.leave());
  assert.equal(await figure.count(), 0);
}

export const gpu = 'off';

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
  {
    name: 'the component for React plays, is heard and takes another preset',
    timeout: 120_000,
    run: async ({ page, url, otherUrl, assert }) => {
      const program = `
        import { useState } from 'react';
        import { createRoot } from 'react-dom/client';
        import { Figure } from 'recipe';
        const heard = (event) => window.heard.push(event.detail);
        function App() {
          const [preset, show] = useState('ranking.world-cup');
          window.show = show;
          return <Figure preset={preset} onStopped={heard} />;
        }
        const root = createRoot(document.getElementById('app'));
        root.render(<App />);
        window.leave = () => root.unmount();`;
      await inLibrary(page, otherUrl, await bundle(program, await recipe('react', url)), assert);
    },
  },
  {
    name: 'the component for Vue plays, is heard and takes another preset',
    timeout: 120_000,
    run: async ({ page, url, otherUrl, assert }) => {
      const program = `
        import { createApp, h, ref } from 'vue';
        import Figure from 'recipe';
        const preset = ref('ranking.world-cup');
        window.show = (name) => { preset.value = name; };
        const app = createApp(() => h(Figure, { preset: preset.value, onStopped: (detail) => window.heard.push(detail) }));
        app.mount('#app');
        window.leave = () => app.unmount();`;
      await inLibrary(page, otherUrl, await bundle(program, await vueComponent(url)), assert);
    },
  },
];
