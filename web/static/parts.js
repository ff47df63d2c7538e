// Starts a module of wasm that the build may have taken apart (crates/split): what is needed first, and parts that are loaded
// when one of their functions is called, or before that where somebody has time.

/** A file, at once: a call in the module waits for it. */
const readNow = (url) => {
  const request = new XMLHttpRequest();
  request.open("GET", url, false);
  // Only a worker is given bytes while it waits; a page gets each byte as a character.
  const worker = typeof document === "undefined";
  if (worker) request.responseType = "arraybuffer";
  else request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  if (request.status !== 200) throw new Error(`${url}: ${request.status}`);
  return worker ? request.response : Uint8Array.from(request.responseText, (c) => c.charCodeAt(0) & 255);
};

/** A module, compiled while it arrives where the host says that it is one. */
const compiled = async (url) => {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const streamed = answer.headers.get("content-type") === "application/wasm";
  return streamed ? WebAssembly.compileStreaming(answer) : WebAssembly.compile(await answer.arrayBuffer());
};

/**
 * Starts the module at `url` with the script that wasm-bindgen wrote for it, which may still be on its way. Resolves to the script and to a
 * function that loads the parts that are not there yet; `whole` has it load them first.
 */
export const start = async (script, url, whole = false) => {
  let first;
  const loaded = (part) => first[`loaded${part}`];
  const file = (part) => new URL(`part${part}.wasm`, url).href;
  const link = (part, module) => {
    if (loaded(part).value) return;
    new WebAssembly.Instance(module, { first });
    loaded(part).value = 1;
  };
  const parts = { load: (part) => link(part, new WebAssembly.Module(readNow(file(part)))) };
  const [glue, module] = await Promise.all([script, compiled(url)]);
  // wasm-bindgen gives a module the imports that it knows of and no others.
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (module, imports) => {
    WebAssembly.instantiate = instantiate;
    const instance = await WebAssembly.instantiate(module, { ...imports, parts });
    first = instance.exports;
    return instance;
  };
  await glue.default({ module_or_path: module });
  const complete = async () => {
    for (let part = 0; loaded(part); part += 1) {
      if (!loaded(part).value) link(part, await compiled(file(part)));
    }
  };
  if (whole) await complete();
  return { glue, complete };
};
