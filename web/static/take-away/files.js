// Files that are offered to be kept.

/** Offers a blob. */
export function saveBlob(name, blob) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken hold of the blob by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Offers a text. */
export function save(name, type, text) {
  saveBlob(name, new Blob([text], { type }));
}
