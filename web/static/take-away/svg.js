// Drawings as SVG: what draws onto a canvas draws onto this instead, and every call becomes an element.

import { save } from "./files.js";

const escape = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const short = (v) => String(Math.round(v * 100) / 100);

/** What has the face of a canvas of the page and keeps what is drawn as SVG, in the canvas's own pixels. */
export class Drawing {
  constructor(canvas) {
    this.canvas = canvas;
    this.width = canvas.width;
    this.height = canvas.height;
    this.elements = [];
    this.clips = 0;
    this.state = { fillStyle: "#000", strokeStyle: "#000", lineWidth: 1, globalAlpha: 1, font: "10px sans-serif",
      textAlign: "start", textBaseline: "alphabetic", lineJoin: "miter", lineCap: "butt", dash: [], clip: "", m: [1, 1, 0, 0] };
    this.stack = [];
    this.path = "";
    this.pen = canvas.ownerDocument.createElement("canvas").getContext("2d");
  }

  /** The stand-in to draw onto. */
  face() {
    const context = this.context();
    return new Proxy(this.canvas, {
      get: (target, key) => {
        if (key === "getContext") return () => context;
        if (key === "style") return { setProperty: () => {} };
        if (key === "width" || key === "height") return this[key];
        const value = target[key];
        return typeof value === "function" ? value.bind(target) : value;
      },
      set: (_, key, value) => {
        if (key === "width" || key === "height") {
          this[key] = value;
          this.elements = [];
        }
        return true;
      },
    });
  }

  at(x, y) {
    const [sx, sy, dx, dy] = this.state.m;
    return `${short(sx * x + dx)} ${short(sy * y + dy)}`;
  }

  context() {
    const d = this;
    const methods = {
      save: () => d.stack.push({ ...d.state, m: [...d.state.m] }),
      restore: () => (d.state = d.stack.pop() ?? d.state),
      scale: (x, y) => ((d.state.m[0] *= x), (d.state.m[1] *= y)),
      translate: (x, y) => ((d.state.m[2] += d.state.m[0] * x), (d.state.m[3] += d.state.m[1] * y)),
      setTransform: (a, _b, _c, e, x, y) => (d.state.m = [a, e, x, y]),
      beginPath: () => (d.path = ""),
      closePath: () => (d.path += "Z"),
      moveTo: (x, y) => (d.path += `M${d.at(x, y)}`),
      lineTo: (x, y) => (d.path += `${d.path ? "L" : "M"}${d.at(x, y)}`),
      rect: (x, y, w, h) => (d.path += `M${d.at(x, y)}L${d.at(x + w, y)}L${d.at(x + w, y + h)}L${d.at(x, y + h)}Z`),
      arc: (x, y, r, from, to) => d.arc(x, y, r, from, to),
      clip: () => {
        d.clips += 1;
        d.elements.push(`<clipPath id="c${d.clips}"><path d="${d.path}"/></clipPath>`);
        d.state.clip = ` clip-path="url(#c${d.clips})"`;
      },
      stroke: () => d.stroke(d.path),
      fill: () => d.add(`<path d="${d.path}" fill="${d.state.fillStyle}"`),
      fillRect: (x, y, w, h) => {
        const before = d.path;
        d.path = "";
        methods.rect(x, y, w, h);
        methods.fill();
        d.path = before;
      },
      clearRect: () => (d.elements = []),
      setLineDash: (list) => (d.state.dash = [...list]),
      getLineDash: () => d.state.dash,
      measureText: (text) => {
        d.pen.font = d.state.font;
        return d.pen.measureText(text);
      },
      fillText: (text, x, y) => d.text(text, x, y),
    };
    return new Proxy({}, {
      get: (_, key) => methods[key] ?? d.state[key],
      set: (_, key, value) => {
        d.state[key] = value;
        return true;
      },
    });
  }

  arc(x, y, r, from, to) {
    const point = (angle) => this.at(x + r * Math.cos(angle), y + r * Math.sin(angle));
    const radius = short(r * this.state.m[0]);
    // A whole turn is two halves.
    const whole = Math.abs(to - from) >= 2 * Math.PI - 1e-9;
    const stops = whole ? [from, from + Math.PI, from + 2 * Math.PI] : [from, to];
    this.path += `${this.path && !whole ? "L" : "M"}${point(stops[0])}`;
    for (let i = 1; i < stops.length; i += 1) {
      const large = stops[i] - stops[i - 1] > Math.PI + 1e-9 ? 1 : 0;
      this.path += `A${radius} ${radius} 0 ${large} 1 ${point(stops[i])}`;
    }
    if (whole) this.path += "Z";
  }

