// A film of the race: the stage, drawn anew for every picture that the screen shows.

import { saveBlob } from "./files.js";
import { paint, size } from "./stage.js";

/** What a browser may know, the best first. */
const TYPES = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm", "video/mp4"];

let running;

/** Begins a film. */
export function start(facts) {
  const type = typeof MediaRecorder === "function" && TYPES.find((t) => MediaRecorder.isTypeSupported(t));
  if (!type) throw new Error("it has no MediaRecorder");
  const [width, height] = size();
  const scale = Math.min(2, Math.max(1, 1280 / width));
  const canvas = document.createElement("canvas");
  // Encoders want even numbers.
  [canvas.width, canvas.height] = [width, height].map((v) => 2 * Math.round((v * scale) / 2));
  const ctx = canvas.getContext("2d", { alpha: false });
  const draw = () => {
    paint(ctx, facts, scale);
    if (running) running.frame = requestAnimationFrame(draw);
  };
  const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: type, videoBitsPerSecond: 8_000_000 });
  const chunks = [];
  recorder.ondataavailable = (event) => event.data.size && chunks.push(event.data);
  recorder.onstop = () => saveBlob(`iterscope.${type.includes("mp4") ? "mp4" : "webm"}`, new Blob(chunks, { type: type.split(";")[0] }));
  running = { recorder };
  draw();
  recorder.start(1000);
}

/** Ends it, a moment after the last picture, and offers it. */
export function end() {
  const film = running;
  if (!film) return;
  setTimeout(() => {
    running = undefined;
    cancelAnimationFrame(film.frame);
    film.recorder.stop();
  }, 700);
}
