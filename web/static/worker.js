// The module worker's bootstrap. Messages that arrive before the solvers are loaded would be lost without the queue:
// the handler is set before the first `await`, and `start` takes it over together with what has come in.
const waiting = [];
self.onmessage = (event) => waiting.push(event.data);

try {
  const solvers = await import("./worker/iterscope_worker.js");
  await solvers.default();
  await solvers.start(waiting);
} catch (error) {
  self.postMessage({ failed: String(error) });
}
