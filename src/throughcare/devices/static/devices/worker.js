/* Keeps the empty pages that work without a network, and their files, at hand for hours without a network. It never keeps an answer with people in it.
   KEPT is set by the script that loads this one. */
/* global KEPT */

const SHELF = "throughcare-tablet-1";

async function stock() {
  const shelf = await caches.open(SHELF);
  for (const file of KEPT.files) {
    const answer = await fetch(file, { credentials: "same-origin", redirect: "error" });
    if (!answer.ok) throw new Error(file);
    await shelf.put(file, answer);
  }
  for (const shell of Object.values(KEPT.pages)) {
    // A page that this role may not open is not kept.
    const answer = await fetch(shell, { credentials: "same-origin", redirect: "error" });
    if (answer.ok) await shelf.put(shell, answer);
  }
}

self.addEventListener("install", (event) => { self.skipWaiting(); event.waitUntil(stock()); });
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => { if (event.data === "stock") event.waitUntil(stock().catch(() => {})); });

async function pageOrShell(request) {
  const shell = () => caches.match(KEPT.pages[new URL(request.url).pathname]);
  try {
    const answer = await fetch(request);
    return [502, 503, 504].includes(answer.status) ? (await shell()) ?? answer : answer;
  } catch {
    return (await shell()) ?? Response.error();
  }
}

async function fileOrKept(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) return answer;
    throw new Error("not found");
  } catch {
    return (await caches.match(new URL(request.url).pathname)) ?? Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && url.pathname in KEPT.pages) event.respondWith(pageOrShell(event.request));
  else if (KEPT.files.includes(url.pathname)) event.respondWith(fileOrKept(event.request));
});
