// The chart under a pointer: what it tells, and looking closer.

const moving = (page) =>
  page.waitForFunction(() => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '')) > 20);

/** A race that has come to rest, and the place of its plotting area. */
async function paused(page, url) {
  await page.goto(url);
  await moving(page);
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
  return page.locator('.chart .plot-over').boundingBox();
}

/** The step at the cursor. */
async function at(page) {
  const words = await page.locator('.chart .tooltip p').first().textContent();
  return Number(words.replace(/\D/g, ''));
}

const whole = (page) => page.getByRole('button', { name: 'Reset zoom' });

/** A picture of what is drawn. */
const drawn = async (page) => {
  // Without the pointer over it, so that no curve stands out.
  await page.mouse.move(2, 2);
  await page.waitForTimeout(100);
  return page.evaluate(() => document.querySelector('.chart canvas').toDataURL());
};

export const gpu = 'off';

export const tests = [
  {
    name: 'it tells the values of every run at the cursor',
    run: async ({ page, url, assert }) => {
      const box = await paused(page, url);
      const runs = await page.locator('.cards .card').count();
      const middle = box.y + box.height / 2;
      await page.mouse.move(box.x + box.width * 0.25, middle);
      const left = await at(page);
      assert.equal(await page.locator('.chart .tooltip li').count(), runs);
      await page.mouse.move(box.x + box.width * 0.5, middle);
      const right = await at(page);
      assert.ok(Math.abs(right - 2 * left) <= 2, `${left} and ${right}`);
      await page.mouse.move(box.x + box.width / 2, box.y + box.height + 120);
      assert.equal(await page.locator('.chart .tooltip').count(), 0);
    },
  },
  {
    name: 'dragging looks closer, twice closer still, and a double click resets the zoom',
    run: async ({ page, url, assert, screenshot }) => {
      const box = await paused(page, url);
      const middle = box.y + box.height / 2;
      const drag = async (from, to) => {
        await page.mouse.move(box.x + box.width * from, middle);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width * ((from + to) / 2), middle);
        assert.ok(await page.locator('.chart .plot-band').isVisible());
        await page.mouse.move(box.x + box.width * to, middle);
        await page.mouse.up();
        assert.ok(!(await page.locator('.chart .plot-band').isVisible()));
      };
      const step = async (share) => {
        await page.mouse.move(box.x + box.width * share, middle);
        return at(page);
      };
      assert.ok(!(await whole(page).isVisible()));
      const [first, last, before] = [await step(0.25), await step(0.75), await drawn(page)];
      await drag(0.25, 0.75);
      await whole(page).waitFor();
      assert.ok(Math.abs((await step(0.001)) - first) <= 1);
      assert.ok(Math.abs((await step(0.999)) - last) <= 1);
      await screenshot('chart-closer');
      const [inner, outer] = [await step(0.5), await step(0.9)];
      // From right to left is as good.
      await drag(0.9, 0.5);
      assert.ok(Math.abs((await step(0.001)) - inner) <= 1);
      assert.ok(Math.abs((await step(0.999)) - outer) <= 1);
      await page.mouse.dblclick(box.x + box.width / 2, middle);
      await whole(page).waitFor({ state: 'hidden' });
      assert.equal(await step(0.25), first);
      assert.equal(await drawn(page), before);
      // A slip of some pixels is not a range.
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.25 + 4, middle);
      await page.mouse.up();
      assert.ok(!(await whole(page).isVisible()));
    },
  },
  {
    name: 'a finger reads and selects',
    context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
    run: async ({ page, url, assert }) => {
      await paused(page, url);
      const over = page.locator('.chart .plot-over');
      await over.scrollIntoViewIfNeeded();
      const box = await over.boundingBox();
      const middle = box.y + box.height / 2;
      await page.touchscreen.tap(box.x + box.width / 2, middle);
      await page.locator('.chart .tooltip').waitFor();
      const [half, touch] = [await at(page), await page.context().newCDPSession(page)];
      const send = (type, ...points) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: points });
      const point = (share) => ({ x: box.x + box.width * share, y: middle });
      await send('touchStart', point(0.5));
      for (const share of [0.6, 0.7, 0.8, 0.9]) await send('touchMove', point(share));
      await send('touchEnd');
      await whole(page).waitFor();
      await page.touchscreen.tap(box.x + 1, middle);
      assert.ok(Math.abs((await at(page)) - half) <= 1, `${await at(page)} and ${half}`);
      await whole(page).tap();
      await whole(page).waitFor({ state: 'hidden' });
    },
  },
];
