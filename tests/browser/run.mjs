// The browser tests' runner. It serves dist/ below a sub-path, and tests/browser/pages/ from another origin, opens
// Chromium with WebGPU on or off, and runs what the *.test.mjs files beside it export:
//
//   export const tests = [{
//     name: 'the page loads',
//     gpu: 'any',                  // the mode it is for: 'any', 'on' or 'off'
//     timeout: 60_000,             // milliseconds
//     expectConsoleErrors: false,  // true: errors of the page are the test's to judge, in `errors`
//     fails: /a request left/,     // the runner must find this fault: for tests of the runner itself
//     context: {},                 // options of Playwright's browser.newContext, say { colorScheme: 'dark' }
//     run: async ({ page, url, otherUrl, browser, gpu, assert, screenshot, native, errors }) => {},
//   }];
//
// A file may say the mode of its tests: `export const gpu = 'off'`, where nothing depends on what computes; else it is 'any'.
//
// `url` and `otherUrl` are the two servers' addresses, ending in a slash. `screenshot(name, options)` saves to
// target/screenshots/. `native(...args)` runs the command line program and returns what it printed. A test fails when
// the page logs an error, throws, is refused a file, or asks any other origin for anything.
//
//   CHROMIUM=/usr/bin/chromium node tests/browser/run.mjs --gpu on|off [--only TEXT]

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { serve } from './server.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '../..');

const { values: options } = parseArgs({ options: { gpu: { type: 'string' }, only: { type: 'string' } } });
const { CHROMIUM, ITERSCOPE } = process.env;
if (!['on', 'off'].includes(options.gpu)) fail('say --gpu on or --gpu off');
if (!CHROMIUM) fail('set CHROMIUM to the path of a Chromium, or run `cargo xtask test --only browser-cpu`');

const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // Nothing but this machine has an address.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  // A software adapter; without this flag a headless Chromium has none at all.
  ...(options.gpu === 'on' ? ['--enable-unsafe-webgpu'] : []),
];

const site = await serve(path.join(root, 'dist'), { prefix: '/some/where/' });
// A page of the other origin writes __SITE__ where it needs the address of the first.
const other = await serve(path.join(here, 'pages'), { replace: ['__SITE__', site.url] });
const origins = [site.url, other.url].map((url) => new URL(url).origin);
const screenshots = path.join(root, 'target/screenshots');
await mkdir(screenshots, { recursive: true });

let browser;
let passed = 0;
let failed = 0;
for (const { file, test } of await discover()) {
  const name = `${file}: ${test.name}`;
  const started = performance.now();
  const problems = await perform(test);
  const took = Math.round(performance.now() - started);
  if (problems.length === 0) {
    passed += 1;
    console.log(`ok ${name} (${took} ms)`);
  } else {
    failed += 1;
    console.log(`FAIL ${name} (${took} ms)`);
    for (const problem of problems) console.log(problem.replace(/^/gm, '    '));
  }
}
await browser?.close();
site.close();
other.close();
if (passed + failed === 0) fail('no test was chosen');
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function fail(sentence) {
  console.error(`error: ${sentence}`);
  process.exit(2);
}

/** The tests of this mode, in the order of their files. */
async function discover() {
  const files = (await readdir(here)).filter((file) => file.endsWith('.test.mjs')).sort();
  const found = [];
  for (const file of files) {
    const { tests, gpu = 'any' } = await import(pathToFileURL(path.join(here, file)));
    for (const test of tests) {
      const fits = ['any', options.gpu].includes(test.gpu ?? gpu);
      const chosen = `${file}: ${test.name}`.includes(options.only ?? '');
      if (fits && chosen) found.push({ file: file.replace('.test.mjs', ''), test });
    }
  }
  return found;
}

/** Runs one test in a fresh context and returns what was wrong, each as text. */
async function perform(test) {
  if (!browser?.isConnected()) browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  // Every test is a first visit; only those of the service worker have one.
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block', ...test.context });
  const problems = [];
  const errors = [];
  await watch(context, problems, errors);
  let timer;
  try {
    const limit = test.timeout ?? 60_000;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done after ${limit} ms`)), limit);
    });
    const page = await context.newPage();
    await Promise.race([late, test.run(tools(page, errors))]);
  } catch (error) {
    problems.push(error.stack ?? String(error));
  } finally {
    clearTimeout(timer);
    await context.close();
  }
  if (!test.expectConsoleErrors) problems.push(...errors);
  if (!test.fails) return problems;
  return problems.some((problem) => test.fails.test(problem)) ? [] : [`no fault like ${test.fails}`, ...problems];
}

/** Collects the errors of all pages of a context, and the requests that leave the two servers. */
async function watch(context, problems, errors) {
  const strange = (url) => /^(https?|wss?|ftp):/.test(url) && !origins.includes(new URL(url).origin);
  await context.route((url) => strange(url.href), (route) => route.abort());
  context.on('request', (request) => {
    if (strange(request.url())) problems.push(`a request left the page: ${request.method()} ${request.url()}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) errors.push(`status ${response.status()}: ${response.url()}`);
  });
  context.on('console', (message) => {
    if (message.type() !== 'error') return;
    const { url, lineNumber } = message.location();
    errors.push(`console: ${message.text()} (${url}:${lineNumber})`);
  });
  context.on('weberror', (error) => errors.push(`thrown: ${error.error().stack ?? error.error()}`));
  context.on('page', (page) => {
    page.on('crash', () => problems.push('the page crashed'));
    page.on('websocket', (socket) => problems.push(`a request left the page: ${socket.url()}`));
  });
}

function tools(page, errors) {
  return {
    page,
    url: site.url,
    otherUrl: other.url,
    browser,
    gpu: options.gpu,
    assert,
    errors,
    screenshot: async (name, settings) => {
      const file = path.join(screenshots, `${name}-gpu-${options.gpu}.png`);
      await page.screenshot({ path: file, ...settings });
      return file;
    },
    native: async (...args) => {
      if (!ITERSCOPE) throw new Error('ITERSCOPE does not name the command line program');
      const { stdout } = await promisify(execFile)(ITERSCOPE, args, { maxBuffer: 2 ** 28 });
      return stdout;
    },
  };
}
