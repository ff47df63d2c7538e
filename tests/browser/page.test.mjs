// The page as a person uses it.

import { untilLinked } from './link.mjs';

/** The step that is shown. */
const step = (page) =>
  page.evaluate(() => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '') ?? -1));
const until = (page, wanted) => page.waitForFunction(wanted, null, { timeout: 30_000 });
const moving = (page) =>
  until(page, () => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '')) > 0);
const stopped = (page) => page.getByRole('button', { name: 'Play', exact: true }).waitFor({ timeout: 50_000 });
const curves = (page) => page.locator('.cards .picture canvas').first();

/** Drops a file on the page, as a hand does: over it first. */
async function drop(page, name, type, bytes) {
  const dataTransfer = await page.evaluateHandle((given) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(given.bytes)], given.name, { type: given.type }));
    return transfer;
  }, { name, type, bytes });
  await page.dispatchEvent('main', 'dragover', { dataTransfer });
  await page.locator('body.dropping').waitFor();
  await page.dispatchEvent('main', 'drop', { dataTransfer });
}

const GAMES = 'winner,loser\nada,bob\nbob,cy\ncy,ada\nada,cy\n';

/** A Windows bitmap of this many pixels, 24 bits each, with something in every one. */
function bitmap(width, height) {
  const row = Math.ceil((3 * width) / 4) * 4;
  const file = Buffer.alloc(54 + row * height);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let at = 54; at < file.length; at += 1) file[at] = (at * at) % 251;
  return file;
}

