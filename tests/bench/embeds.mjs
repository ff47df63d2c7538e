// Twenty embedded figures on one page: when each is ready, and how soon the page around them answers clicks meanwhile.
//
//   cargo xtask build --release
//   CHROMIUM=/usr/bin/chromium node tests/bench/embeds.mjs [--dist FOLDER] [--figures 20] [--same-site]
//
// The page is of another site than the figures, as pages that embed them are, so that a browser keeps its thread apart from
// theirs; with `--same-site` it is of another origin alone, and all share one thread.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { serve } from '../browser/server.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const { values: options } = parseArgs({
  options: {
    dist: { type: 'string', default: 'dist' },
    figures: { type: 'string', default: '20' },
    'same-site': { type: 'boolean', default: false },
  },
});
const dist = path.resolve(root, options.dist);
const families = JSON.parse(await readFile(path.join(dist, 'catalog.json'), 'utf8'));
// As many of each family, in turn.
const presets = [];
for (let k = 0; presets.length < Number(options.figures); k += 1) {
  presets.push(...families.map((f) => f.presets[k % f.presets.length].id));
}
presets.length = Number(options.figures);

const site = await serve(dist, { prefix: '/site/' });
const figure = (id) => `<iter-scope preset="${id}" view="both" autoplay style="height: 300px"></iter-scope>`;
const around = `<!doctype html><meta charset="utf-8"><title>Twenty figures</title><button id="button">0</button>
  <script src="${site.url}iter-scope.js" async></script>
  <div style="display: grid; grid-template-columns: repeat(5, 1fr); gap: 8px">${presets.map(figure).join('')}</div>`;
const other = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(around);
});
await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage({ viewport: { width: 1600, height: 1400 } });
await page.addInitScript(() => {
  if (window !== top) return;
  globalThis.ready = [];
  globalThis.clicks = [];
  const zero = performance.now();
  document.addEventListener('iterscope-ready', () => ready.push(performance.now() - zero), true);
  // A click each 100 ms, and when it was answered: as long as the page stands still, so long it waits.
  setInterval(() => {
    const sent = performance.now();
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      document.getElementById('button')?.click();
      requestAnimationFrame(() => clicks.push(performance.now() - sent));
    };
    channel.port2.postMessage(0);
  }, 100);
});
await page.goto(`http://${options['same-site'] ? '127.0.0.1' : 'localhost'}:${other.address().port}/`);
await page.waitForFunction((n) => ready.length >= n, presets.length, { timeout: 600_000, polling: 200 });
const { ready, clicks } = await page.evaluate(() => ({ ready, clicks }));
const sorted = [...clicks].sort((a, b) => a - b);
const seconds = (ms) => (ms / 1000).toFixed(2);
console.log(`figures ready after (s): ${ready.map(seconds).join(' ')}`);
console.log(`${clicks.length} clicks answered after (ms): median ${sorted[sorted.length >> 1].toFixed(0)}, longest ${sorted.at(-1).toFixed(0)}`);
await browser.close();
site.close();
other.close();
