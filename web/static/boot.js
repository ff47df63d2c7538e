// Loads the page's module, the catalog and the solvers at the same time, and says plainly what failed if one does not
// come up.
const fail = (words) => {
  const place = document.getElementById("boot-words");
  if (place) place.textContent = words;
};

// The family that the address asks for; the page looks again, this is only to start the right solvers early.
const familyOf = (catalog) => {
  const [, kind, value] = /[#&](preset|e)=([^&]*)/.exec(location.hash) ?? [];
  let problem = null;
  try {
    if (kind === "e") {
      problem = JSON.parse(atob(value.replaceAll("-", "+").replaceAll("_", "/"))).problem.id;
    } else if (!kind && location.hash.length > 1) {
      const json = decodeURIComponent(location.hash.slice(1));
      problem = JSON.parse(json.slice(0, json.lastIndexOf("}") + 1)).problem.id;
    }
  } catch {
    // What is broken is named by the page.
  }
  const has = (list, id) => list.some((item) => item.id === id);
  const found = catalog.families.find((f) => (kind === "preset" ? has(f.presets, value) : has(f.problems, problem)));
  return (found ?? catalog.families[0]).id;
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
    const family = familyOf(catalog);
    // What the worker says before the page listens is kept for it.
    const early = [];
    worker = new Worker(`worker.js?${family}`, { type: "module" });
    worker.onmessage = (event) => early.push(event.data);
    worker.onerror = () => early.push({ failed: "worker.js did not load" });
    (await page).start(catalog, family, worker, early);
  } catch (error) {
    worker?.terminate();
    fail(`The page could not be started: ${error}`);
  }
};

start();
