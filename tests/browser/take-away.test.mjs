// What is taken away: drawings, pictures, films, programs, references, a report.

import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const until = (page, wanted, arg) => page.waitForFunction(wanted, arg, { timeout: 30_000 });
const link = (url, experiment) => `${url}#${encodeURIComponent(JSON.stringify(experiment))}`;
const ended = (page, runs) =>
  until(page, (n) => document.querySelectorAll('.card > header .badge.good').length === n, runs);

const SPLITTINGS = {
  schema: 1,
  problem: { id: 'pde.advection-diffusion', params: { n: 16, velocity_x: '20 y', velocity_y: '-20x', exact: 'sin(pi x + pi y)' } },
  runs: [{ method: 'pde.jacobi' }, { method: 'pde.gauss-seidel' }, { method: 'pde.sor', params: { omega: 1.3 } }],
};
const POISSON = {
  schema: 1,
  problem: { id: 'pde.poisson', params: { n: 20, diffusion: '1 + x^2' } },
  runs: [{ method: 'pde.jacobi', params: { omega: 0.9 } }, { method: 'pde.cg' }, { method: 'pde.sor', params: { omega: 1.7 } }],
};
const GAMES = {
  schema: 1,
  problem: {
    id: 'ranking.pairwise',
    data: { name: 'games.csv', text: 'winner,loser,count\nAda,Ben,7\nBen,Ada,2\nBen,Cleo,5\nCleo,Ben,4\nCleo,Ada,1\nAda,Cleo,6\n' },
  },
  runs: [{ method: 'ranking.newton' }],
  stop: { rtol: 1e-12 },
};

async function open(page) {
  await page.getByRole('button', { name: 'Export', exact: true }).click();
}

/** What a button of the export panel offers as a file. */
async function file(page, name) {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('.panel').getByRole('button', { name, exact: true }).click(),
  ]);
  const bytes = Buffer.concat(await (await download.createReadStream()).toArray());
  return { name: download.suggestedFilename(), bytes, text: bytes.toString() };
}

/** What a button of the export panel shows as text. */
async function words(page, name) {
  await page.locator('.panel').getByRole('button', { name, exact: true }).click();
  await page.locator('.panel .copy-label').getByText(name, { exact: true }).waitFor();
  return page.locator('.panel textarea').inputValue();
}

/** Runs a Python program where a Python with its packages is named, as `ITERSCOPE_PYTHON`, and returns its lines. */
async function python(program) {
  if (!process.env.ITERSCOPE_PYTHON) return undefined;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'iterscope-'));
  await writeFile(path.join(folder, 'program.py'), program);
  const { stdout } = await promisify(execFile)(process.env.ITERSCOPE_PYTHON, ['program.py'], { cwd: folder });
  return stdout.trim().split('\n');
}

/** Opens an SVG as a page of its own and says what is in it. */
async function look(page, svg) {
  return page.evaluate((text) => {
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
    const wrong = parsed.querySelector('parsererror')?.textContent;
    const all = (name) => [...parsed.querySelectorAll(name)];
    return {
      wrong,
      texts: all('text').map((e) => e.textContent),
      strokes: [...new Set(all('path').map((e) => e.getAttribute('stroke')))],
      points: Math.max(...all('path').map((e) => e.getAttribute('d').split('L').length)),
    };
  }, svg);
}

export const gpu = 'off';

