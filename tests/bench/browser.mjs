// The solvers as a browser runs them: against the same solvers natively, against evalica's own WebAssembly, and how long
// the page stands still while it takes in large tables. All ratios are within one run, the programs taking turns; the best
// of several rounds counts.
//
//   cargo xtask build
//   cargo build --release -p iterscope-cli
//   CHROMIUM=/usr/bin/chromium node tests/bench/browser.mjs [--rounds 5] [--only TEXT] [--dist FOLDER] [--evalica FOLDER]
//
// FOLDER holds evalica.js and evalica_bg.wasm, made from the sources of the crate evalica by
//   cargo build --release --lib --target wasm32-unknown-unknown --features wasm
//   wasm-bindgen --target web --out-dir FOLDER target/wasm32-unknown-unknown/release/evalica.wasm

import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { serve } from '../browser/server.mjs';
import { prepare } from '../browser/worker.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, only: { type: 'string', default: '' }, dist: { type: 'string', default: 'dist' }, evalica: { type: 'string' } },
});
const rounds = Number(options.rounds);
const native = process.env.ITERSCOPE ?? path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, 'target'), 'release/iterscope');
const chosen = (name) => name.includes(options.only);
const best = (times) => Math.min(...times);

/** Uniform numbers in [0, 1), the same in every run (mulberry32). */
function uniform(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const normal = (next) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

/** Pairs [winner, loser]; neighbours on a ring have met twice with one win each, so that the estimate is finite. */
function games(players, count) {
  const next = uniform(7);
  const strength = Array.from({ length: players }, () => 0.7 * normal(next));
  const pairs = [];
  for (let i = 0; i < count; i += 1) {
    const a = Math.floor(next() * players);
    const b = (a + 1 + Math.floor(next() * (players - 1))) % players;
    pairs.push(next() < 1 / (1 + Math.exp(strength[b] - strength[a])) ? [a, b] : [b, a]);
  }
  for (let a = 0; a < players; a += 1) pairs.push([a, (a + 1) % players], [(a + 1) % players, a]);
  return pairs;
}

const asGames = (pairs) => `winner,loser\n${pairs.map(([w, l]) => `p${w},p${l}`).join('\n')}\n`;

/** Ratings of realistic shape: few are popular, a taste of rank 2, stars from 1 to 5. */
function ratings(users, items, count) {
  const next = uniform(11);
  const popular = (n) => Math.floor(n * next() ** 2.5);
  const taste = (n) => Array.from({ length: n }, () => [normal(next), normal(next)]);
  const [u, v] = [taste(users), taste(items)];
  const seen = new Set();
  const lines = ['user,item,rating'];
  while (lines.length <= count) {
    const [i, j] = [popular(users), popular(items)];
    if (seen.has(i * items + j)) continue;
    seen.add(i * items + j);
    const liked = 3.5 + 0.6 * (u[i][0] * v[j][0] + u[i][1] * v[j][1]) + 0.6 * normal(next);
    lines.push(`u${i},i${j},${Math.min(5, Math.max(1, Math.round(liked)))}`);
  }
  return `${lines.join('\n')}\n`;
}

const mesh = (method, steps) => ({
  schema: 1,
  problem: { id: 'pde.advection-diffusion', params: { n: 256 } },
  runs: [{ method, backend: 'cpu-f64' }],
  stop: { rtol: 1e-15, max_steps: steps },
});
const factors = (method, rank, steps) => ({
  schema: 1,
  problem: { id: 'completion.ratings', data: 'ratings.csv', params: {} },
  runs: [{ method, backend: 'cpu-f64', params: { rank } }],
  stop: { rtol: 1e-15, max_steps: steps },
});
const ranking = (method, rtol) => ({
  schema: 1,
  problem: { id: 'ranking.pairwise', data: 'games.csv' },
  runs: [{ method, backend: 'cpu-f64' }],
  stop: { rtol, max_steps: 10_000 },
});

const site = await serve(path.resolve(root, options.dist), { prefix: '/some/where/' });
const folder = await mkdtemp(path.join(tmpdir(), 'iterscope-bench-'));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--no-sandbox', '--enable-precise-memory-info'],
});