export const tests = [
  {
    name: 'something moves without being asked to',
    run: async ({ page, url, screenshot }) => {
      await page.goto(url);
      await moving(page);
      await curves(page).waitFor();
      await page.waitForTimeout(1500);
      await screenshot('wide');
    },
  },
  {
    name: 'every family runs its first preset, in the dark too',
    context: { colorScheme: 'dark' },
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(url);
      for (const family of ['Completion', 'Ranking', 'PDE']) {
        await page.getByRole('navigation').getByText(family, { exact: true }).click();
        await moving(page);
        await page.waitForTimeout(1500);
        assert.equal(await page.locator('[role=alert]').count(), 0);
        await screenshot(`dark-${family.toLowerCase()}`);
      }
    },
  },
  {
    name: 'play, pause, step, reset and the keys for them',
    run: async ({ page, url, assert }) => {
      await page.goto(url);
      await moving(page);
      await page.keyboard.press('Space');
      await stopped(page);
      const paused = await step(page);
      await page.keyboard.press('s');
      await page.waitForTimeout(400);
      assert.equal(await step(page), paused + 1);
      await page.keyboard.press('r');
      await until(page, () => document.querySelector('footer .count')?.textContent.replace(/\D/g, '') === '0');
      await page.keyboard.press('Space');
      await moving(page);
    },
  },
  {
    name: 'scrubbing back shows the past, and the race goes on from there',
    run: async ({ page, url, assert }) => {
      await page.goto(url);
      await until(page, () => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '')) > 120);
      await page.keyboard.press('Space');
      await stopped(page);
      const before = await step(page);
      const slider = page.locator('footer [role=slider]');
      const box = await slider.boundingBox();
      await page.mouse.click(box.x + box.width * 0.1, box.y + box.height / 2);
      await page.waitForTimeout(600);
      const back = await step(page);
      assert.ok(back < before, `${back} of ${before}`);
      await page.keyboard.press('Space');
      await page.waitForTimeout(500);
      assert.ok((await step(page)) > back);
    },
  },
  {
    name: 'a wrong formula is marked at its character, and what ran goes on',
    run: async ({ page, url, assert }) => {
      await page.goto(url);
      await moving(page);
      const field = page.locator('input.mono').first();
      await field.fill('1 + * x');
      const alert = page.getByRole('alert').first();
      await alert.waitFor();
      assert.match(await alert.textContent(), /character 5/);
      // Infinite at one half and negative before it: no diffusion.
      await field.fill('1 / (x - 1/2)');
      await until(page, () => /positive/.test(document.querySelector('[role=alert]')?.textContent ?? ''));
      assert.equal(await field.inputValue(), '1 / (x - 1/2)');
      await field.fill('1 + x');
      await until(page, () => !document.querySelector('[role=alert]'));
    },
  },
  {
    name: 'the address holds the experiment, and opens it again',
    run: async ({ page, url, assert, browser }) => {
      await page.goto(url);
      await moving(page);
      await page.locator('input.mono').first().fill('2 + x');
      await untilLinked(page, (e) => JSON.stringify(e.problem.params).includes('2 + x'));
      const address = page.url();
      const other = await browser.newContext();
      const again = await other.newPage();
      await again.goto(address);
      await moving(again);
      assert.equal(await again.locator('input.mono').first().inputValue(), '2 + x');
      assert.equal(new URL(again.url()).hash, new URL(address).hash);
      await other.close();
    },
  },
  {
    name: 'a link that is broken, newer or hostile is told apart, and the page goes on',
    run: async ({ page, url, assert }) => {
      const newer = encodeURIComponent(JSON.stringify({ schema: 99, problem: { id: 'pde.x' }, runs: [] }));
      const hostile = encodeURIComponent(
        JSON.stringify({ schema: 1, problem: { id: '<img src=x onerror=alert(1)>' }, runs: [{ method: '<b>' }] }),
      );
      for (const [hash, words] of [[newer, /newer/i], ['e=%%%', /damaged/], [hostile, /unknown|img/i]]) {
        await page.goto('about:blank');
        await page.goto(`${url}#${hash}`);
        await page.getByText(words).first().waitFor();
        await moving(page);
        assert.equal(await page.locator('img[src=x]').count(), 0);
      }
    },
  },
  {
    name: 'a file of games is ranked, one with a mistake is not, and names are text',
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(`${url}#preset=ranking.world-cup`);
      await page.getByRole('button', { name: 'Choose a file' }).waitFor();
      const give = (name, text) =>
        page.locator('input[type=file]').first().setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
      await give('games.csv', GAMES.replaceAll('bob', '<i>bob</i>'));
      await page.getByText('<i>bob</i>').first().waitFor();
      assert.equal(await page.locator('.cards i').count(), 0);
      await give('wrong.csv', 'winner,loser\nada,bob\nbob,\n');
      const alert = page.getByRole('alert').filter({ hasText: 'line 3' });
      await alert.first().waitFor();
      assert.ok((await page.getByText('<i>bob</i>').count()) > 0, 'the former race is still there');
      await screenshot('own-games');
    },
  },
  {
    name: 'a live parameter changes the label of its run while it goes on',
    run: async ({ page, url, assert }) => {
      const experiment = {
        schema: 1,
        problem: { id: 'pde.advection-diffusion', params: { n: 32 } },
        runs: [{ method: 'pde.sor' }],
        stop: { rtol: 0, max_steps: 100_000 },
      };
      await page.goto(`${url}#${encodeURIComponent(JSON.stringify(experiment))}`);
      await moving(page);
      const card = page.locator('.cards article');
      const theory = card.locator('.line');
      const before = await theory.textContent();
      await page.locator('.chip-name').click();
      const field = page.locator('.editor .field').filter({ hasText: 'ω' }).locator('input[type=text]');
      await field.fill('1.25');
      await field.press('Enter');
      await card.getByRole('heading').filter({ hasText: '1.25' }).waitFor();
      assert.ok((await step(page)) > 0);
      assert.match(before, /theory/);
      assert.match(await theory.textContent(), /theory/);
      assert.notEqual(await theory.textContent(), before);
    },
  },
  {
    name: 'a dropped file is used by the problem it fits, and one for another family is recognised',
    run: async ({ page, url, assert }) => {
      await page.goto(`${url}#preset=ranking.world-cup`);
      await page.getByRole('button', { name: 'Choose a file' }).waitFor();
      await drop(page, 'dropped.csv', 'text/csv', [...Buffer.from(GAMES)]);
      await page.locator('.file').getByText('dropped.csv').waitFor();
      await page.locator('.cards').getByText('ada', { exact: true }).first().waitFor();
      assert.equal(await page.locator('body.dropping').count(), 0);
      await page.goto('about:blank');
      await page.goto(url);
      await moving(page);
      await drop(page, 'dropped.csv', 'text/csv', [...Buffer.from(GAMES)]);
      // The page is not told what it is for: it looks, asks, and opens it where it belongs.
      await page.getByRole('alert').getByText('dropped.csv looks like a list of games. Open it in Ranking?').waitFor();
      await page.getByRole('button', { name: 'Open', exact: true }).click();
      await page.locator('.file').getByText('dropped.csv').waitFor();
      await page.locator('.cards').getByText('ada', { exact: true }).first().waitFor();
      assert.equal(await page.getByRole('alert').count(), 0);
    },
  },
  {
    name: "a person's own picture is filled in, chosen or dropped; one that is none is refused",
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(url);
      await moving(page);
      const png = await page.evaluate(async () => {
        const canvas = Object.assign(document.createElement('canvas'), { width: 48, height: 32 });
        const context = canvas.getContext('2d');
        for (let x = 0; x < 48; x += 1) {
          context.fillStyle = `rgb(${x * 5} ${255 - x * 5} 90)`;
          context.fillRect(x, 0, 1, 32 - x / 2);
        }
        const blob = await new Promise((resolve) => canvas.toBlob(resolve));
        return [...new Uint8Array(await blob.arrayBuffer())];
      });
      // From another family: the page turns to the problem that takes pictures.
      await drop(page, 'mine.png', 'image/png', png);
      await page.getByText(/^48 x 32 pixels/).waitFor();
      await moving(page);
      await screenshot('own-picture');
      const give = (name, bytes) =>
        page.locator('input[type=file]').first().setInputFiles({ name, mimeType: 'image/png', buffer: Buffer.from(bytes) });
      await give('broken.png', png.slice(0, 60));
      await page.getByRole('alert').filter({ hasText: 'broken.png' }).first().waitFor();
      await give('again.png', png);
      await page.locator('.file').getByText('again.png').waitFor();
      await until(page, () => !document.querySelector('[role=alert]'));
      assert.equal(await page.locator('.mapper select').count(), 0, 'a picture has no columns');
    },
  },
  {
    name: '100,000 games between 5,000 players load without freezing the page',
    timeout: 90_000,
    run: async ({ page, url, assert }) => {
      let state = 7;
      const random = (n) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * n);
      };
      const lines = ['winner,loser'];
      while (lines.length <= 100_000) {
        const [a, b] = [random(5000), random(5000)];
        // The lower number wins two times in three, so that there is an order to find.
        if (a !== b) lines.push(random(3) === 0 ? `p${Math.max(a, b)},p${Math.min(a, b)}` : `p${Math.min(a, b)},p${Math.max(a, b)}`);
      }
      await page.goto(`${url}#preset=ranking.world-cup`);
      await page.getByRole('button', { name: 'Choose a file' }).waitFor();
      await page.evaluate(() => {
        globalThis.longest = 0;
        let last = performance.now();
        const look = () => {
          const now = performance.now();
          globalThis.longest = Math.max(globalThis.longest, now - last);
          last = now;
          setTimeout(look, 0);
        };
        look();
      });
      const file = { name: 'many.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) };
      await page.locator('input[type=file]').first().setInputFiles(file);
      await page.getByText(/^p\d+$/).first().waitFor({ timeout: 60_000 });
      await moving(page);
      const longest = await page.evaluate(() => globalThis.longest);
      assert.ok(longest < 1000, `the page did not answer for ${Math.round(longest)} ms`);
    },
  },
  {
    name: 'a phone shows runs, chart and transport, and the form behind a sheet',
    context: { viewport: { width: 390, height: 844 }, hasTouch: true },
    run: async ({ page, url, assert, screenshot }) => {
      await page.goto(url);
      await moving(page);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 390, `${width} px wide`);
      assert.ok(await page.locator('footer').isVisible());
      await page.waitForTimeout(1200);
      await screenshot('phone');
    },
  },
  {
    name: 'nothing runs while the page is hidden',
    run: async ({ page, url, assert }) => {
      await page.goto(url);
      await moving(page);
      const hide = (hidden) =>
        page.evaluate((value) => {
          Object.defineProperty(document, 'hidden', { value, configurable: true });
          Object.defineProperty(document, 'visibilityState', { value: value ? 'hidden' : 'visible', configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }, hidden);
      await hide(true);
      await page.waitForTimeout(400);
      const then = await step(page);
      await page.waitForTimeout(700);
      assert.equal(await step(page), then);
      await hide(false);
      await page.waitForTimeout(700);
      assert.ok((await step(page)) > then);
    },
  },
  {
    name: 'what a method cannot do with a file is said above the race, by the name of the run',
    run: async ({ page, url }) => {
      await page.goto(`${url}#preset=completion.fill-in`);
      await moving(page);
      await page.locator('input[type="file"]').first().setInputFiles({ name: 'small.bmp', mimeType: 'image/bmp', buffer: bitmap(30, 20) });
      await page.locator('.banner').filter({ hasText: /^Gradient descent.*: a 20 x 30 matrix has rank 20 at most, not 30/ }).waitFor();
    },
  },
];
