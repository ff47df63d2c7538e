// The runner notices what it promises to notice. Without this, "nothing leaves the page" would be a hope.

const inWorker = (script) =>
  `new Worker(URL.createObjectURL(new Blob([${JSON.stringify(script)}], { type: 'text/javascript' })), { type: 'module' }), 0`;

/** A page that runs `script`, which causes `event` in the browser, and the fault to be found. */
const fault = (name, event, script, fails) => ({
  name: `the runner notices ${name}`,
  gpu: 'off',
  fails,
  run: async ({ page, otherUrl }) => {
    await page.goto(`${otherUrl}blank.html`);
    await Promise.all([page.waitForEvent(event), page.evaluate(script)]);
  },
});

const left = /^a request left the page: .*elsewhere\.example/;

export const tests = [
  fault('a request', 'request', `fetch('https://elsewhere.example/').catch(() => 0)`, left),
  fault('a picture', 'request', `new Image().src = 'http://elsewhere.example/a.png'`, left),
  fault('a beacon', 'request', `navigator.sendBeacon('https://elsewhere.example/', 'x')`, left),
  fault('a web socket', 'websocket', `new WebSocket('wss://elsewhere.example/'), 0`, left),
  fault('a request of a worker', 'request', inWorker(`fetch('https://elsewhere.example/').catch(() => 0)`), left),
  fault('an error in the console', 'console', `console.error('oh')`, /^console: oh/),
  fault('an error in the console of a worker', 'console', inWorker(`console.error('oh')`), /^console: oh/),
  fault('an exception', 'pageerror', `setTimeout(() => { throw new Error('oh') }), 0`, /^thrown: Error: oh/),
  fault('a rejected promise', 'pageerror', `Promise.reject(new Error('oh')), 0`, /^thrown: Error: oh/),
  fault('an exception in a worker', 'pageerror', inWorker(`throw new Error('oh')`), /^thrown: Error: oh/),
  fault('a missing file', 'response', `fetch('missing.js').then(() => 0)`, /^status 404: .*missing\.js/),
  {
    name: 'the runner stops a page that hangs',
    gpu: 'off',
    timeout: 2_000,
    fails: /not done after 2000 ms/,
    run: async ({ page, otherUrl }) => {
      await page.goto(`${otherUrl}blank.html`);
      await page.evaluate('for (;;);');
    },
  },
];