  stroke(path) {
    const { strokeStyle, lineWidth, dash, lineJoin, lineCap, m } = this.state;
    const dashes = dash.length ? ` stroke-dasharray="${dash.map((v) => short(v * m[0])).join(" ")}"` : "";
    const joins = `${lineJoin === "miter" ? "" : ` stroke-linejoin="${lineJoin}"`}${lineCap === "butt" ? "" : ` stroke-linecap="${lineCap}"`}`;
    if (path) this.add(`<path d="${path}" fill="none" stroke="${strokeStyle}" stroke-width="${short(lineWidth * m[0])}"${dashes}${joins}`);
  }

  text(text, x, y) {
    const { fillStyle, font, textAlign, textBaseline, m } = this.state;
    const [, weight, size, family] = /^(?:(\d+|bold)\s+)?([\d.]+)px\s+(.*)$/.exec(font) ?? [, , 10, "sans-serif"];
    const height = size * m[0];
    const anchor = { center: "middle", right: "end", end: "end" }[textAlign] ?? "start";
    // Few programs know baselines: they are put where they are meant to be.
    const shift = { middle: 0.35, top: 0.8, hanging: 0.8, bottom: -0.2 }[textBaseline] ?? 0;
    const [left, top] = this.at(x, y).split(" ").map(Number);
    const bold = weight ? ` font-weight="${weight}"` : "";
    this.add(
      `<text x="${short(left)}" y="${short(top + shift * height)}" font-size="${short(height)}"${bold}` +
        ` font-family="${escape(family)}" text-anchor="${anchor}" fill="${fillStyle}"`,
      escape(text),
    );
  }

  add(open, text) {
    const { globalAlpha, clip } = this.state;
    const alpha = globalAlpha < 1 ? ` opacity="${short(globalAlpha)}"` : "";
    this.elements.push(`${open}${alpha}${clip}${text === undefined ? "/>" : `>${text}</text>`}`);
  }

  /** What was drawn, without the outer element; names of clips begin with `prefix`. */
  inner(prefix) {
    return this.elements.map((e) => e.replace(/id="c|url\(#c/g, (m) => m + prefix)).join("\n");
  }
}

/** A canvas drawn again by `draw(name, canvas)`; its size in CSS pixels with it. */
function drawn(name, canvas, draw, prefix) {
  const drawing = new Drawing(canvas);
  draw(name, drawing.face());
  const width = canvas.clientWidth || canvas.width;
  return { inner: drawing.inner(prefix), width, height: canvas.clientHeight || canvas.height, box: [drawing.width, drawing.height] };
}

const document_ = (width, height, facts, inner) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">\n` +
  `<title>${escape(facts.title)}: ${escape(facts.runs.map((r) => r.name).join(", "))}</title>\n` +
  `<rect width="${width}" height="${height}" fill="${facts.panel}"/>\n${inner}\n</svg>\n`;

/** The chart as the text of an SVG file. */
export function chartText(facts, draw) {
  const canvas = document.querySelector(".chart .plot canvas");
  if (!canvas) throw new Error("the chart is not shown");
  const { inner, width, height, box } = drawn("chart", canvas, draw, "hart");
  return document_(width, height, facts,
    `<svg width="${width}" height="${height}" viewBox="0 0 ${box[0]} ${box[1]}">\n${inner}\n</svg>`);
}

/** Offers the chart. */
export function chart(facts, draw) {
  save("iterscope-chart.svg", "image/svg+xml", chartText(facts, draw));
}

/** Offers the plots of `names`, pairs of what draws it and what it is called, side by side. */
export function plots(facts, draw, names) {
  const canvases = [...document.querySelectorAll(".cards .plot-kind .fit > canvas:first-child")];
  const head = 24;
  let left = 0;
  let most = 0;
  const parts = canvases.map((canvas, i) => {
    const [key, name] = names[i];
    const { inner, width, height, box } = drawn(key, canvas, draw, `${i}-`);
    const part =
      `<text x="${left + 8}" y="16" font-size="13" font-weight="600" font-family="system-ui, sans-serif" fill="${facts.ink}">${escape(name)}</text>\n` +
      `<svg x="${left}" y="${head}" width="${width}" height="${height}" viewBox="0 0 ${box[0]} ${box[1]}">\n${inner}\n</svg>`;
    left += width + 8;
    most = Math.max(most, height);
    return part;
  });
  if (!parts.length) throw new Error("no plot is shown");
  save("iterscope-plots.svg", "image/svg+xml", document_(left, most + head, facts, parts.join("\n")));
}
