// The page loads, and the two modes of the tests are what they say.

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
    name: 'the browser has a WebGPU adapter exactly when it should',
    run: async ({ page, otherUrl, gpu, assert }) => {
      await page.goto(`${otherUrl}blank.html`);
      const adapter = await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()));
      assert.equal(adapter, gpu === 'on');
    },
  },
];
