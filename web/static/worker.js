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

// Pictures in formats that the browser reads and the solvers do not are made PNG before they are handed on, in their turn.
const bulk = (message) => message?.bulk?.[0];
const maybePicture = (bytes) => bytes instanceof Uint8Array && ["GIF8", "RIFF", "BM"].some(
  (mark) => [...mark].every((c, i) => bytes[i] === c.charCodeAt(0)));
const prepare = async (message) => {
  if (!maybePicture(bulk(message))) return;
  const pictures = await import("./pictures.js");
  if (pictures.kind(bulk(message))) message.bulk[0] = await pictures.toPng(bulk(message));
};

try {
  const family = self.location.search.slice(1);
  if (!/^[a-z-]+$/.test(family)) throw new Error("no such family");
  const folder = `./worker/${family}/iterscope_worker`;
  const { glue: solvers } = await start(import(`${folder}.js`), new URL(`${folder}_bg.wasm`, import.meta.url));
  for (const message of waiting) await prepare(message);
  await solvers.start(waiting);
  const receive = self.onmessage;
  let before = Promise.resolve();
  let preparing = 0;
  self.onmessage = (event) => {
    if (preparing === 0 && !maybePicture(bulk(event.data))) return receive(event);
    preparing += 1;
    before = before.then(() => prepare(event.data)).finally(() => {
      preparing -= 1;
      receive(event);
    });
  };
} catch (error) {
  self.postMessage({ failed: String(error) });
}
