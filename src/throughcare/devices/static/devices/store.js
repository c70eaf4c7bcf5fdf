/* What a tablet holds: a bundle that only its carrier's secret opens, and a queue that only the server can read.
   The bundle's key is wrapped twice: by the secret (PBKDF2) and by a key of this device that can't be taken out. */

const ROUNDS = 600_000, TRIES = 10, utf8 = new TextEncoder(), text = new TextDecoder();
const b64 = (bytes) => btoa(Array.from(new Uint8Array(bytes), (b) => String.fromCharCode(b)).join(""));
const raw = (written) => Uint8Array.from(atob(written), (c) => c.charCodeAt(0));
const random = (n) => crypto.getRandomValues(new Uint8Array(n));
const AES = { name: "AES-GCM", length: 256 };

/** Tell whether this page may keep anything: only a secure context has the browser's cryptography. */
export const able = () => Boolean(window.isSecureContext && crypto.subtle && window.indexedDB && navigator.serviceWorker);

let base = null;

function database() {
  base ??= new Promise((done, failed) => {
    const asked = indexedDB.open("throughcare-tablet", 1);
    asked.onupgradeneeded = () => { for (const name of ["device", "bundle"]) asked.result.createObjectStore(name); asked.result.createObjectStore("queue", { keyPath: "sequence" }); };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  return base;
}

async function within(store, mode, work) {
  const db = await database();
  return new Promise((done, failed) => {
    const tx = db.transaction(store, mode, { durability: "strict" });
    const asked = work(tx.objectStore(store));
    tx.oncomplete = () => done(asked?.result);
    tx.onerror = tx.onabort = () => failed(tx.error);
  });
}

const read = (store) => within(store, "readonly", (s) => s.get("own"));
const write = (store, value) => within(store, "readwrite", (s) => s.put(value, "own"));
export const own = () => read("device");
export const wipeBundle = () => within("bundle", "readwrite", (s) => s.delete("own"));
export const queued = async (most) => (await within("queue", "readonly", (s) => s.getAll(null, most))) ?? [];
export const waiting = async () => (await within("queue", "readonly", (s) => s.count())) ?? 0;
export const sent = (sequence) => within("queue", "readwrite", (s) => s.delete(sequence));

/** Keep this device's name and the server's public keys; make the key that never leaves it. */
export async function enrolled(id, name, keys) {
  const key = await crypto.subtle.generateKey(AES, false, ["encrypt", "decrypt"]);
  await write("device", { id, name, key, seal: keys.seal, verify: keys.verify, sequence: 0 });
}

async function lock(key, bytes) {
  const iv = random(12);
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
}

const unlock = (key, box) => crypto.subtle.decrypt({ name: "AES-GCM", iv: box.iv }, key, box.data);

async function fromSecret(secret, salt) {
  const typed = await crypto.subtle.importKey("raw", utf8.encode(secret), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, typed, AES, false, ["encrypt", "decrypt"]);
}

async function genuine(device, body, signature) {
  const key = await crypto.subtle.importKey("raw", raw(device.verify), "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, raw(signature), utf8.encode(body));
}

/** Keep what the server signed, under a new key for this shift and device. */
export async function keepBundle(body, signature, secret, skew) {
  const device = await own(), content = JSON.parse(body);
  if (!(await genuine(device, body, signature)) || content.device !== device.id) throw new Error("signature");
  const key = random(32), salt = random(16);
  const inner = await lock(await fromSecret(secret, salt), key);
  const wrapped = await lock(device.key, utf8.encode(JSON.stringify({ iv: b64(inner.iv), data: b64(inner.data) })));
  const use = await crypto.subtle.importKey("raw", key, AES, false, ["encrypt", "decrypt"]);
  key.fill(0);
  const data = await lock(use, utf8.encode(JSON.stringify({ body, signature })));
  await write("bundle", { salt, wrapped, data, overlay: await lock(use, utf8.encode(JSON.stringify({ skew }))), skew, expires: content.expires, carrier: content.carrier, failures: 0 });
  return { key: use, content, overlay: { skew } };
}

/** Say whether there is a bundle that still stands; one that is over is wiped. */
export async function held() {
  const kept = await read("bundle");
  if (kept && (Date.parse(kept.expires) <= Date.now() + (kept.skew ?? 0) || kept.failures >= TRIES)) { await wipeBundle(); return null; }
  return kept ?? null;
}

/** Open the bundle: null where the secret is wrong. The tenth wrong one wipes it; the queue stays. */
export async function openBundle(secret) {
  const kept = await held(), device = await own();
  if (!kept) return null;
  kept.failures += 1;
  await write("bundle", kept);
  try {
    const inner = JSON.parse(text.decode(await unlock(device.key, kept.wrapped)));
    const key = await unlock(await fromSecret(secret, kept.salt), { iv: raw(inner.iv), data: raw(inner.data) });
    const use = await crypto.subtle.importKey("raw", key, AES, false, ["encrypt", "decrypt"]);
    const { body, signature } = JSON.parse(text.decode(await unlock(use, kept.data)));
    if (!(await genuine(device, body, signature))) throw new Error("signature");
    const overlay = JSON.parse(text.decode(await unlock(use, kept.overlay)));
    await write("bundle", { ...kept, failures: 0 });
    return { key: use, content: JSON.parse(body), overlay };
  } catch {
    if (kept.failures >= TRIES) await wipeBundle();
    return null;
  }
}

export const triesLeft = async () => TRIES - ((await read("bundle"))?.failures ?? TRIES);

/** Keep what became of doses since, so that a locked tablet comes back to the same place. */
export async function keepOverlay(open) {
  const kept = await read("bundle");
  if (kept) await write("bundle", { ...kept, overlay: await lock(open.key, utf8.encode(JSON.stringify(open.overlay))) });
}

async function next() {
  const db = await database();
  return new Promise((done, failed) => {
    const tx = db.transaction("device", "readwrite", { durability: "strict" }), store = tx.objectStore("device");
    let sequence = 0;
    store.get("own").onsuccess = (event) => { const device = event.target.result; device.sequence += 1; sequence = device.sequence; store.put(device, "own"); };
    tx.oncomplete = () => done(sequence);
    tx.onerror = tx.onabort = () => failed(tx.error);
  });
}

/** Seal one entry to the server and put it in the queue, together with what it made of the page: both stand or neither, so that no
    dose is in the queue and looks open. Nobody else can read the entry, this device neither. */
export async function enqueue(open, entry) {
  const device = await own(), sequence = await next();
  const body = JSON.stringify({ ...entry, sequence });
  const maker = await crypto.subtle.importKey("raw", raw(open.content.entry_key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mark = b64(await crypto.subtle.sign("HMAC", maker, utf8.encode(body)));
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const pair = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const theirs = await crypto.subtle.importKey("raw", raw(device.seal), curve, false, []);
  const secret = await crypto.subtle.importKey("raw", await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, pair.privateKey, 256), "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: point, info: utf8.encode("throughcare queue") }, secret, AES, false, ["encrypt"]);
  const iv = random(12), aad = utf8.encode(`${device.id}/${entry.event_id}`);
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: aad }, key, utf8.encode(JSON.stringify({ bundle: open.content.bundle, body, mark })));
  const overlay = await lock(open.key, utf8.encode(JSON.stringify(open.overlay)));
  const db = await database();
  await new Promise((done, failed) => {
    const tx = db.transaction(["queue", "bundle"], "readwrite", { durability: "strict" }), bundle = tx.objectStore("bundle");
    tx.objectStore("queue").put({ sequence, id: entry.event_id, box: { from: b64(point), iv: b64(iv), data: b64(data) } });
    bundle.get("own").onsuccess = (event) => { if (event.target.result) bundle.put({ ...event.target.result, overlay }, "own"); };
    tx.oncomplete = () => done();
    tx.onerror = tx.onabort = () => failed(tx.error);
  });
}
