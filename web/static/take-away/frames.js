// Single pictures of the race, as PNG files in one archive.

import { saveBlob } from "./files.js";
import { paint, size } from "./stage.js";

let pictures = [];

/** Begins anew. */
export function begin() {
  pictures = [];
}

/** Waits until what was asked for has been drawn. */
export function rest() {
  return new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => done())), 30));
}

/** Keeps the stage as it is seen now. */
export async function add(facts) {
  const scale = 2;
  const [width, height] = size();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * scale, height * scale];
  paint(canvas.getContext("2d", { alpha: false }), facts, scale);
  const blob = await new Promise((done) => canvas.toBlob(done));
  pictures.push(new Uint8Array(await blob.arrayBuffer()));
}

/** Offers all of them. */
export function end() {
  const digits = String(pictures.length).length;
  const files = pictures.map((bytes, k) => [`iterscope-${String(k + 1).padStart(digits, "0")}.png`, bytes]);
  pictures = [];
  saveBlob("iterscope-frames.zip", zip(files));
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = TABLE[(c ^ byte) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** A ZIP archive of files that are stored as they are: PNG is compressed already. */
export function zip(files) {
  const parts = [];
  const list = [];
  let offset = 0;
  const little = (...fields) => {
    const bytes = fields.flatMap(([value, width]) => Array.from({ length: width }, (_, k) => Math.floor(value / 256 ** k) % 256));
    return Uint8Array.from(bytes);
  };
  for (const [name, bytes] of files) {
    const text = new TextEncoder().encode(name);
    // Version 2.0, no flags, stored, 1 January 1980, sum, both sizes, length of the name, nothing extra.
    const common = [[20, 2], [0, 2], [0, 2], [0, 2], [0x21, 2], [crc32(bytes), 4], [bytes.length, 4], [bytes.length, 4], [text.length, 2], [0, 2]];
    const head = little([0x04034b50, 4], ...common);
    parts.push(head, text, bytes);
    list.push(little([0x02014b50, 4], [20, 2], ...common, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]), text);
    offset += head.length + text.length + bytes.length;
  }
  const length = list.reduce((sum, part) => sum + part.length, 0);
  const tail = little([0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [length, 4], [offset, 4], [0, 2]);
  return new Blob([...parts, ...list, tail], { type: "application/zip" });
}
