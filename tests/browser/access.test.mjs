// For those who do not see the page, or not well, or who move no pointer: what axe finds on ten views, and what it cannot find.

import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const until = (page, wanted, arg) => page.waitForFunction(wanted, arg, { timeout: 30_000 });
const moving = (page) =>
  until(page, () => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '')) > 0);
const press = (page, name) => page.getByRole('button', { name, exact: true }).first().click();
const link = (experiment) => `#${encodeURIComponent(JSON.stringify(experiment))}`;

/** What axe finds wrong, as text. */
async function violations(page) {
  await page.evaluate(AXE);
  const { violations: found } = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  return found.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help}\n  ${n.html.slice(0, 160)}\n  ${n.failureSummary?.split('\n')[1]?.trim()}`));
}

const DIVERGING = {
  schema: 1,
  problem: { id: 'pde.advection-diffusion', params: { n: 16 } },
  runs: [{ method: 'pde.sor', params: { omega: 2.1 } }, { method: 'pde.cg' }],
};

/** The views: where they begin, and what leads to them. */
const VIEWS = [
  ['the instrument', '#preset=pde.poisson', async () => {}],
  ['bars of a ranking', '#preset=ranking.world-cup', async () => {}],
  ['pictures of a completion', '#preset=completion.low-rank-race', async () => {}],
  ['plots of curves', '#preset=pde.rough-and-smooth', async () => {}],
  ['parameters of a method', '#preset=pde.poisson-preconditioned', (page) => page.locator('.chip-name').nth(3).click()],
  ['the methods to add', '#preset=pde.poisson', (page) => press(page, 'Add')],
  ['a run that failed', link(DIVERGING), (page) => page.locator('.ending').waitFor()],
  ['answers', '#preset=ranking.world-cup', async (page) => {
    await press(page, 'Answers');
    await page.locator('.answer svg').first().waitFor();
  }],
  ['a sweep', '#preset=pde.sor-race', async (page) => {
    await press(page, 'Studies');
    await page.locator('.sweep-axis select').first().waitFor();
  }],
  ['a profile', '#preset=pde.sor-race', async (page) => {
    await press(page, 'Studies');
    await press(page, 'Profile');
    await page.locator('.choices input').first().waitFor();
  }],
  ['export', '#preset=pde.poisson', (page) => press(page, 'Export')],
  ['help', '#preset=pde.poisson', (page) => page.keyboard.press('?')],
  ['mathematics', '#preset=pde.poisson', async (page) => {
    await page.locator('.chip-name').first().click();
    await press(page, 'The mathematics of this method');
    await page.locator('.panel math').first().waitFor();
  }],
];

const view = ([name, at, lead], context = {}, more = '') => ({
  name: `axe finds nothing wrong with ${name}${more}`,
  timeout: 90_000,
  context,
  run: async ({ page, url, assert }) => {
    await page.goto(`${url}${at}`);
    await moving(page);
    await lead(page);
    assert.deepEqual(await violations(page), []);
  },
});

export const gpu = 'off';

export const tests = [
  ...VIEWS.map((v) => view(v)),
  view(VIEWS[0], { colorScheme: 'dark' }, ', dark'),
  view(VIEWS[0], { viewport: { width: 390, height: 844 } }, ', on a phone'),
  ...[['gallery', 'gallery.html', '.entry'], ['a story', 'story.html?smooth-errors', 'section.now']].map(([name, at, there]) => ({
    name: `axe finds nothing wrong with ${name}`,
    run: async ({ page, url, assert }) => {
      await page.goto(`${url}${at}`);
      await page.locator(there).first().waitFor();
      assert.deepEqual(await violations(page), []);
    },
  })),
  {
    name: 'axe finds nothing wrong with an embedded figure',
    run: async ({ page, url, assert }) => {
      await page.goto(`${url}embed.html#preset=pde.poisson`);
      await moving(page);
      assert.deepEqual(await violations(page), []);
    },
  },
  {
    name: 'there is one first heading, and a dialog takes the focus and gives it back',
    run: async ({ page, url, assert }) => {
      await page.goto(url);
      await moving(page);
      assert.equal(await page.locator('h1').count(), 1);
      const button = page.getByRole('button', { name: 'Share', exact: true });
      await button.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      assert.ok(await page.evaluate(() => document.activeElement.closest('[role=dialog]') !== null));
      await page.keyboard.press('Escape');
      await until(page, () => !document.querySelector('[role=dialog]'));
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Share');
    },
  },
  {
    name: 'who asked for less motion starts the race',
    context: { reducedMotion: 'reduce' },
    run: async ({ page, url, assert }) => {
      await page.goto(url);
      await page.locator('.cards .card').first().waitFor();
      await page.waitForTimeout(1500);
      assert.equal(await page.locator('footer .count').textContent(), 'step 0');
      await page.keyboard.press('Space');
      await moving(page);
    },
  },
  {
    name: 'at 400 per cent nothing runs off sideways, and on paper the stage stands below itself',
    context: { viewport: { width: 320, height: 256 } },
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(url);
      await moving(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 320, `${wide} px`);
      await page.setViewportSize({ width: 1000, height: 700 });
      await page.emulateMedia({ media: 'print' });
      await screenshot('print', { fullPage: true });
      assert.equal(await page.locator('.transport').isVisible(), false);
      const cards = await page.locator('.cards .card').evaluateAll((all) => all.map((c) => c.getBoundingClientRect().height));
      assert.ok(cards.every((h) => h > 150), `${cards}`);
      const chart = await page.locator('.chart').boundingBox();
      const last = await page.locator('.cards').boundingBox();
      assert.ok(chart.y >= last.y + last.height - 1, 'the chart stands over the pictures');
    },
  },
  {
    name: 'with forced colours what is chosen is seen, and what is drawn as well',
    context: { forcedColors: 'active' },
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(url);
      await moving(page);
      const outline = await page.locator('.tab[aria-current]').first().evaluate((e) => getComputedStyle(e).outlineStyle);
      assert.equal(outline, 'solid');
      await screenshot('forced-colours');
    },
  },
];
