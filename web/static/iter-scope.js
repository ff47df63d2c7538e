// <iter-scope>: an Iterscope instrument in any page. One script, no dependency.
//
//   <script src="https://HOST/PATH/iter-scope.js" async></script>
//   <iter-scope preset="pde.rotating-flow" view="both" autoplay></iter-scope>
//
// Attributes: preset (id) or experiment (JSON); view (both, runs, chart); autoplay; theme (light, dark); title (its name for
// those who do not see it); src-base (where Iterscope lies, if not beside this script; for all figures of a page, the static
// property `home` of the element's class). Methods: play(), pause(), step(n),
// reset(), seek(step), set(run, key, value); each returns a promise that is rejected with the reason where it cannot be done.
// Events: iterscope-ready, iterscope-trace, iterscope-stopped, each with its data in `detail`.
(() => {
// Where there is no page, as where pages are made on a server, there is nothing to define.
if (typeof HTMLElement === "undefined") return;
// A plain script, not a module: modules of other origins load only from servers that allow it by a header. In the npm package
// it is part of a module all the same, and does not know where Iterscope lies.
const self = document.currentScript ?? document.querySelector('script[src$="iter-scope.js"]');

const STYLE = `
:host { display: block; position: relative; width: 100%; height: 420px; border: 1px solid #d5d5d0; border-radius: 10px;
  overflow: hidden; background: #f7f7f5; color: #1b1d21; font: 14px/1.4 system-ui, sans-serif; box-sizing: border-box }
:host([theme="dark"]) { background: #121417; color: #e8e9eb; border-color: #2b2f35 }
:host([hidden]) { display: none }
iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: 0 }
button { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; padding: 16px; background: none; color: inherit;
  font: inherit; cursor: pointer; display: grid; place-content: center; justify-items: center; gap: 12px }
button:focus-visible { outline: 2px solid #0b6bcb; outline-offset: -4px; border-radius: 10px }
p { padding: 0 16px }
img { width: 168px; height: 126px; border-radius: 8px; object-fit: cover; image-rendering: auto }
svg { width: 52px; height: 52px }
`;

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const playSign = () => {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 52 52");
  svg.setAttribute("aria-hidden", "true");
  for (const [name, attributes] of [
    ["circle", { cx: 26, cy: 26, r: 26, fill: "#0b6bcb" }],
    ["path", { d: "M20 15.500v21l17-10.500z", fill: "#fff" }],
  ]) {
    const shape = document.createElementNS(space, name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    svg.append(shape);
  }
  return svg;
};

// Figures of one page start one after the other: each brings a worker, and together they would start slower than in turn.
const queue = [];
let starting = null;
const startNext = () => {
  if (starting) return;
  starting = queue.shift() ?? null;
  if (!starting) return;
  starting.start();
  setTimeout(started, 10_000, starting);
};
const started = (figure) => {
  if (starting !== figure) return;
  starting = null;
  startNext();
};

class IterScope extends HTMLElement {
  #root = this.attachShadow({ mode: "open" });
  #frame = null;
  #ready = false;
  #waiting = [];
  #answers = new Map();
  #count = 0;
  #observer = null;
  #hear = (event) => this.#message(event);

  static observedAttributes = ["preset", "experiment", "view", "theme", "title", "src-base"];

  /** Where Iterscope lies, for figures that do not say it. */
  static home = self?.src ? new URL("./", self.src).href : "";

  connectedCallback() {
    addEventListener("message", this.#hear);
    this.#poster();
    this.#watch();
  }

  disconnectedCallback() {
    removeEventListener("message", this.#hear);
    this.#observer?.disconnect();
    this.#observer = null;
    this.#close();
  }

  attributeChangedCallback(name, before, after) {
    if (before !== after && this.isConnected) this.refresh();
  }

  /** Shows the poster again, or the figure from its beginning if it was open. */
  refresh() {
    const open = this.#frame !== null;
    this.#close();
    this.#poster();
    if (open) this.#open();
    else this.#watch();
  }

  play() {
    this.#open();
    return this.#ask({ type: "play" });
  }
  pause() {
    return this.#ask({ type: "pause" });
  }
  step(steps = 1) {
    this.#open();
    return this.#ask({ type: "step", steps });
  }
  reset() {
    return this.#ask({ type: "reset" });
  }
  seek(step) {
    this.#open();
    return this.#ask({ type: "seek", step });
  }
  set(run, key, value) {
    return this.#ask({ type: "set", run, key, value });
  }

  /** Opens the figure now: called by the queue. */
  start() {
    this.#open();
    if (!this.#frame) started(this);
  }

  /** Opens the figure once it is in view, if it plays by itself. */
  #watch() {
    this.#observer?.disconnect();
    // Who asked for less motion starts it by a click.
    if (!this.hasAttribute("autoplay") || !this.#base || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.#observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.#enqueue();
    });
    this.#observer.observe(this);
  }

  #enqueue() {
    this.#observer?.disconnect();
    if (queue.includes(this) || starting === this) return;
    queue.push(this);
    // What comes into view at once comes in no order that could be relied on: the upper first.
    queue.sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
    setTimeout(startNext);
  }

  get #base() {
    const given = this.getAttribute("src-base") ?? IterScope.home;
    return given ? new URL(given.endsWith("/") ? given : `${given}/`, document.baseURI) : null;
  }

  get #address() {
    const experiment = this.getAttribute("experiment");
    const preset = this.getAttribute("preset");
    const parts = [];
    if (experiment) parts.push(encodeURIComponent(experiment));
    else if (preset) parts.push(`preset=${encodeURIComponent(preset)}`);
    parts.push(`view=${encodeURIComponent(this.getAttribute("view") ?? "both")}`);
    // Once opened it plays: either it is in view and may, or it was asked to by a click.
    parts.push("autoplay=1", `parent=${encodeURIComponent(location.origin)}`);
    const theme = this.getAttribute("theme");
    if (theme) parts.push(`theme=${encodeURIComponent(theme)}`);
    return `${new URL("embed.html", this.#base)}#${parts.join("&")}`;
  }

  #poster() {
    if (!this.#base) {
      const words = "No address of Iterscope: give this figure the attribute src-base, or call setHome once.";
      this.#root.replaceChildren(element("style", { textContent: STYLE }), element("p", { textContent: words }));
      return;
    }
    const button = element("button", { type: "button", onclick: () => this.play() });
    button.setAttribute("aria-label", `Start: ${this.#name}`);
    const preset = this.getAttribute("preset");
    if (preset) {
      const picture = element("img", { alt: "", loading: "lazy" });
      picture.onerror = () => picture.remove();
      picture.src = new URL(`thumbs/${encodeURIComponent(preset)}.png`, this.#base);
      button.append(picture);
    }
    button.append(playSign());
    this.#root.replaceChildren(element("style", { textContent: STYLE }), button);
  }

  get #name() {
    return this.getAttribute("title") ?? "Iterscope: iterative methods, running";
  }

  #open() {
    if (this.#frame || !this.isConnected || !this.#base) return;
    this.#observer?.disconnect();
    this.#frame = element("iframe", { title: this.#name, src: this.#address });
    this.#root.querySelector("button")?.replaceWith(this.#frame);
  }

  #close() {
    this.#frame?.remove();
    this.#frame = null;
    this.#ready = false;
    this.#waiting = [];
    for (const { reject } of this.#answers.values()) reject(new Error("the figure was closed"));
    this.#answers.clear();
    started(this);
  }

  #ask(message) {
    if (!this.#base) return Promise.reject(new Error("no address of Iterscope was given"));
    this.#count += 1;
    const id = this.#count;
    const answer = new Promise((resolve, reject) => this.#answers.set(id, { resolve, reject }));
    // Nobody has to look at it.
    answer.catch(() => {});
    this.#send({ id, ...message });
    return answer;
  }

  #send(message) {
    if (this.#ready) this.#frame.contentWindow.postMessage({ iterscope: 1, ...message }, this.#base.origin);
    else this.#waiting.push(message);
  }

  #message(event) {
    if (!this.#frame || event.source !== this.#frame.contentWindow || event.origin !== this.#base.origin) return;
    const { iterscope, type, ...detail } = event.data ?? {};
    if (iterscope !== 1) return;
    const answer = this.#answers.get(detail.id);
    if (answer && ["done", "refused"].includes(type)) {
      this.#answers.delete(detail.id);
      if (type === "done") answer.resolve();
      else answer.reject(new Error(detail.reason));
      return;
    }
    if (!["ready", "trace", "stopped"].includes(type)) return;
    if (type === "ready") {
      this.#ready = true;
      started(this);
      for (const message of this.#waiting.splice(0)) this.#send(message);
    }
    this.dispatchEvent(new CustomEvent(`iterscope-${type}`, { detail, bubbles: true }));
  }
}

if (!customElements.get("iter-scope")) customElements.define("iter-scope", IterScope);
})();
