// The service worker: keeps one version of the page whole, for when there is no network. A page gets its files from the version it
// began with; a newer one is fetched aside, checked file by file, and taken into use only when the person says so.

// The build writes this line: the version, and every file with its fingerprint.
const SITE = { version: "", files: {} };

const NAME = "iterscope-";
const CACHE = NAME + SITE.version;
const scope = self.registration.scope;

/** FNV-1a of 32 bits, as the build computes it. */
const fingerprint = (bytes) => {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
};

/** Fetches a file past the browser's own cache and keeps it, if it is of this version. */
const keep = async (cache, name) => {
  const answer = await fetch(new URL(name, scope), { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  const bytes = new Uint8Array(await answer.clone().arrayBuffer());
  if (fingerprint(bytes) !== SITE.files[name]) throw new Error(`${name} is of another version`);
  await cache.put(new URL(name, scope), answer);
};

const install = async () => {
  if (!SITE.version) throw new Error("this page was not built");
  const cache = await caches.open(CACHE);
  const held = new Set((await cache.keys()).map((request) => request.url));
  const missing = Object.keys(SITE.files).filter((name) => !held.has(new URL(name, scope).href));
  // A few at once: whoever watches a race at the same time should not notice.
  const next = async () => {
    for (let name = missing.pop(); name; name = missing.pop()) await keep(cache, name);
  };
  await Promise.all([next(), next(), next()]);
};

const activate = async () => {
  const old = (await caches.keys()).filter((name) => name.startsWith(NAME) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
};

const answer = async (request, name) => {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(new URL(name, scope));
  if (!kept) return fetch(request);
  // A worker takes its address from the answer: one of its own has none, and the address that was asked for stays, with its question.
  return new URL(request.url).search ? new Response(kept.body, kept) : kept;
};

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => event.data === "now" && self.skipWaiting());
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(scope)) return;
  const name = decodeURIComponent(new URL(request.url).pathname.slice(new URL(scope).pathname.length)) || "index.html";
  if (name in SITE.files) event.respondWith(answer(request, name));
});
