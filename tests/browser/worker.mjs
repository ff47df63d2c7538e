// Speaks the protocol with a worker of its own, beside the one of the page: for tests of the solvers in the browser.

/** Defines `iterscopeWorker` in the page. Needs a page of the site, whose policy lets workers start. */
export async function prepare(page, url) {
  await page.goto(`${url}embed.html`, { waitUntil: 'commit' });
  await page.evaluate(() => {
    globalThis.iterscopeWorker = async (family) => {
      const worker = new Worker(`worker.js?${family}`, { type: 'module' });
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
          // What the worker's bootstrap says of itself has no head.
          else if (message.head && wanted.includes(kind(message.head))) return { ...message, ...Object(message.head) };
        }
      };
      const send = (head, bulk = []) => worker.postMessage({ head, bulk });
      /** The name of a message. */
      const kind = (head) => (typeof head === 'string' ? head : Object.keys(head)[0]);
      const { ready } = await next(['ready']);
      const load = async (experiment) => {
        send({ load: { ticket: 1, experiment } });
        const { loaded, rejected } = await next(['loaded', 'rejected']);
        if (rejected) throw new Error(JSON.stringify(rejected.errors));
        return loaded;
      };
      /** Runs to the end and returns the last frame's runs, with what was said on the way. */
      const finish = async (pace = 'free', onFrame = () => {}) => {
        send({ pace: { pace } });
        send('play');
        const said = [];
        for (;;) {
          const { frame, said: news, refused } = await next(['frame', 'said', 'refused']);
          if (refused) throw new Error(JSON.stringify(refused.error));
          if (news) said.push(news.words);
          else {
            onFrame(frame, send);
            const over = frame.runs.every((run) => run.status.stopped);
            if (over && !frame.playing) return { runs: frame.runs, said };
          }
        }
      };
      const take = async (what) => {
        send({ export: { what } });
        const { bulk } = await next(['exported']);
        return new TextDecoder().decode(bulk[0]);
      };
      return { ready, send, next, load, finish, take, end: () => worker.terminate() };
    };
  });
}