/** A page of the site, in which modules from elsewhere may run. */
async function open() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
  context.setDefaultTimeout(600_000);
  const page = await context.newPage();
  return page;
}

/** Seconds that the steps of a run took, and how many they were. */
async function inBrowser(page, experiment, file) {
  return page.evaluate(
    async ([experiment, name]) => {
      const start = performance.now();
      const worker = await iterscopeWorker(experiment.problem.id.split('.')[0]);
      const ready = performance.now();
      if (name) {
        const bytes = new TextEncoder().encode(globalThis.tables[name]);
        worker.send({ file: { name } }, [bytes]);
      }
      await worker.load(experiment);
      const built = performance.now();
      await worker.finish();
      const ended = performance.now();
      const rows = (await worker.take('trace')).trim().split('\n').map((line) => line.split(','));
      worker.end();
      const [head, last] = [rows[0], rows.at(-1)];
      const value = (key) => Number(last[head.indexOf(key)]);
      return {
        steps: value('step'),
        seconds: value('seconds'),
        built: (built - ready) / 1e3,
        whole: (ended - ready) / 1e3,
        started: (ready - start) / 1e3,
      };
    },
    [experiment, file],
  );
}

async function natively(experiment) {
  const file = path.join(folder, 'experiment.json');
  await writeFile(file, JSON.stringify(experiment));
  const [run] = JSON.parse(execFileSync(native, ['run', file, '--json'], { maxBuffer: 1 << 28 })).runs;
  return { steps: run.steps, seconds: run.seconds.run };
}

async function against(table) {
  console.log('\n| method | steps | natively (ms a step) | in Chromium (ms a step) | ratio |\n|---|---|---|---|---|');
  const page = await open();
  await prepare(page, site.url);
  await page.evaluate((all) => (globalThis.tables = all), table);
  const cases = [
    ['pde.jacobi, 65,025 unknowns', mesh('pde.jacobi', 400)],
    ['pde.sor, 65,025 unknowns', mesh('pde.sor', 200)],
    ['pde.cg, 65,025 unknowns', mesh('pde.cg', 300)],
    ['ranking.newman, 220,000 games of 10,000', ranking('ranking.newman', 1e-8)],
    ['ranking.newton, 220,000 games of 10,000', ranking('ranking.newton', 1e-8)],
    ...[10, 20, 40].map((rank) => [`completion.als, rank ${rank}, 1,000,000 ratings`, factors('completion.als', rank, 16)]),
    ['completion.sgd, rank 10, 1,000,000 ratings', factors('completion.sgd', 10, 4)],
  ];
  for (const [name, experiment] of cases.filter(([name]) => chosen(name))) {
    const file = experiment.problem.data;
    const times = { here: [], there: [] };
    let steps;
    for (let round = 0; round < rounds; round += 1) {
      const here = await natively(experiment);
      const there = await inBrowser(page, experiment, file);
      if (here.steps !== there.steps) throw new Error(`${name}: ${here.steps} and ${there.steps} steps`);
      steps = here.steps;
      times.here.push((1e3 * here.seconds) / steps);
      times.there.push((1e3 * there.seconds) / steps);
    }
    const [here, there] = [best(times.here), best(times.there)];
    console.log(`| ${name} | ${steps} | ${here.toPrecision(3)} | ${there.toPrecision(3)} | ${(there / here).toFixed(2)} |`);
  }
  await page.context().close();
}

