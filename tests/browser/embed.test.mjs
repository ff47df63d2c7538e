// The embedded figure, in a page of another origin.

const heard = (page, id) =>
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
      await heard(page, 'first');
      await heard(page, 'second');
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
      await screenshot('embedded');
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
