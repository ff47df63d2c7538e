// Loads the page's module, the catalog and the solvers at the same time, and says plainly what failed if one does not
// come up.
const fail = (words) => {
  const place = document.getElementById("boot-words");
  if (place) place.textContent = words;
};

// The solvers that the address needs; the page looks again, this is only to start the right ones early.
const solversFor = (catalog) => {
  const find = (list, id) => list.find((item) => item.id === id);
  const all = (key) => catalog.families.flatMap((family) => family[key]);
  const [, kind, value] = /[#&](preset|e)=([^&]*)/.exec(location.hash) ?? [];
  let experiment = null;
  try {
    if (kind === "preset") {
      experiment = find(all("presets"), decodeURIComponent(value)).experiment;
    } else if (kind === "e") {
      const bytes = atob(value.replaceAll("-", "+").replaceAll("_", "/"));
      experiment = JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0))));
    } else if (location.hash.length > 1) {
      const json = decodeURIComponent(location.hash.slice(1));
      experiment = JSON.parse(json.slice(0, json.lastIndexOf("}") + 1));
    }
  } catch {
    // What is broken is named by the page.
  }
  const family = catalog.families.find((f) => find(f.problems, experiment?.problem?.id)) ?? catalog.families[0];
  if (!find(family.problems, experiment?.problem?.id)) experiment = family.presets[0].experiment;
  const wantsGpu = (run) =>
    ["auto", "webgpu-f32", undefined].includes(run.backend) &&
    find(all("methods"), run.method)?.backends.includes("webgpu-f32");
  return family.id + (experiment.runs.some(wantsGpu) ? "-gpu" : "");
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
    const answer = await fetch("catalog.json");
    if (!answer.ok) throw new Error(`catalog.json: ${answer.status}`);
    const catalog = await answer.json();
    const solvers = solversFor(catalog);
    // What the worker says before the page listens is kept for it.
    const early = [];
    worker = new Worker(`worker.js?${solvers}`, { type: "module" });
    worker.onmessage = (event) => early.push(event.data);
    worker.onerror = () => early.push({ failed: "worker.js did not load" });
    (await page).start(catalog, solvers, worker, early);
  } catch (error) {
    worker?.terminate();
    fail(`The page could not be started: ${error}`);
  }
};

start();
