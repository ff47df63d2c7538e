// Looks at every preset at three sizes: is a name cut, a chart too small, does one label lie over another? It says what it finds
// and keeps a picture of each view in target/presets/.
//
//   CHROMIUM=/usr/bin/chromium node tests/browser/presets.mjs [--only TEXT] [--size wide,laptop,phone]

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { serve } from './server.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const { values: options } = parseArgs({ options: { only: { type: 'string' }, size: { type: 'string' } } });
const SIZES = {
  wide: { viewport: { width: 1680, height: 1000 } },
  laptop: { viewport: { width: 1280, height: 720 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true },
};
/** The least height of the chart in CSS pixels, and how long a race is watched before it is looked at, in milliseconds. */
const CHART = 220;
const WATCHED = 700;

/** What is wrong with the view, as lines. Runs in the page. */
function look({ chart: least, phone }) {
  const wrong = [];
  const all = (selector) => [...document.querySelectorAll(selector)].filter((e) => e.getClientRects().length > 0);
  const cut = (e) => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 2;
  const says = (e) => e.textContent.trim().slice(0, 60);
  for (const selector of ['.chip-name span', '.card > header h3', '.headline h1', '.toolbar button', '.chart-head button', '.badge'])
    for (const e of all(selector)) if (cut(e)) wrong.push(`cut: ${selector} “${says(e)}”`);
  // A word that stands in two lines was broken.
  for (const label of all('.field > label')) {
    const range = document.createRange();
    range.selectNodeContents(label);
    if (range.getClientRects().length > label.textContent.trim().split(/[\s-]+/).length) wrong.push(`broken: “${says(label)}”`);
    if (label.scrollWidth > label.clientWidth + 1) wrong.push(`cut: label “${says(label)}”`);
  }
  const chart = all('.chart, .answers')[0]?.getBoundingClientRect();
  if (!chart) wrong.push('no chart');
  else if (chart.height < least - 0.5) wrong.push(`the chart is ${Math.round(chart.height)} px high`);
  const names = all('.chip-name span, .card > header h3, .badge, .more-steps, .card .icon-button, .numbers dt, .numbers dd, .headline h1');
  const boxes = names.map((e) => [e, e.getBoundingClientRect()]);
  boxes.forEach(([a, p], i) => {
    for (const [b, q] of boxes.slice(i + 1)) {
      if (a.contains(b) || b.contains(a)) continue;
      const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left);
      const high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
      if (wide > 1 && high > 2) wrong.push(`over each other: “${says(a) || a.ariaLabel}” and “${says(b) || b.ariaLabel}”`);
    }
  });
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`${document.documentElement.scrollWidth} px wide`);
  const stage = document.querySelector('.stage');
  if (!phone && stage.scrollHeight > stage.clientHeight + 1) wrong.push('the stage scrolls');
  for (const e of all('[role=alert]')) wrong.push(`said: ${says(e)}`);
  return wrong;
}

const site = await serve(path.join(root, 'dist'), { prefix: '/presets/' });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
const sizes = (options.size ?? Object.keys(SIZES).join()).split(',');
let findings = 0;
for (const size of sizes) {
  const folder = path.join(root, 'target/presets', size);
  await mkdir(folder, { recursive: true });
  const context = await browser.newContext({ ...SIZES[size], serviceWorkers: 'block' });
  const page = await context.newPage();
  const outlines = await (await page.request.get(`${site.url}catalog.json`)).json();
  const presets = outlines.flatMap((f) => f.presets.map((p) => p.id)).filter((id) => id.includes(options.only ?? ''));
  await page.goto(site.url);
  for (const id of presets) {
    let wrong;
    try {
      await page.evaluate((hash) => (location.hash = hash), `preset=${id}`);
      await page.waitForFunction((hash) => location.hash.includes(hash) && document.querySelector('.cards .card'), id, { timeout: 60_000 });
      await page.waitForTimeout(WATCHED);
      wrong = await page.evaluate(look, { chart: CHART, phone: size === 'phone' });
    } catch (error) {
      wrong = [String(error).split('\n')[0]];
    }
    await page.screenshot({ path: path.join(folder, `${id}.png`) });
    for (const line of wrong) console.log(`${size} ${id}: ${line}`);
    findings += wrong.length;
  }
  await context.close();
}
await browser.close();
site.close();
console.log(`${findings} findings`);
process.exit(findings ? 1 : 0);
