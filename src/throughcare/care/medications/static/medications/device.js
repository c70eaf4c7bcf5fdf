/* The tablet: takes a line along, opens with the nurse's secret, locks itself, charts into the queue, and hands the queue over. */

import { ask, h, hhmm, newId, t } from "./dom.js";
import { addresses, channel, draw, load, notice, now, Refused, send, state, take } from "./pass.js";
import * as store from "./device_store.js";
import { scan } from "./packs.js";

const IDLE = 5 * 60_000, PARCEL = 30;
export const tablet = { open: null, held: null, id: "", waiting: 0, asking: null };
let online = {}, lastTouch = Date.now(), sending = null;

/* --- taking along ------------------------------------------------------------------------------------------------------ */

function secretField(label) {
  return h("label", { class: "pass-typed" }, h("span", {}, label), h("input", { type: "password", inputmode: "numeric", autocomplete: "off", maxlength: "64", class: "pass-secret" }));
}

export async function takeAlong() {
  const device = await store.own();
  const name = h("input", { type: "text", maxlength: "60", autocomplete: "off", value: device?.name ?? "" });
  const one = secretField(t("secret")), two = secretField(t("secret_again"));
  const body = [h("p", {}, t("take_words")), !device && h("label", { class: "pass-typed" }, h("span", {}, t("tablet_name")), name), one, two].filter(Boolean);
  const said = await ask("", t("take_title"), body, [["take", t("take_now"), "main"], ["", t("cancel")]]);
  if (said !== "take") return;
  const secret = one.querySelector("input").value, again = two.querySelector("input").value;
  if (!/^\d{8,}$/.test(secret) && secret.length < 12) return notice(t("secret_short"), "shift");
  if (secret !== again) return notice(t("secret_differs"), "shift");
  try {
    if (!device) {
      const id = newId();
      const keys = await send(addresses.enrol, { device: id, name: name.value });
      await store.enrolled(id, name.value, keys);
    }
    const { id } = await store.own();
    tablet.id = id;
    const given = await send(addresses.bundle, { device: id, unit: state.line.unit, pass: state.line.code });
    use(await store.keepBundle(given.body, given.signature, secret, state.skew));
    await navigator.serviceWorker.register(addresses.worker);
    navigator.serviceWorker.ready.then((r) => r.active?.postMessage("stock"));
    navigator.storage?.persist?.();
    notice(t("taken", { at: hhmm(tablet.open.content.expires) }));
    await load();
  } catch (error) {
    notice(error instanceof Refused ? error.message : t("take_failed"), "harm");
  }
}

function use(open) {
  tablet.open = open;
  tablet.held = { expires: open.content.expires };
  lastTouch = Date.now();
  if (!state.line) state.skew = open.overlay.skew ?? 0;
  Object.assign(channel, { chart, ask: give, undo, scan: async (code) => scan(open.content.packs, code, t("pack_unsure")) });
}

/** Give the tablet back: the queue must be handed over, then nothing is left on it. */
export async function giveBack() {
  await flush();
  if ((await store.queued()).length) return notice(t("give_back_waits"), "shift");
  try {
    await send(addresses.return, { device: tablet.id });
    await store.wipeBundle();
    Object.assign(tablet, { open: null, held: null });
    Object.assign(channel, online);
    notice(t("given_back"));
    await load();
  } catch (error) {
    notice(error instanceof Refused ? error.message : t("failed"), "harm");
  }
}

/* --- opening and locking ----------------------------------------------------------------------------------------------- */

/** Drop everything that is in the clear; place and queue stay. */
export function lockNow() {
  if (!tablet.open) return;
  tablet.open = null;
  Object.assign(channel, online);
  state.people = [];
  state.values = {};
  draw();
  unlock();
}

/** Ask for the secret until the bundle opens, is wiped, or the nurse goes on without it. */
export function unlock() {
  tablet.asking ??= asking().finally(() => { tablet.asking = null; });
  return tablet.asking;
}

async function asking() {
  for (;;) {
    const kept = await store.held();
    if (!kept) { tablet.held = null; notice(t("wiped"), "shift"); return load(); }
    const field = secretField(t("secret")), input = field.querySelector("input");
    const words = h("p", {}, t("locked_words", { who: kept.nurse, at: hhmm(kept.expires), n: (await store.queued()).length }));
    const waiting = ask("pass-locked", t("locked"), [words, field], [["open", t("unlock"), "main"], ["", t("go_on_without")]]);
    input.focus();
    const dialog = field.closest("dialog");
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") dialog.closeWith("open"); });
    if ((await waiting) !== "open") return load();
    const open = await store.openBundle(input.value);
    if (open) { use(open); fromBundle(); return load(); }
    const left = await store.triesLeft();
    notice(t("secret_wrong", { n: Math.max(left, 0) }), "harm");
  }
}

/* --- the line from the bundle ------------------------------------------------------------------------------------------ */

/** Show what was taken along, with everything that was charted since. */
export function fromBundle(code = "") {
  if (!tablet.open) return false;
  const { content, overlay } = tablet.open;
  const moment = now().toISOString();
  const span = content.passes.find((s) => s.code === code) ?? content.passes.find((s) => new Date(s.opens) <= new Date(moment) && new Date(moment) < new Date(s.closes)) ?? content.passes[0];
  const within = (d) => new Date(span.opens) <= new Date(d.due) && new Date(d.due) < new Date(span.closes);
  const people = structuredClone([...content.people, ...content.expected]);
  for (const p of people) {
    p.doses = p.doses.filter(within);
    for (const d of p.doses) if (overlay[d.id]) Object.assign(d, overlay[d.id]);
    for (const a of p.as_needed) for (const at of overlay[`asked ${a.order}`] ?? []) { a.given.push(at); a.may = false; a.earliest = new Date(Date.parse(at) + a.minimum_minutes * 60_000).toISOString(); }
  }
  const listed = people.filter((p) => p.doses.length || p.as_needed.length);
  take({ ...content, code: span.code, name: span.name, at: span.at, people: listed, leases: content.leases });
  state.people = listed;
  return true;
}

