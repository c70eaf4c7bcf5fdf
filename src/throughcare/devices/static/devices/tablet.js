/* The tablet: takes work along, opens with its carrier's secret, locks itself, keeps entries in the queue, hands them over.
   A page of one kind begins it with its hooks:
     asked()          what of this kind to take along (handed to the kind's `section`)
     opened(draft)    a bundle is open: show `section()`, let what is done go into the queue by `entry()`
     closed()         it is locked or gone: drop every person from memory and page
     draft()          what was typed and not yet charted; it is kept under the bundle's key and given back at `opened`
     load(), draw()   ask the server again (fails without a network); draw again */

import { ask, clear, given, h, hhmm, newId, notice, t } from "./dom.js";
import * as store from "./store.js";
import { Refused, send, time } from "./wire.js";

const IDLE = 5 * 60_000, PARCEL = 30;
const { addresses, kind, kinds } = given;
/** What the page may know: `open` while the bundle is in the clear, `held` while there is one, `locked` until its secret came. */
export const tablet = { open: null, held: null, id: "", waiting: 0, asking: null, locked: false };
let page = null, lastTouch = Date.now(), sending = null;

/** This page's part of what was taken along; nothing where it is locked or was not taken along. */
export const section = () => tablet.open?.content.sections[kind] ?? null;
/** What became of it since, kept under the bundle's key. */
export const overlay = () => (tablet.open.overlay[kind] ??= {});
export const kept = () => store.keepOverlay(tablet.open);
/** The numbers of the entries that wait to be handed over. */
export const pending = async () => new Set((await store.queued()).map((q) => q.id));

/* --- taking along ------------------------------------------------------------------------------------------------------ */

function secretField(label) {
  return h("label", { class: "tablet-typed" }, h("span", {}, label), h("input", { type: "password", inputmode: "numeric", autocomplete: "off", maxlength: "64", class: "tablet-secret" }));
}

function others() {
  const before = Object.keys(tablet.open?.content.sections ?? {});
  return Object.entries(kinds).filter(([name]) => name !== kind).map(([name, words]) => [name, h("input", { type: "checkbox", checked: before.includes(name) }), words]);
}

export async function takeAlong() {
  const device = await store.own();
  const name = h("input", { type: "text", maxlength: "60", autocomplete: "off", value: device?.name ?? "" });
  const one = secretField(t("secret")), two = secretField(t("secret_again")), also = others();
  const boxes = also.length ? h("fieldset", { class: "tablet-also" }, h("legend", {}, t("also")), also.map(([, box, words]) => h("label", { class: "choice" }, box, h("span", {}, words)))) : null;
  const wrong = h("p", { class: "tablet-lacks", role: "alert" });
  const body = [h("p", {}, t("take_words")), !device && h("label", { class: "tablet-typed" }, h("span", {}, t("tablet_name")), name), one, two, wrong, boxes].filter(Boolean);
  let secret = "";
  do {
    if (await ask("", t("take_title"), body, [["take", t("take_now"), "main"], ["", t("cancel")]]) !== "take") return;
    secret = one.querySelector("input").value;
    const short = !/^\d{8,}$/.test(secret) && secret.length < 12;
    wrong.textContent = short ? t("secret_short") : secret !== two.querySelector("input").value ? t("secret_differs") : "";
  } while (wrong.textContent);
  try {
    if (!device) {
      const id = newId();
      const keys = await send(addresses.enrol, { device: id, name: name.value });
      await store.enrolled(id, name.value, keys);
    }
    const { id } = await store.own();
    tablet.id = id;
    const sections = { [kind]: page.asked(), ...Object.fromEntries(also.filter(([, box]) => box.checked).map(([other]) => [other, {}])) };
    const signed = await send(addresses.bundle, { device: id, sections });
    use(await store.keepBundle(signed.body, signed.signature, secret, time.skew));
    await navigator.serviceWorker.register(addresses.worker, { scope: "/" });
    navigator.serviceWorker.ready.then((r) => r.active?.postMessage("stock"));
    navigator.storage?.persist?.();
    notice(t("taken", { at: hhmm(tablet.open.content.expires) }));
    await page.load();
  } catch (error) {
    notice(error instanceof Refused ? error.message : t("take_failed"), "harm");
  }
}

/** One page at a time has it open: two would each write what they know over what the other charted. */
const pages = new BroadcastChannel("throughcare-tablet");
pages.onmessage = () => { if (tablet.open) shut(); };

function use(open) {
  pages.postMessage("open");
  Object.assign(tablet, { open, held: { expires: open.content.expires }, locked: false });
  lastTouch = Date.now();
  if (!time.known) time.skew = open.overlay.skew ?? 0;
  if (section()) page.opened(overlay().draft);
}

/** Give the tablet back: the queue must be handed over, then nothing is left on it. */
export async function giveBack() {
  await flush();
  if (await store.waiting()) return notice(t("give_back_waits"), "shift");
  try {
    await send(addresses.return, { device: tablet.id });
    await store.wipeBundle();
    Object.assign(tablet, { open: null, held: null });
    page.closed();
    notice(t("given_back"));
    await page.load();
  } catch (error) {
    notice(error instanceof Refused ? error.message : t("failed"), "harm");
  }
}