export const tests = [
  {
    name: 'the chart is an SVG with its legend, axes and curves',
    run: async ({ page, url, assert }) => {
      await page.goto(link(url, SPLITTINGS));
      await ended(page, 3);
      await open(page);
      const { name, text } = await file(page, 'Chart, SVG');
      assert.equal(name, 'iterscope-chart.svg');
      const seen = await look(page, text);
      assert.equal(seen.wrong, undefined);
      for (const run of ['Jacobi', 'Gauss-Seidel', 'SOR ω 1.3', '1e-8'])
        assert.ok(seen.texts.some((t) => t.startsWith(run)), `${run} is not in ${seen.texts}`);
      for (const colour of ['#0072b2', '#d55e00', '#008f68']) assert.ok(seen.strokes.includes(colour), `${seen.strokes}`);
      assert.ok(seen.points > 60, `${seen.points} points`);
      assert.ok(!/NaN|undefined|Infinity/.test(text));
    },
  },
  {
    name: 'plots of curves are one SVG, and the stage is one picture',
    run: async ({ page, url, assert }) => {
      const heat = {
        schema: 1,
        problem: { id: 'pde.system', params: { dimension: '1', n: 64, equations: 'u_t = 0.1*lap(u); u(0) = sin(pi*x)' } },
        runs: [{ method: 'pde.crank-nicolson' }, { method: 'pde.implicit-euler' }],
        stop: { until: 0.05 },
      };
      await page.goto(link(url, heat));
      await ended(page, 2);
      await open(page);
      const seen = await look(page, (await file(page, 'Plots, SVG')).text);
      assert.equal(seen.wrong, undefined);
      assert.ok(seen.texts.includes('Crank-Nicolson') && seen.points > 20, JSON.stringify(seen));
      const { bytes, name } = await file(page, 'Everything, PNG');
      assert.equal(name, 'iterscope.png');
      assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
      // Width and height stand big-endian behind the first chunk's name.
      assert.ok(bytes.readUInt32BE(16) > 1500 && bytes.readUInt32BE(20) > 800, 'the picture is small');
    },
  },
  {
    name: 'the race is filmed to its end',
    timeout: 90_000,
    run: async ({ page, url, assert }) => {
      await page.goto(link(url, SPLITTINGS));
      await ended(page, 3);
      await open(page);
      const { name, bytes } = await file(page, 'Video');
      assert.equal(name, 'iterscope.webm');
      // How a WebM file begins.
      assert.equal(bytes.readUInt32BE(0), 0x1a45dfa3);
      assert.ok(bytes.length > 20_000, `${bytes.length} bytes`);
    },
  },
  {
    name: 'linear solvers are Python programs that need the same steps',
    timeout: 120_000,
    run: async ({ page, url, assert }) => {
      for (const experiment of [SPLITTINGS, POISSON]) {
        await page.goto('about:blank');
        await page.goto(link(url, experiment));
        await ended(page, 3);
        await open(page);
        const shell = await words(page, 'Command line');
        assert.match(shell, /iterscope run experiment\.json/);
        const lines = await python(await words(page, 'Python'));
        const counts = (await page.locator('.cards .numbers div:first-child dd').allTextContents())
          .map((text) => Number(text.replace(/\D/g, '')));
        if (!lines) continue;
        assert.equal(lines.length, 3);
        lines.forEach((line, i) => {
          const [, step, residual] = /step (\d+), residual (\S+)$/.exec(line) ?? assert.fail(line);
          // Beyond 200 steps a run is measured after every hundredth part of its way.
          assert.ok(Math.abs(step - counts[i]) <= Math.max(1, 0.011 * step), `${line}: ${counts[i]} in the page`);
          assert.ok(Number(residual) <= 1e-8, line);
        });
      }
    },
  },
  {
    name: 'a ranking is a Python program that gives the same strengths, and its source is BibTeX',
    timeout: 90_000,
    run: async ({ page, url, assert }) => {
      await page.goto(link(url, GAMES));
      await ended(page, 1);
      await open(page);
      const lines = await python(await words(page, 'Python'));
      const result = await file(page, 'CSV');
      const [head, ...rows] = result.text.trim().split('\n').map((line) => line.split(','));
      const [item, strength] = [head.indexOf('item'), head.indexOf('strength')];
      if (lines) {
        const found = Object.fromEntries(lines.map((line) => line.split(': ')));
        const own = Object.fromEntries(rows.map((row) => [row[item], Math.log(row[strength])]));
        const mean = Object.values(own).reduce((a, b) => a + b) / rows.length;
        for (const [who, value] of Object.entries(own)) {
          assert.ok(Math.abs(value - mean - Number(found[who])) < 1e-6, `${who}: ${value - mean}, choix ${found[who]}`);
        }
      }
      const bib = await words(page, 'BibTeX of the methods');
      assert.match(bib, /@misc\{nocedal2006,\n {2}author = \{J\. Nocedal and S\. J\. Wright\}/);
    },
  },
  {
    name: 'what Python has no counterpart for is refused with words',
    run: async ({ page, url, assert }) => {
      await page.goto(`${url}#preset=completion.low-rank-race`);
      await until(page, () => document.querySelectorAll('.chip').length > 0);
      await open(page);
      await page.locator('.panel').getByRole('button', { name: 'Python', exact: true }).click();
      const note = page.locator('.panel .note');
      await note.waitFor();
      assert.match(await note.textContent(), /no counterpart/);
    },
  },
  {
    name: 'a report is one file that opens without the page',
    run: async ({ page, url, browser, assert, screenshot }) => {
      await page.goto(link(url, SPLITTINGS));
      await ended(page, 3);
      await open(page);
      const { name, text } = await file(page, 'Report, HTML');
      assert.equal(name, 'iterscope-report.html');
      const context = await browser.newContext({ offline: true, javaScriptEnabled: false });
      try {
        const report = await context.newPage();
        const problems = [];
        report.on('console', (m) => m.type() === 'error' && problems.push(m.text()));
        await report.setContent(text);
        assert.equal(await report.locator('tbody tr').count(), 3);
        assert.ok(await report.locator('svg path').count() > 3);
        assert.ok(await report.locator('img').evaluate((e) => e.naturalWidth > 1000));
        assert.match(await report.locator('pre').first().textContent(), /"schema":1/);
        assert.deepEqual(problems, []);
        await report.screenshot({ path: (await screenshot('report')).replace('report', 'report-alone'), fullPage: true });
      } finally {
        await context.close();
      }
    },
  },
];
