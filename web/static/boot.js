// Loads the page's module, the catalog and the solvers at the same time, and says plainly what failed if one does not
// come up.
import { start as startModule } from "./parts.js";
// Kept for when there is no network, once there is nothing better to do. A figure within another page leaves that to the page.
const keep = () => {
  if (document.body.dataset.mode === "page") setTimeout(() => import("./offline.js").catch(() => {}), 4000);
};

const fail = (words) => {
  const place = document.getElementById("boot-words");
  if (place) place.textContent = words;
};

const read = async (name) => {
  const answer = await fetch(name);
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.json();
};

// A family as far as its races need it, with the preset that is shown first. The page reads the rest once something moves.
const races = async (family, shown) => {
  const [catalog, ...presets] = await Promise.all([
    read(`catalog/${family.id}.races.json`),
    ...(shown ? [read(`presets/${shown.id}.json`)] : []),
  ]);
  catalog.families[0].presets = presets;
  return catalog;
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

const start = async () => {
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    fail("Iterscope needs WebAssembly and Web Workers, which this browser does not offer or has switched off.");
    return;
  }
  let worker;
  try {
    // A page that waits for a file is not answered by its service worker; what that keeps is here at once.
    const kept = Boolean(navigator.serviceWorker?.controller);
    const page = startModule(import("./page/iterscope_web.js"), new URL("./page/iterscope_web_bg.wasm", import.meta.url), kept);
    // Its failure is handled below, not as it happens.
    page.catch(() => {});
    const { preset, experiment } = asked();
    const families = await read("catalog.json");
    const id = experiment?.problem?.id;
    const family =
      families.find((f) => f.presets.some((p) => p.id === preset) || f.problems.some((p) => p.id === id)) ?? families[0];
    // The module of a preset is known from the outline. Which one another experiment needs is for the page to say.
    const known = family.problems.some((p) => p.id === id);
    const shown = known ? undefined : (family.presets.find((p) => p.id === preset) ?? family.presets[0]);
    const solvers = shown?.module;
    // What the worker says before the page listens is kept for it.
    const early = [];
    if (solvers) {
      worker = new Worker(`worker.js?${solvers}`, { type: "module" });
      worker.onmessage = (event) => early.push(event.data);
      worker.onerror = () => early.push({ failed: "worker.js did not load" });
    }
    const catalog = await (kept ? read(`catalog/${family.id}.json`) : races(family, shown));
    const { glue, complete } = await page;
    // A part that does not come now comes when it is called.
    glue.start(families, catalog, solvers, worker, early, () => complete().catch(() => {}), (name) => import(`./${name}.js`));
    keep();
  } catch (error) {
    worker?.terminate();
    fail(`The page could not be started: ${error}`);
  }
};

start();
