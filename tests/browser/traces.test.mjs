// What a run gives in the browser is what it gives natively: the fingerprints of all traces, for every preset, and so for
// every method.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './worker.mjs';

const STEPS = 30;

/** The experiment of a preset, short and in double precision. */
function short(experiment) {
  const stop = { rtol: 1e-8, ...experiment.stop, max_steps: STEPS };
  return { ...experiment, stop, runs: experiment.runs.map((run) => ({ ...run, backend: 'cpu-f64' })) };
}

/** Pictures in rarer formats, written by other programs. */
const PICTURES = ['plain.gif', 'clear.gif', 'plain.bmp', 'palette.bmp', 'lossless.webp'];
const FIXTURES = fileURLToPath(new URL('../../crates/data/tests/fixtures/completion/', import.meta.url));

export const tests = [
  {
    name: 'pictures in rarer formats are the same runs as natively',
    gpu: 'off',
    run: async ({ page, url, assert, native }) => {
      await prepare(page, url);
      for (const name of PICTURES) {
        const bytes = [...(await readFile(path.join(FIXTURES, name)))];
        const experiment = {
          schema: 1,
          problem: { id: 'completion.image', data: name, params: { colour: 'beside', rank: 2, size: 8 } },
          runs: [{ method: 'completion.als', backend: 'cpu-f64' }],
          stop: { rtol: 1e-8, max_steps: 20 },
        };
        const folder = await mkdtemp(path.join(tmpdir(), 'iterscope-'));
        try {
          const file = path.join(folder, 'e.json');
          await writeFile(file, JSON.stringify(experiment));
          await writeFile(path.join(folder, name), new Uint8Array(bytes));
          const expected = JSON.parse(await native('run', file, '--json'));
          const [found, summary] = await page.evaluate(
            async ({ bytes, name, experiment }) => {
              const worker = await iterscopeWorker('completion');
              try {
                // One behind the other: the second waits for the first.
                worker.send({ file: { name } }, [new Uint8Array(bytes)]);
                const loaded = await worker.load(experiment);
                await worker.finish();
                return [JSON.parse(await worker.take('hashes'))[0], loaded.problem.summary];
              } finally {
                worker.end();
              }
            },
            { bytes, name, experiment },
          );
          assert.equal(summary, expected.summary, name);
          assert.equal(found, expected.runs[0].trace_hash, name);
        } finally {
          await rm(folder, { recursive: true });
        }
      }
    },
  },
  {
    name: `the first ${STEPS} steps of every preset give the same trace as natively, bit for bit`,
    timeout: 600_000,
    gpu: 'off',
    run: async ({ page, url, assert, native }) => {
      const catalog = JSON.parse(await native('list', '--json'));
      const presets = catalog.families.flatMap((family) => family.presets);
      const methods = new Set(presets.flatMap((preset) => preset.experiment.runs.map((run) => run.method)));
      for (const method of catalog.families.flatMap((family) => family.methods)) {
        assert.ok(methods.has(method.id), `${method.id} is in no preset`);
      }
      await prepare(page, url);
      const folder = await mkdtemp(path.join(tmpdir(), 'iterscope-'));
      const different = [];
      try {
        for (const { id, experiment } of presets) {
          const file = path.join(folder, `${id}.json`);
          await writeFile(file, JSON.stringify(short(experiment)));
          const expected = JSON.parse(await native('run', file, '--json')).runs.map((run) => run.trace_hash);
          const found = await page.evaluate(async (wanted) => {
            const worker = await iterscopeWorker(wanted.problem.id.split('.')[0]);
            try {
              await worker.load(wanted);
              await worker.finish();
              return JSON.parse(await worker.take('hashes'));
            } finally {
              worker.end();
            }
          }, short(experiment));
          experiment.runs.forEach((run, i) => {
            if (found[i] !== expected[i]) different.push(`${id}: ${run.method}: ${found[i]}, natively ${expected[i]}`);
          });
        }
      } finally {
        await rm(folder, { recursive: true });
      }
      assert.deepEqual(different, []);
    },
  },
  {
    name: 'the worker takes the CPU where there is no adapter or only a software one, and says why',
    run: async ({ page, url, gpu, assert }) => {
      await prepare(page, url);
      const [ready, loaded] = await page.evaluate(async () => {
        const worker = await iterscopeWorker('pde-gpu');
        const runs = [{ method: 'pde.jacobi' }, { method: 'pde.sor' }];
        const found = await worker.load({ schema: 1, problem: { id: 'pde.advection-diffusion' }, runs });
        worker.end();
        return [worker.ready, found];
      });
      assert.equal(ready.gpu_usable, gpu === 'on');
      assert.equal(loaded.runs[0].backend, 'cpu-f64');
      assert.match(loaded.runs[0].backend_reason, gpu === 'on' ? /software/i : /WebGPU|adapter/i);
      assert.match(loaded.runs[1].backend_reason, /CPU/);
    },
  },
  {
    name: 'WebGPU follows its twin on the CPU',
    gpu: 'on',
    run: async ({ page, url, assert }) => {
      await prepare(page, url);
      const rows = await page.evaluate(async () => {
        const worker = await iterscopeWorker('pde-gpu');
        const problem = { id: 'pde.advection-diffusion', params: { n: 48 } };
        const runs = ['pde.jacobi', 'pde.cg'].flatMap((method) =>
          ['webgpu-f32', 'cpu-f32', 'cpu-f64'].map((backend) => ({ method, backend })),
        );
        await worker.load({ schema: 1, problem, runs, stop: { rtol: 1e-4, max_steps: 64 } });
        await worker.finish();
        const trace = await worker.take('trace');
        worker.end();
        return trace.trim().split('\n').map((line) => line.split(','));
      });
      const [head, ...body] = rows;
      const column = head.indexOf('residual.l2.rel');
      const at = (run, step) => {
        const row = body.find((r) => r[0] === String(run) && r[2] === String(step));
        return row && Number(row[column]);
      };
      // Jacobi: residuals at the end of its 64 steps. CG: at the last step that all three measured.
      assert.ok(Math.abs(at(0, 64) / at(1, 64) - 1) < 1e-4, `${at(0, 64)} ${at(1, 64)}`);
      assert.ok(Math.abs(at(0, 64) / at(2, 64) - 1) < 1e-3, `${at(0, 64)} ${at(2, 64)}`);
      const steps = body.filter((r) => r[0] === '3').map((r) => Number(r[2]));
      const shared = steps.filter((s) => s > 0 && at(4, s) && at(5, s));
      assert.ok(shared.length > 0, 'no step was measured by all three');
      assert.ok(Math.abs(at(3, shared[0]) / at(5, shared[0]) - 1) < 0.05, `step ${shared[0]}`);
    },
  },
  {
    name: 'a device lost under way moves the run to the CPU, with words',
    gpu: 'on',
    run: async ({ page, url, assert }) => {
      await prepare(page, url);
      const { runs, said } = await page.evaluate(async () => {
        const worker = await iterscopeWorker('pde-gpu');
        const problem = { id: 'pde.advection-diffusion', params: { n: 32 } };
        const runs = [{ method: 'pde.jacobi', backend: 'webgpu-f32' }];
        await worker.load({ schema: 1, problem, runs, stop: { rtol: 1e-3, max_steps: 5000 } });
        let lost = false;
        const ended = await worker.finish({ lockstep: { factor: 1 } }, (frame, send) => {
          if (!lost && frame.runs[0].step > 20) {
            lost = true;
            send('lose-device');
          }
        });
        worker.end();
        return ended;
      });
      assert.equal(said.length, 1);
      assert.match(said[0], /lost.*CPU.*step \d+/s);
      assert.equal(runs[0].status.stopped, 'converged');
    },
  },
];