/** After hours apart: say which orders were changed, stopped or added meanwhile. */
export function changedSince(found) {
  if (!tablet.open) return [];
  const orders = (people) => new Map(people.flatMap((p) => p.doses.map((d) => [d.order, { who: p.family, text: d.text, version: d.order_version, over: d.stopped || d.held }])));
  const span = found.code, before = orders(tablet.open.content.people.map((p) => ({ ...p, doses: p.doses.filter((d) => within(d, found, span)) }))), after = orders(found.people);
  const told = [];
  for (const [id, old] of before) {
    const fresh = after.get(id);
    if (!fresh || (fresh.over && !old.over)) told.push(t("order_stopped", old));
    else if (fresh.version !== old.version) told.push(t("order_changed", fresh));
  }
  for (const [id, fresh] of after) if (!before.has(id)) told.push(t("order_new", fresh));
  return told;
}

function within(d, found, code) {
  const span = found.passes.find((s) => s.code === code);
  return span && new Date(span.opens) <= new Date(d.due) && new Date(d.due) < new Date(span.closes);
}

/** What the server says of doses is kept with the bundle, so that it still holds when the network goes. */
export async function remember(people) {
  if (!tablet.open) return;
  const { overlay } = tablet.open, pending = new Set((await store.queued()).map((q) => q.id));
  for (const p of people) for (const d of p.doses) {
    const mine = overlay[d.id];
    if (mine?.event && pending.has(mine.event)) Object.assign(d, mine);
    else overlay[d.id] = { status: d.status, version: d.version, happened: d.happened, by: d.by, reason: d.reason };
  }
  overlay.skew = state.skew;
  await store.keepOverlay(tablet.open);
}

/* --- charting into the queue ------------------------------------------------------------------------------------------- */

async function entry(fields) {
  const made = { event_id: newId(), at: new Date().toISOString(), skew_ms: -Math.round(state.skew), reason: "", amount: null, detail: {}, corrects: null, second: "", order_id: null, dose_id: null, ...fields };
  made.detail = Object.fromEntries(Object.entries(made.detail).filter(([, v]) => v).map(([k, v]) => [k, String(v)]));
  await store.enqueue(tablet.open, made);
  return made;
}

async function chart(body, p) {
  const done = [];
  for (const row of body.doses) {
    const d = p.doses.find((x) => x.id === row.dose);
    const made = await entry({ person_id: body.person, order_id: d.order, dose_id: d.id, status: row.status, reason: row.reason || "", amount: row.amount || null, detail: row.detail ?? {}, second: row.detail?.second ?? "" });
    tablet.open.overlay[d.id] = { status: row.status, version: d.version + 1, happened: now().toISOString(), by: "", reason: row.reason || "", event: made.event_id };
    done.push({ dose: d.id, status: row.status, version: d.version + 1, event: made.event_id });
  }
  await store.keepOverlay(tablet.open);
  flush();
  return { doses: done };
}

async function undo(body, p, d) {
  if (!d.event) return online.undo(body);
  await entry({ person_id: body.person, order_id: d.order, dose_id: d.id, status: "charted-in-error", reason: "wrong-status", corrects: d.event });
  delete tablet.open.overlay[d.id];
  await store.keepOverlay(tablet.open);
  flush();
  return { doses: [{ dose: d.id, status: "expected", version: d.version + 1 }] };
}

async function give(body) {
  await entry({ person_id: body.person, order_id: body.order, status: "given", reason: body.reason, detail: { before: body.before } });
  (tablet.open.overlay[`asked ${body.order}`] ??= []).push(now().toISOString());
  await store.keepOverlay(tablet.open);
  flush();
  return { doses: [] };
}

/* --- handing over ------------------------------------------------------------------------------------------------------ */

/** Hand the queue over, parcel by parcel; what the server names is taken off, everything else stays and is sent again. */
export function flush() {
  sending ??= handOver().finally(() => { sending = null; });
  return sending;
}

async function handOver() {
  const device = await store.own();
  if (!device) return;
  for (;;) {
    const rows = (await store.queued()).slice(0, PARCEL);
    tablet.waiting = (await store.queued()).length;
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
  tablet.waiting = (await store.queued()).length;
  draw();
}

/* --- the hours ---------------------------------------------------------------------------------------------------------- */

for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, () => { lastTouch = Date.now(); }, true);
export const idle = { after: IDLE };
setInterval(async () => {
  if (tablet.open && Date.now() - lastTouch > idle.after) lockNow();
  if (tablet.held && !(await store.held())) { tablet.held = null; if (tablet.open) { tablet.open = null; Object.assign(channel, online); state.people = []; notice(t("wiped"), "shift"); load(); } }
}, 5_000);

/** Begin: a bundle that is held asks for its secret; a queue that is held is handed over. */
export async function begin() {
  if (!store.able()) return false;
  online = { ...channel };
  tablet.id = (await store.own())?.id ?? "";
  tablet.held = await store.held();
  tablet.waiting = (await store.queued()).length;
  if (navigator.serviceWorker.controller) navigator.serviceWorker.controller.postMessage("stock");
  if (tablet.waiting) flush();
  if (tablet.held) unlock();
  return true;
}
