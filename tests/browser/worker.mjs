// Speaks the protocol with a worker of its own, beside the one of the page: for tests of the solvers in the browser.

/** Defines `iterscopeWorker` in the page. Needs a page of the site, whose policy lets workers start. */
export async function prepare(page, url) {
  await page.goto(`${url}embed.html`, { waitUntil: 'commit' });
  await page.evaluate(() => {
    globalThis.iterscopeWorker = async () => {
      const worker = new Worker('worker.js', { type: 'module' });
      const inbox = [];
      let wake = () => {};
      worker.onmessage = ({ data }) => {
        inbox.push(data);
        wake();
      };
      const next = async (wanted) => {
        for (;;) {
          const message = inbox.shift();
          if (!message) await new Promise((resolve) => (wake = resolve));
          else if (message.failed) throw new Error(message.failed);
          else if (wanted(message.head)) return message;
        }
      };
      const send = (head, bulk = []) => worker.postMessage({ head, bulk });
      const ready = await next((head) => head.type === 'ready');
      const load = async (experiment) => {
        send({ type: 'load', ticket: 1, experiment });
        const { head } = await next(({ type }) => type === 'loaded' || type === 'rejected');
        if (head.type === 'rejected') throw new Error(JSON.stringify(head.errors));
        return head;
      };
      /** Runs to the end and returns the last frame's runs, with what was said on the way. */
      const finish = async (pace = { type: 'free' }, onFrame = () => {}) => {
        send({ type: 'pace', pace });
        send({ type: 'play' });
        const said = [];
        let begun = false;
        for (;;) {
          const { head } = await next(({ type }) => ['frame', 'said', 'refused'].includes(type));
          if (head.type === 'refused') throw new Error(JSON.stringify(head.error));
          if (head.type === 'said') said.push(head.words);
          else {
            onFrame(head, send);
            begun ||= head.playing;
            const over = head.runs.every((run) => run.status.state === 'stopped');
            if (over && !head.playing) return { runs: head.runs, said };
          }
        }
      };
      const take = async (what) => {
        send({ type: 'export', what });
        const { bulk } = await next(({ type }) => type === 'exported');
        return new TextDecoder().decode(bulk[0]);
      };
      return { ready: ready.head, send, next, load, finish, take, end: () => worker.terminate() };
    };
  });
}
