// Loads the page's module, the catalog and the solvers at the same time, and says plainly what failed if one does not
// come up.
const fail = (words) => {
  const place = document.getElementById("boot-words");
  if (place) place.textContent = words;
};

const read = async (name) => {
  const answer = await fetch(name);
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.json();
};

// What the address asks for, as far as it can be read; the page looks again and names what is broken. This is only to
// start the right family early.
const asked = () => {
  const [, kind, value] = /[#&](preset|e)=([^&]*)/.exec(location.hash) ?? [];
  try {
    if (kind === "preset") return { preset: decodeURIComponent(value) };
    if (kind === "e") {
      const bytes = atob(value.replaceAll("-", "+").replaceAll("_", "/"));
      return { experiment: JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)))) };
    }
    const json = decodeURIComponent(location.hash.slice(1));
    return { experiment: JSON.parse(json.slice(0, json.lastIndexOf("}") + 1)) };
  } catch {
    return {};
  }
};

// The solvers that an experiment needs: those of its family, with WebGPU where a run may go to a device.
const solversFor = (family, experiment) => {
  const wantsGpu = (run) =>
    ["auto", "webgpu-f32", undefined].includes(run?.backend) &&
    family.methods.find((m) => m.id === run?.method)?.backends.includes("webgpu-f32");
  return family.id + (experiment.runs?.some?.(wantsGpu) ? "-gpu" : "");
};

const start = async () => {
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    fail("Iterscope needs WebAssembly and Web Workers, which this browser does not offer or has switched off.");
    return;
  }
  let worker;
  try {
    const page = import("./page/iterscope_web.js").then((module) => module.default().then(() => module));
    // Its failure is handled below, not as it happens.
    page.catch(() => {});
    const { preset, experiment } = asked();
    const outlines = await read("catalog.json");
    const id = experiment?.problem?.id;
    const outline =
      outlines.find((f) => f.presets.includes(preset) || f.problems.some((p) => p.id === id)) ?? outlines[0];
    const catalog = await read(`catalog/${outline.id}.json`);
    const family = catalog.families[0];
    const shown = family.presets.find((p) => p.id === preset) ?? family.presets[0];
    const known = family.problems.some((p) => p.id === id);
    const solvers = solversFor(family, known ? experiment : shown.experiment);
    // What the worker says before the page listens is kept for it.
    const early = [];
    worker = new Worker(`worker.js?${solvers}`, { type: "module" });
    worker.onmessage = (event) => early.push(event.data);
    worker.onerror = () => early.push({ failed: "worker.js did not load" });
    (await page).start(outlines, catalog, solvers, worker, early);
  } catch (error) {
    worker?.terminate();
    fail(`The page could not be started: ${error}`);
  }
};

start();