async function evalica(pkg) {
  console.log('\n| games | evalica (s) | Iterscope: reading, counting, ranking (s) | of that, passes (s) | ratio |\n|---|---|---|---|---|');
  for (const [players, count] of [[1_000, 200_000], [3_000, 200_000]]) {
    const pairs = games(players, count);
    const page = await open();
    await page.route('**/evalica/*', async (route) => {
      const file = path.join(pkg, path.basename(new URL(route.request().url()).pathname));
      const contentType = file.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
      await route.fulfill({ body: await readFile(file), contentType });
    });
    await prepare(page, site.url);
    await page.evaluate((all) => (globalThis.tables = all), { 'games.csv': asGames(pairs) });
    await page.evaluate((all) => (globalThis.pairs = all), pairs);
    const times = { theirs: [], ours: [], passes: [] };
    for (let round = 0; round < rounds; round += 1) {
      const theirs = await page.evaluate(async ([players, address]) => {
        const { default: init, newman } = await import(`${address}evalica/evalica.js`);
        await init();
        const [xs, ys] = [0, 1].map((side) => Uint32Array.from(globalThis.pairs, (pair) => pair[side]));
        const winners = new Uint8Array(xs.length);
        const weights = new Float64Array(xs.length).fill(1);
        const start = performance.now();
        newman(xs, ys, winners, weights, players, 0.5, 1e-6, 10_000);
        return (performance.now() - start) / 1e3;
      }, [players, site.url]);
      const ours = await inBrowser(page, ranking('ranking.newman', 1e-8), 'games.csv');
      times.theirs.push(theirs);
      times.ours.push(ours.whole);
      times.passes.push(ours.seconds);
    }
    const [theirs, ours, passes] = [times.theirs, times.ours, times.passes].map(best);
    const words = `${pairs.length.toLocaleString('en')} games between ${players.toLocaleString('en')} players`;
    console.log(`| ${words} | ${theirs.toFixed(3)} | ${ours.toFixed(3)} | ${passes.toFixed(4)} | ${(theirs / ours).toFixed(1)} |`);
    await page.context().close();
  }
}

/** How long the page stands still while a table comes in and is ranked or filled. */
async function still(table) {
  console.log('\n| table | from the file to the first moving picture (s) | longest still time of the page (ms) |\n|---|---|---|');
  const cases = [
    ['220,000 games between 10,000 players', 'ranking.world-cup', 'games.csv'],
    ['1,000,000 ratings', 'completion.judges', 'ratings.csv'],
  ];
  for (const [name, preset, file] of cases) {
    const page = await open();
    await page.goto(`${site.url}#preset=${preset}`);
    await page.getByRole('button', { name: 'Choose a file' }).waitFor();
    await page.waitForTimeout(2000);
    const input = page.locator('input[type=file]').first();
    await page.evaluate(() => {
      globalThis.longest = 0;
      let last = performance.now();
      const tick = (now) => {
        globalThis.longest = Math.max(globalThis.longest, now - last);
        last = now;
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    });
    const count = () => Number(document.querySelector('footer .count')?.textContent.replace(/\D/g, '') ?? 0);
    const before = await page.evaluate(count);
    const start = performance.now();
    await input.setInputFiles(path.join(folder, file));
    // The new race begins where the other one began.
    const begun = `(before) => { const now = (${count})(); return now > 0 && now < before; }`;
    await page.waitForFunction(`(${begun})(${before})`);
    const seconds = (performance.now() - start) / 1e3;
    await page.waitForTimeout(3000);
    const longest = await page.evaluate(() => globalThis.longest);
    console.log(`| ${name} | ${seconds.toFixed(1)} | ${Math.round(longest)} |`);
    await page.screenshot({ path: path.join(root, 'target/screenshots', `large-${file}.png`) });
    await page.context().close();
  }
}

try {
  const table = { 'games.csv': asGames(games(10_000, 200_000)), 'ratings.csv': ratings(6_040, 3_706, 1_000_000) };
  for (const [name, text] of Object.entries(table)) await writeFile(path.join(folder, name), text);
  await against(table);
  if (options.evalica && chosen('evalica')) await evalica(path.resolve(options.evalica));
  if (chosen('page')) await still(table);
} finally {
  await browser.close();
  site.close();
  await rm(folder, { recursive: true });
}
