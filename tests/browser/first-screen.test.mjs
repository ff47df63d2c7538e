// The page loads, and the two modes of the tests are what they say.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export const tests = [
  {
    name: 'the page loads from a sub-path without an error',
    run: async ({ page, url, assert, screenshot }) => {
      const response = await page.goto(url, { waitUntil: 'networkidle' });
      assert.equal(response.status(), 200);
      assert.match(await page.title(), /Iterscope/);
      await page.getByRole('main').waitFor();
      await screenshot('first-screen');
    },
  },
  {
    name: 'opened from a file, the page says what to do',
    // Browsers refuse the module, which is what it is about.
    expectConsoleErrors: true,
    run: async ({ page, assert }) => {
      for (const name of ['index.html', 'embed.html']) {
        await page.goto(new URL(`../../dist/${name}`, import.meta.url).href);
        const words = page.locator('#boot-words');
        await words.filter({ hasText: 'from a server only' }).waitFor();
        assert.match(await words.textContent(), /python3 -m http\.server/);
      }
    },
  },
  {
    name: 'the first screen loads what its weight counts, and nothing else',
    run: async ({ browser, url, assert }) => {
      const xtask = process.env.XTASK ?? 'target/debug/xtask';
      // Above its ceiling it fails and prints the table all the same.
      const { stdout } = await promisify(execFile)(xtask, ['test', '--only', 'size']).catch((failed) => failed);
      const counted = [...stdout.matchAll(/^ *\d+ +\d+ {2}(\S+\.\S+)$/gm)].map((line) => line[1]);
      assert.ok(counted.length > 10, stdout);
      // A context of its own, so that nothing is in its cache.
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      const loaded = new Map();
      context.on('request', (request) => {
        const file = new URL(request.url()).pathname.slice(new URL(url).pathname.length);
        if (!loaded.has(file)) loaded.set(file, Date.now());
      });
      const page = await context.newPage();
      await page.addInitScript(() => {
        const look = () => {
          const words = document.querySelector('output.count')?.textContent.trim() ?? '';
          if (/^(step )?0?$|^t = 0$/.test(words)) requestAnimationFrame(look);
          else globalThis.movedAt = Date.now();
        };
        look();
      });
      await page.goto(url);
      await page.locator('.cards .picture canvas').first().waitFor();
      await page.locator('.chart canvas').waitFor();
      // Until something moves: the rest of the page comes after that.
      const moved = await (await page.waitForFunction(() => globalThis.movedAt)).jsonValue();
      const now = [...loaded].filter(([, at]) => at <= moved).map(([file]) => file);
      // The form comes by itself.
      await page.locator('.drawer .thumb, .drawer h2').first().waitFor();
      await context.close();
      const files = now.map((file) => file || 'index.html').sort();
      assert.deepEqual(files, files.filter((file) => counted.includes(file)), 'a file is loaded that is not counted');
      assert.ok(files.includes('worker/pde/iterscope_worker_bg.wasm'), files.join(' '));
    },
  },
  {
    name: 'the browser has a WebGPU adapter exactly when it should',
    run: async ({ page, otherUrl, gpu, assert }) => {
      await page.goto(`${otherUrl}blank.html`);
      const adapter = await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()));
      assert.equal(adapter, gpu === 'on');
    },
  },
];
