// Pictures that the solvers' readers do not know and browsers do, loaded when one comes: GIF, BMP and WebP become PNG. Of films the
// first picture is taken.

const begins = (bytes, text, at = 0) => [...text].every((c, i) => bytes[at + i] === c.charCodeAt(0));

/** The media type of such a picture, or nothing. */
export function kind(bytes) {
  if (begins(bytes, "GIF8")) return "image/gif";
  if (begins(bytes, "RIFF") && begins(bytes, "WEBP", 8)) return "image/webp";
  // Two letters are a weak sign; the four bytes behind the size are zero.
  if (begins(bytes, "BM") && bytes.length > 26 && bytes.subarray(6, 10).every((b) => b === 0)) return "image/bmp";
}

/** The picture as a PNG file; what the browser cannot read stays as it is, and the reader says what it is. */
export async function toPng(bytes) {
  try {
    const options = { colorSpaceConversion: "none", premultiplyAlpha: "none" };
    const picture = await createImageBitmap(new Blob([bytes], { type: kind(bytes) }), options);
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    canvas.getContext("2d").drawImage(picture, 0, 0);
    return new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
  } catch {
    return bytes;
  }
}