/* --- opening and locking ----------------------------------------------------------------------------------------------- */

/** Drop everything that is in the clear; the place, the queue and what was typed stay, the last under the bundle's key. */
export async function lockNow() {
  const open = tablet.open;
  if (!open) return;
  if (section()) overlay().draft = page.draft();
  const keeping = store.keepOverlay(open);
  shut();
  await keeping;
}

function shut() {
  Object.assign(tablet, { open: null, locked: true });
  clear();
  page.closed();
  page.draw();
  unlock();
}

/** Ask for the secret until the bundle opens, is wiped, or its carrier goes on without it. */
export function unlock() {
  tablet.locked = true;
  tablet.asking ??= asking().finally(() => { tablet.asking = null; });
  return tablet.asking;
}

async function asking() {
  const wrong = h("p", { class: "tablet-lacks", role: "alert" });  // said in the dialog: nothing beside it can be seen or heard
  for (;;) {
    const bundle = await store.held();
    if (!bundle) { Object.assign(tablet, { held: null, locked: false }); notice(t("wiped"), "shift"); return page.load(); }
    const field = secretField(t("secret")), input = field.querySelector("input");
    const words = h("p", {}, t("locked_words", { who: bundle.carrier, at: hhmm(bundle.expires), n: await store.waiting() }));
    const waiting = ask("tablet-locked", t("locked"), [words, wrong, field], [["open", t("unlock"), "main"], ["", t("go_on_without")]]);
    input.focus();
    const dialog = field.closest("dialog");
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") dialog.closeWith("open"); });
    const said = await waiting;
    if (said === "gone") continue;
    if (said !== "open") { tablet.locked = false; return page.load(); }
    const open = await store.openBundle(input.value);
    if (open) { use(open); return page.load(); }
    wrong.textContent = t("secret_wrong", { n: Math.max(await store.triesLeft(), 0) });
  }
}

/* --- the queue --------------------------------------------------------------------------------------------------------- */

/** Put an entry of this page's kind into the queue: sealed to the server, under its own number, with our time and skew.
    `became(made)` says in the overlay what it made of the page; both are kept at once, or neither where there is no room. */
export async function entry(fields, became = () => {}) {
  const made = { kind, event_id: newId(), at: new Date().toISOString(), skew_ms: -Math.round(time.skew), ...fields };
  const open = tablet.open, before = structuredClone(open.overlay);
  became(made);
  try { await store.enqueue(open, made); } catch (error) { open.overlay = before; throw error; }
  return made;
}

/** Hand the queue over, parcel by parcel; what the server names is taken off, everything else stays and is sent again. */
export function flush() {
  sending ??= handOver().finally(() => { sending = null; });
  return sending;
}

async function handOver() {
  const device = await store.own();
  if (!device) return;
  for (;;) {
    const rows = await store.queued(PARCEL);
    tablet.waiting = await store.waiting();
    if (!rows.length) return drawn();
    try {
      const answer = await send(addresses.sync, { device: device.id, entries: rows.map(({ id, sequence, box }) => ({ id, sequence, box })) });
      const told = new Map(answer.entries.map((e) => [e.id, e]));
      const taken = rows.filter((r) => told.has(r.id));
      for (const row of taken) await store.sent(row.sequence);
      const odd = answer.entries.filter((e) => ["kept", "possible_double"].includes(e.outcome));
      if (odd.length) notice(odd[0].sentence || t("kept"), "harm");
      if (!taken.length) return drawn();
    } catch (error) {
      if (error instanceof Refused && error.said.sentence) notice(error.message, "harm");
      return drawn();
    }
  }
}

async function drawn() {
  tablet.waiting = await store.waiting();
  page.draw();
}

/* --- the hours ---------------------------------------------------------------------------------------------------------- */

for (const touch of ["pointerdown", "keydown"]) window.addEventListener(touch, () => { lastTouch = Date.now(); }, true);

setInterval(async () => {
  if (tablet.open && Date.now() - lastTouch > IDLE) await lockNow();
  if (tablet.held && !(await store.held())) gone();
}, 5_000);

/** The twelfth hour: the bundle was wiped. An open one is dropped; a lock that still asks for its secret says so itself. */
function gone() {
  tablet.held = null;
  const waiting = document.querySelector("dialog.tablet-locked");
  if (waiting) return waiting.closeWith("gone");
  if (!tablet.open) return;
  tablet.open = null;
  clear();
  page.closed();
  notice(t("wiped"), "shift");
  page.load();
}

/** Begin: a bundle that is held asks for its secret; a queue that is held is handed over. False where nothing may be kept. */
export async function begin(hooks) {
  page = hooks;
  if (!store.able()) return false;
  tablet.id = (await store.own())?.id ?? "";
  tablet.held = await store.held();
  tablet.waiting = await store.waiting();
  if (navigator.serviceWorker.controller) navigator.serviceWorker.controller.postMessage("stock");
  if (tablet.waiting) flush();
  if (tablet.held) unlock();
  return true;
}
