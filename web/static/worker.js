// The module worker's bootstrap: `worker.js?FAMILY` loads the solvers of one family. Messages that arrive before they are
// loaded would be lost without the queue: the handler is set before the first `await`, and `start` takes it over together
// with what has come in.
import { start } from "./parts.js";

const waiting = [];
self.onmessage = (event) => waiting.push(event.data);

// Held for as long as this worker lives: whoever gets the lock next knows that the worker is gone, however it went.
const lock = `iterscope-worker-${Math.random()}`;
self.navigator.locks
  ?.request(lock, () => {
    self.postMessage({ alive: lock });
    return new Promise(() => {});
  })
  .catch(() => {});

try {
  const family = self.location.search.slice(1);
  if (!/^[a-z-]+$/.test(family)) throw new Error("no such family");
  const folder = `./worker/${family}/iterscope_worker`;
  const { glue: solvers } = await start(import(`${folder}.js`), new URL(`${folder}_bg.wasm`, import.meta.url));
  await solvers.start(waiting);
} catch (error) {
  self.postMessage({ failed: String(error) });
}
