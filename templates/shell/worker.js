/* Keeps static files, whose names change with their content, and one page for the time without a network. */
const KEPT = "libsocial-1";
const OFFLINE = "{{ offline|escapejs }}";
const STATIC = "{{ static|escapejs }}";
const HASHED = /\.[0-9a-f]{12}\.[a-z0-9]+$/;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.add(new Request(OFFLINE, { cache: "reload" }))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  else if (url.pathname.startsWith(STATIC) && HASHED.test(url.pathname)) event.respondWith(fromKept(request));
});

async function fromKept(request) {
  const kept = await caches.open(KEPT);
  const known = await kept.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) {
    await kept.put(request, answer.clone());
    await dropOlder(kept, request.url);
  }
  return answer;
}

/* A new release gives a file a new name; the one before it is not needed again. */
async function dropOlder(kept, url) {
  const stem = url.replace(HASHED, "");
  for (const other of await kept.keys()) if (other.url !== url && other.url.replace(HASHED, "") === stem) await kept.delete(other);
}
