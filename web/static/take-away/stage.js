// The stage as one picture: title, the pictures of all runs with their numbers, the chart.

import { saveBlob } from "./files.js";

const PAD = 16;

/** A text that ends with an ellipsis where it is too long. */
function fitted(ctx, text, room) {
  if (ctx.measureText(text).width <= room) return text;
  let kept = text.length;
  while (kept > 1 && ctx.measureText(`${text.slice(0, kept)}…`).width > room) kept -= 1;
  return `${text.slice(0, kept)}…`;
}

/** Draws what an element shows, with its corner at the origin: canvases as they are, rows of bars anew. */
function content(ctx, picture, facts, colour) {
  const frame = picture.getBoundingClientRect();
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, 0, frame.width, frame.height);
  ctx.clip();
  for (const canvas of picture.querySelectorAll("canvas")) {
    const box = canvas.getBoundingClientRect();
    if (!box.width || !canvas.width || getComputedStyle(canvas).visibility === "hidden") continue;
    ctx.imageSmoothingEnabled = getComputedStyle(canvas).imageRendering !== "pixelated";
    ctx.drawImage(canvas, box.left - frame.left, box.top - frame.top, box.width, box.height);
  }
  for (const row of picture.querySelectorAll(".bar-row")) {
    for (const part of row.children) {
      const box = part.getBoundingClientRect();
      const [x, y] = [box.left - frame.left, box.top - frame.top];
      if (part.classList.contains("bar-track")) {
        ctx.fillStyle = facts.line;
        ctx.fillRect(x, y, box.width, box.height);
        const bar = part.querySelector(".bar")?.getBoundingClientRect();
        ctx.fillStyle = colour;
        if (bar) ctx.fillRect(bar.left - frame.left, y, bar.width, box.height);
      } else {
        const style = getComputedStyle(part);
        ctx.font = `${style.fontSize} system-ui, sans-serif`;
        ctx.fillStyle = style.color;
        ctx.textBaseline = "middle";
        const right = style.textAlign === "right" || style.textAlign === "end";
        ctx.textAlign = right ? "right" : "left";
        ctx.fillText(fitted(ctx, part.textContent, box.width + 1), right ? x + box.width : x, y + box.height / 2);
      }
    }
  }
  ctx.restore();
}

/** What of the page is drawn, in CSS pixels from the corner of the stage. */
function parts() {
  const panes = document.querySelector(".panes");
  const cards = [...document.querySelectorAll(".cards .card")];
  return { panes, cards, chart: document.querySelector(".chart") };
}

/** The size of the drawing in CSS pixels. */
export function size() {
  const box = parts().panes.getBoundingClientRect();
  return [Math.round(box.width) + 2 * PAD, Math.round(box.height) + 2 * PAD + 34];
}

/** Draws the stage as it is now; `facts` say what the runs are called. */
export function paint(ctx, facts, scale) {
  const { panes, cards, chart } = parts();
  const origin = panes.getBoundingClientRect();
  const [width, height] = size();
  ctx.setTransform(scale, 0, 0, scale, 0, 0);
  ctx.fillStyle = facts.panel;
  ctx.fillRect(0, 0, width, height);
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.fillStyle = facts.ink;
  ctx.font = "650 17px system-ui, sans-serif";
  ctx.fillText(fitted(ctx, document.querySelector(".headline h1")?.textContent || facts.title, width - 2 * PAD - 150), PAD, PAD + 14);
  ctx.textAlign = "right";
  ctx.font = "14px system-ui, sans-serif";
  ctx.fillStyle = facts.mute;
  ctx.fillText(document.querySelector(".transport .count")?.textContent ?? "", width - PAD, PAD + 14);
  const runs = facts.runs.filter((r) => r.shown);
  const top = PAD + 34;
  const from = (box) => [box.left - origin.left + PAD, box.top - origin.top + top];
  cards.forEach((card, i) => {
    const run = cards.length === runs.length ? runs[i] : facts.runs.find((r) => r.name === card.ariaLabel);
    const box = card.getBoundingClientRect();
    const [x, y] = from(box);
    ctx.save();
    ctx.translate(x, y);
    ctx.strokeStyle = facts.line;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.roundRect(0.5, 0.5, box.width - 1, box.height - 1, 10);
    ctx.stroke();
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.fillStyle = run?.colour ?? facts.ink;
    ctx.beginPath();
    ctx.arc(16, 14, 5, 0, 2 * Math.PI);
    ctx.fill();
    ctx.fillStyle = facts.ink;
    ctx.font = "600 13px system-ui, sans-serif";
    ctx.fillText(fitted(ctx, card.querySelector("h3")?.textContent ?? "", box.width - 38), 28, 14);
    const picture = card.querySelector(".picture");
    if (picture) {
      const inner = picture.getBoundingClientRect();
      ctx.save();
      ctx.translate(inner.left - box.left, inner.top - box.top);
      content(ctx, picture, facts, run?.colour ?? facts.ink);
      ctx.restore();
    }
    for (const cell of card.querySelectorAll(".numbers dt, .numbers dd")) {
      const at = cell.getBoundingClientRect();
      if (!at.width) continue;
      const style = getComputedStyle(cell);
      ctx.font = `${style.fontWeight} ${style.fontSize} system-ui, sans-serif`;
      ctx.fillStyle = style.color;
      ctx.fillText(fitted(ctx, cell.textContent, at.width), at.left - box.left, at.top - box.top + at.height / 2);
    }
    ctx.restore();
  });
  const canvas = chart?.querySelector(".plot canvas");
  if (canvas?.width > 1) {
    const box = canvas.getBoundingClientRect();
    const [x, y] = from(box);
    ctx.drawImage(canvas, x, y, box.width, box.height);
    const title = chart.querySelector('.chart-head [aria-pressed="true"]')?.textContent;
    const chosen = chart.querySelector(".chart-head select")?.selectedOptions?.[0]?.textContent;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.font = "600 12px system-ui, sans-serif";
    ctx.fillStyle = facts.mute;
    ctx.fillText(chosen ?? title ?? "", x + 10, y - 14);
  }
}

/** Offers the stage as a PNG file. */
export async function png(facts) {
  const scale = 2;
  const [width, height] = size();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * scale, height * scale];
  paint(canvas.getContext("2d"), facts, scale);
  const blob = await new Promise((done) => canvas.toBlob(done));
  saveBlob("iterscope.png", blob);
}

/** The same as an address that holds the picture. */
export function dataUrl(facts) {
  const [width, height] = size();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * 2, height * 2];
  paint(canvas.getContext("2d"), facts, 2);
  return canvas.toDataURL();
}
