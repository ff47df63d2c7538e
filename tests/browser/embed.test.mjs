// The embedded figure, in a page of another origin.

const listen = (page, id) =>
  page.evaluate((name) => {
    const element = document.getElementById(name);
    element.heard = [];
    for (const type of ['ready', 'trace', 'stopped']) {
      element.addEventListener(`iterscope-${type}`, (event) => element.heard.push({ type, detail: event.detail }));
    }
  }, id);
const has = (page, id, type) =>
  page.waitForFunction(([name, wanted]) => document.getElementById(name).heard.some((e) => e.type === wanted), [id, type], {
    timeout: 40_000,
  });

export const tests = [
  {
    name: 'two figures in one page run, wait, obey and report',
    timeout: 90_000,
    run: async ({ page, otherUrl, assert, screenshot }) => {
      await page.goto(`${otherUrl}two.html`);
      await page.waitForFunction(() => customElements.get('iter-scope'));
      await listen(page, 'first');
      await listen(page, 'second');
      await has(page, 'first', 'trace');
      assert.equal(await page.evaluate(() => document.getElementById('second').heard.length), 0, 'the second waits');
      await page.evaluate(() => document.getElementById('second').play());
      await has(page, 'second', 'stopped');
      await page.evaluate(() => document.getElementById('first').pause());
      await page.waitForTimeout(500);
      const count = () => page.evaluate(() => document.getElementById('first').heard.filter((e) => e.type === 'trace').length);
      const paused = await count();
      await page.waitForTimeout(700);
      assert.ok((await count()) <= paused + 1, 'it went on after pause');
      await page.evaluate(() => document.getElementById('first').step(1));
      await page.waitForTimeout(500);
      assert.ok((await count()) > paused, 'a step is reported');
      // What cannot be done is refused with the reason, and what can is answered.
      const refused = await page.evaluate(() => document.getElementById('first').set(0, 'nonsense', 1).catch((e) => e.message));
      assert.match(refused, /no parameter `nonsense`/);
      assert.equal(await page.evaluate(() => document.getElementById('first').pause()), undefined);
      await screenshot('embedded');
    },
  },
  {
    name: 'a figure is ready with what its first modules hold',
    timeout: 60_000,
    run: async ({ page, otherUrl, assert }) => {
      // A part that is called before then stands in the way of the figure, and of the page around it.
      const parts = [];
      page.on('request', (request) => {
        if (/part\d+\.wasm$/.test(request.url())) parts.push([Date.now(), new URL(request.url()).pathname]);
      });
      await page.addInitScript(() => {
        if (window === top) document.addEventListener('iterscope-ready', () => (globalThis.readyAt ??= Date.now()), true);
      });
      await page.goto(`${otherUrl}two.html`);
      const ready = await (await page.waitForFunction(() => globalThis.readyAt, null, { timeout: 40_000 })).jsonValue();
      assert.deepEqual(parts.filter(([at]) => at < ready).map(([, name]) => name), []);
    },
  },
  {
    name: 'figures from 320 to 1200 pixels start in turn and cut nothing off',
    timeout: 120_000,
    context: { viewport: { width: 1280, height: 1800 } },
    run: async ({ page, otherUrl, assert, screenshot }) => {
      await page.goto(`${otherUrl}many.html`);
      await page.waitForFunction(() => customElements.get('iter-scope'));
      const ids = ['narrow', 'middle', 'wide', 'flat'];
      await page.evaluate((all) => {
        globalThis.ready = [];
        globalThis.opened = new Set();
        const look = () => {
          const open = all.map((id) => Boolean(document.getElementById(id).shadowRoot.querySelector('iframe')));
          globalThis.opened.add(open.map(Number).join(''));
          setTimeout(look, 20);
        };
        look();
        for (const id of all) {
          document.getElementById(id).addEventListener('iterscope-ready', () => globalThis.ready.push(id));
        }
      }, ids);
      await page.waitForFunction((n) => globalThis.ready.length === n, ids.length, { timeout: 90_000 });
      // Whenever one was open, so were those above it; and they were not all opened at once.
      const opened = await page.evaluate(() => [...globalThis.opened]);
      assert.deepEqual(opened.filter((open) => !/^1*0*$/.test(open)), [], 'from the top');
      assert.ok(opened.length >= 3, `one after the other: ${opened}`);
      await page.waitForTimeout(1500);
      await screenshot('embedded-widths');
      for (const frame of page.frames().slice(1)) {
        const seen = await frame.evaluate(() => {
          const [w, h] = [innerWidth, innerHeight];
          const outside = (e) => {
            const box = e.getBoundingClientRect();
            return box.width > 0 && (box.left < -1 || box.right > w + 1 || box.top < -1 || box.bottom > h + 1);
          };
          const shown = [...document.querySelectorAll('.card, .chart, .plot, .transport, .transport *, .chart-head *')];
          const over = document.querySelector('.plot-over')?.getBoundingClientRect();
          return {
            size: [w, h],
            scrolls: document.documentElement.scrollWidth > w,
            outside: shown.filter(outside).map((e) => e.className || e.tagName),
            plot: over && [over.width, over.height],
          };
        });
        assert.equal(seen.scrolls, false, JSON.stringify(seen));
        assert.deepEqual(seen.outside, [], JSON.stringify(seen));
        if (seen.plot) assert.ok(seen.plot[0] >= 200 && seen.plot[1] >= 70, JSON.stringify(seen));
      }
      const title = await page.evaluate(() => document.getElementById('narrow').shadowRoot.querySelector('iframe').title);
      assert.equal(title, 'Rotating flow');
    },
  },
  {
    name: 'messages from another origin than the one named are ignored',
    run: async ({ page, url, otherUrl, assert }) => {
      await page.goto(`${otherUrl}blank.html`);
      const answered = await page.evaluate(async (address) => {
        const heard = [];
        addEventListener('message', (event) => heard.push(event.data));
        const frame = document.createElement('iframe');
        frame.src = `${address}embed.html#preset=pde.poisson&autoplay=1&parent=${encodeURIComponent('https://elsewhere.example')}`;
        document.body.append(frame);
        await new Promise((resolve) => setTimeout(resolve, 4000));
        frame.contentWindow.postMessage({ iterscope: 1, type: 'pause' }, '*');
        await new Promise((resolve) => setTimeout(resolve, 1000));
        return heard.filter((data) => data?.iterscope).length;
      }, url);
      assert.equal(answered, 0);
    },
    // The browser itself reports that a message was not delivered to another origin.
    expectConsoleErrors: true,
  },
];
