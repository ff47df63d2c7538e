// Loads the page's module and the worker at the same time, and says plainly what failed if one does not come up.
const fail = (words) => {
  const place = document.getElementById("boot-words");
  if (place) place.textContent = words;
};

const start = async () => {
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    fail("Iterscope needs WebAssembly and Web Workers, which this browser does not offer or has switched off.");
    return;
  }
  // What the worker says before the page listens is kept for it.
  const early = [];
  const worker = new Worker("worker.js", { type: "module" });
  worker.onmessage = (event) => early.push(event.data);
  worker.onerror = () => fail("The methods could not be started: worker.js did not load. Reload to try again.");
  try {
    const page = await import("./page/iterscope_web.js");
    await page.default();
    page.start(worker, early);
  } catch (error) {
    worker.terminate();
    fail(`The page could not be started: ${error}`);
  }
};

start();
