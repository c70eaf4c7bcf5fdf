/* The pass on one page: find the person, look, tick or scan, give with one tap after the swallow. */

import { ask, h, hhmm, notice, sound, t } from "../devices/dom.js";
import { begin, flush, giveBack, section, tablet, takeAlong, unlock } from "../devices/tablet.js";
import { learn, now, read, Refused, send } from "../devices/wire.js";
import { wasAsked } from "./asked.js";
import { beside, drawList, drawPerson } from "./pass_view.js";
import { exceptFor, earlyFor, askedFor, secondFor } from "./pass_dialogs.js";
import { changedSince, fromBundle, hooks, remember as rememberLine } from "./pass_offline.js";

const root = document.getElementById("pass");
const $ = (selector) => root.querySelector(selector);
export const addresses = JSON.parse(root.dataset.addresses);
const remembered = (name) => { try { return localStorage.getItem(`pass.${name}`) === "yes"; } catch { return false; } };
const remember = (name, value) => { try { localStorage.setItem(`pass.${name}`, value ? "yes" : "no"); } catch { /* lasts for this page */ } };

export const state = {
  line: null, people: [], open: "", filter: "", offlineSince: "", busy: false,
  ready: new Set(), touched: new Set(), scanned: new Set(), values: {}, badge: "",
  lot: {}, scan: remembered("scan"), lockdown: false, incident: "", insecure: false, paper: false,
};

/* --- what the page knows ---------------------------------------------------------------------------------------------- */

export const person = (id) => state.people.find((p) => p.id === id);

export const waits = (d) => d.status === "expected" && !d.stopped && !d.held;
export const isOpen = (d) => new Date(d.opens) <= now();
export const isLate = (d) => waits(d) && new Date(d.late) < now();
export const dueNow = (p) => p.doses.filter((d) => waits(d) && isOpen(d) && !d.own_line);

/** A dose is ready by itself where nothing must be scanned, measured or thought of first. */
export function isReady(d) {
  if (!waits(d) || d.own_line || d.unjudged || measured(d) === "hold") return false;
  if (state.touched.has(d.id)) return state.ready.has(d.id);
  if (state.scanned.has(d.id)) return measured(d) === "give";
  return !state.scan && !d.think && isOpen(d) && measured(d) === "give";
}

/** What the measured values say of a dose: give, hold, or measure first. */
export function measured(d) {
  let said = "give";
  for (const a of d.asks) {
    const value = parseFloat((state.values[d.id]?.[a.measure] ?? "").replace(",", "."));
    if (Number.isNaN(value)) { if (said === "give") said = "measure"; }
    else if ((a.below && value < parseFloat(a.below)) || (a.above && value > parseFloat(a.above)) || (d.scale?.measure === a.measure && !byScale(d)?.amount)) said = "hold";
  }
  return said;
}

/** What a sliding scale says at the value measured: how much, and whether the prescriber is called. Nothing before it is measured. */
export function byScale(d) {
  const typed = d.scale && state.values[d.id]?.[d.scale.measure];
  if (!/^\d+$/.test(typed ?? "")) return null;
  const value = parseInt(typed, 10), row = d.scale.rows.find(([low, high]) => value >= low && value <= high);
  if (row) return { amount: parseFloat(row[2]) ? row[2] : "", words: row[3], call: false };
  const above = value > d.scale.rows.at(-1)[1] ? d.scale.above : null;
  return { amount: above?.[0] ?? "", words: above?.[1] ?? "", call: true };
}

export async function load({ quiet = false } = {}) {
  if (tablet.locked) return;
  try {
    const query = { pass: $("#pass-code").value, unit: $("#pass-unit").value };
    const found = await read(addresses.list, query);
    if (quiet && state.busy) return;
    learn(found);
    const expected = await read(addresses.coming, { pass: found.code }).catch(() => ({ people: [] }));
    const meanwhile = state.offlineSince ? changedSince(found) : [];
    take(found);
    state.people = [...found.people, ...expected.people.filter((p) => !found.people.some((q) => q.id === p.id))];
    state.offlineSince = "";
    await rememberLine(state.people);
    draw();
    if (tablet.waiting) flush();
    if (meanwhile.length) await ask("", t("meanwhile"), [h("ul", { class: "pass-blanks", tabindex: "0" }, meanwhile.map((words) => h("li", {}, words)))], [["", t("seen"), "main"]]);
  } catch (error) {
    if (error instanceof Refused && error.status !== 401) return notice(error.message, "harm");
    if (error instanceof Refused) notice(error.message, "shift");
    else if (!(error instanceof TypeError)) throw error;
    state.offlineSince ||= now().toISOString();
    if (!fromBundle($("#pass-code").value) && tablet.held && !tablet.asking) unlock();
    draw();
  }
}

export function take(found) {
  if (state.line?.code !== found.code || state.line?.lockdown !== found.lockdown) state.lockdown = found.lockdown;
  const late = state.people.filter((p) => p.coming);
  state.line = found;
  state.people = [...found.people, ...late.filter((p) => !found.people.some((q) => q.id === p.id))];
  fillSelect($("#pass-code"), found.passes.map((p) => [p.code, `${p.name} ${hhmm(p.at)}`]), found.code);
  fillSelect($("#pass-unit"), [["", t("all_units", { n: found.units.reduce((n, u) => n + u.people, 0) })], ...found.units.map((u) => [u.id, t("unit", { name: u.name, n: u.people })])], found.unit);
  $("[data-pass-name]").textContent = `${found.name[0].toUpperCase()}${found.name.slice(1)} ${hhmm(found.at)}`;
}

function fillSelect(select, options, value) {
  select.replaceChildren(...options.map(([v, words]) => h("option", { value: v, selected: v === value }, words)));
  select.value = value;
}

/* --- drawing ---------------------------------------------------------------------------------------------------------- */

export function draw() {
  const list = $("[data-people]"), at = list.scrollTop;
  drawList(list);
  list.scrollTop = at;
  drawPerson($("[data-one]"));
  root.classList.toggle("has-open", Boolean(person(state.open)));
  drawState();
  fit();
}

/** Let list and person end where the screen ends, so that the one tap is always in reach. */
function fit() {
  root.style.setProperty("--top", `${Math.round($(".pass-body").getBoundingClientRect().top + scrollY)}px`);
}

export function drawState() {
  const all = state.people.filter((p) => !p.coming && p.doses.length), done = all.filter((p) => !dueNow(p).length);
  const said = [t("progress", { done: done.length, all: all.length })];
  said.push(state.offlineSince ? t("offline", { at: hhmm(state.offlineSince) }) : t("online"));
  if (tablet.open) said.push(t(state.offlineSince ? "orders_of" : "open_until", { at: hhmm(state.offlineSince ? tablet.open.content.as_of : tablet.open.content.expires) }));
  if (tablet.waiting) said.push(t("waiting", { n: tablet.waiting }));
  if (state.line?.state === "closed") said.push(t("closed", { who: state.line.closed_by.split(",")[0] }));
  const line = said.join(" · "), place = $("[data-state]");
  if (place.textContent !== line) place.textContent = line;
  place.classList.toggle("is-offline", Boolean(state.offlineSince));
  $("[data-mode=scan]").checked = state.scan;
  $("[data-mode=lockdown]").checked = state.lockdown;
  $("[data-mode=paper]").checked = state.paper;
  $("[data-mode=paper]").disabled = Boolean(state.offlineSince);
  $("#pass-time").hidden = !state.paper;
  const words = state.lockdown && state.line ? [t("lockdown"), budget() && t("budget", { n: budget() })].filter(Boolean).join(" ") : "";
  const told = [words, state.insecure && t("insecure")].filter(Boolean);
  $("[data-notices]").replaceChildren(...told.map((one) => h("p", { class: "note note--shift" }, one)));
  const button = $("[data-device]");
  button.hidden = state.insecure || Boolean(state.offlineSince);
  button.textContent = t(section() ? "give_back" : "take_along");
}

function budget() {
  const { dose, cell } = state.line.seconds, left = state.people.filter((p) => !p.coming && dueNow(p).length);
  return Math.ceil((left.reduce((n, p) => n + dueNow(p).length * dose, 0) + new Set(left.map((p) => p.cell)).size * cell) / 60);
}

export function openPerson(id, badge = false) {
  state.open = id;
  state.badge = badge ? id : "";
  draw();
  const one = $("[data-one]");
  one.scrollTop = 0;
  one.focus({ preventScroll: true });
}

/* --- charting --------------------------------------------------------------------------------------------------------- */

export const channel = {
  chart: (body) => send(addresses.chart, body),
  ask: (body) => send(addresses.ask, body),
  undo: (body) => send(addresses.undo, body),
  scan: (code) => read(addresses.scan, { code }),
};

let opened = "";

/** Without a network a second person can only be named; with one they prove themselves by badge and PIN. */
const proving = () => !section() && !state.paper;

async function chart(p, rows, words, signed = {}) {
  if (state.busy) return;
  state.paperAt = state.paper ? paperTime() : "";
  if (state.paper && !state.paperAt) return;
  state.busy = true;
  draw();
  try {
    const groups = Map.groupBy ? Map.groupBy(rows, (r) => r.of) : grouped(rows);
    for (const [of, doses] of groups) await chartGroup(p, of, doses, signed);
    sound("good");
    notice(t("charted", { name: p.family, words }), "", () => undoAll(p, rows));
    if (opened !== state.line.code && !state.offlineSince) {
      opened = state.line.code;
      send(addresses.open, { pass: state.line.code, unit: state.line.unit }).catch(() => {});
    }
  } catch (error) {
    notice(error instanceof Refused ? error.message : t("failed"), "harm");
    if (error instanceof Refused) await load({ quiet: false });
  } finally {
    state.busy = false;
    draw();
  }
}

function grouped(rows) {
  const found = new Map();
  for (const row of rows) found.set(row.of, [...(found.get(row.of) ?? []), row]);
  return found;
}

/** The moment on the paper: today at that time, or yesterday where that would lie ahead. */
function paperTime() {
  const said = $("#pass-time").value.match(/^([01]?\d|2[0-3]):?([0-5]\d)$/);
  if (!said) { notice(t("paper_when"), "shift"); $("#pass-time").focus(); return null; }
  const [hour, minute] = hhmm(now().toISOString()).split(":").map(Number);
  const back = ((hour * 60 + minute - Number(said[1]) * 60 - Number(said[2])) + 1440) % 1440;
  return new Date(now().getTime() - back * 60_000).toISOString();
}

/** A dose that was charted here and stands on paper too: both entries are kept, and somebody sees the person. */
export async function alsoOnPaper(p, d) {
  const at = paperTime();
  if (!at || state.busy) return;
  try {
    await send(addresses.chart, { person: d.person, paper: "yes", doses: [{ dose: d.id, status: "given", at }] });
    notice(t("paper_double"), "harm");
    await load();
  } catch (error) {
    notice(error instanceof Refused ? error.message : t("failed"), "harm");
  }
}

async function chartGroup(p, of, rows, signed) {
  const at = state.paper ? state.paperAt : now().toISOString();
  const body = { person: of, doses: rows.map((r) => ({ dose: r.dose, status: r.status, reason: r.reason, amount: r.amount, detail: r.detail, at })), ...(signed.second && proving() ? { second: signed.second, second_secret: signed.secret } : {}) };
  const done = state.paper ? await send(addresses.chart, { ...body, paper: "yes" }) : await channel.chart(body, p);
  for (const said of done.doses) {
    const d = p.doses.find((x) => x.id === said.dose);
    if (!d) continue;
    const row = rows.find((r) => r.dose === d.id);
    Object.assign(d, { status: said.status, version: said.version, happened: at, by: "", reason: row?.reason ?? "", event: said.event ?? "" });
    state.touched.delete(d.id);
    state.ready.delete(d.id);
  }
  if (done.failed) throw new Error("not all of it could be kept");
}

/** A dose that another tablet has for this shift is given by two people. */
const foreign = (d) => d.leased && Boolean(state.line.leases?.[d.order]) && state.line.leases[d.order] !== (tablet.open ? tablet.id : "");

/** The lot a dose is taken from: the first to expire, until another is chosen; none where the book has none. */
export const lotOf = (code) => { const lots = state.line?.lots?.[code] ?? []; return lots.find((l) => l.id === state.lot[code]) ?? lots[0]; };

/** Take from the next lot: one tap. */
export function otherLot(code) {
  const lots = state.line.lots[code];
  state.lot[code] = lots[(lots.indexOf(lotOf(code)) + 1) % lots.length].id;
  draw();
}

const detailOf = (p, d) => ({
  stock: lotOf(d.code)?.id ?? "",
  identified: state.badge === p.id ? "badge" : "face",
  scan: state.scanned.has(d.id) ? "yes" : state.scan ? "no" : "",
  glucose: state.values[d.id]?.glucose,
  value: Object.entries(state.values[d.id] ?? {}).filter(([k]) => k !== "glucose").map(([k, v]) => `${k} ${v}`).join(", "),
});

export async function give(p) {
  const doses = p.doses.filter(isReady);
  if (!doses.length || state.busy) return;
  const signed = doses.some(foreign) ? await secondFor(doses.filter(foreign), proving()) : { second: "", secret: "" };
  if (signed === null) return;
  const early = doses.filter((d) => !isOpen(d));
  const reason = early.length ? await earlyFor(early) : "";
  if (early.length && !reason) return;
  const rows = doses.map((d) => ({ of: d.person, dose: d.id, status: d.mode === "SELF-DOT" ? "self-administered" : "given", reason: early.includes(d) ? reason : "", amount: byScale(d)?.amount || undefined, detail: { ...detailOf(p, d), second: foreign(d) ? signed.second : "" } }));
  await chart(p, rows, t("given"), signed);
}

export async function except(p, doses) {
  if (state.busy || !doses.length) return;
  const said = await exceptFor(p, doses, proving());
  if (!said) return;
  const rows = doses.map((d) => ({ of: d.person, dose: d.id, status: said.status, reason: said.reason, amount: said.amount, detail: { ...detailOf(p, d), ...said.detail } }));
  await chart(p, rows, said.words, said);
}

async function undoAll(p, rows) {
  for (const row of rows) await undo(p, p.doses.find((d) => d.id === row.dose));
}

export async function undo(p, d) {
  if (!d || state.busy) return;
  state.busy = true;
  try {
    const done = await channel.undo({ person: d.person, dose: d.id, version: d.version, event: d.event }, p, d);
    Object.assign(d, { status: done.doses[0].status, version: done.doses[0].version, happened: "", by: "", reason: "" });
    notice(t("undone"));
  } catch (error) {
    notice(error instanceof Refused ? error.message : t("failed"), "harm");
    if (error instanceof Refused) await load();
  } finally {
    state.busy = false;
    draw();
  }
}

export async function giveAsked(p, a) {
  const said = await askedFor(a);
  if (!said || state.busy) return;
  const signed = foreign(a) ? await secondFor([a], proving()) : { second: "", secret: "" };
  if (signed === null) return;
  state.busy = true;
  try {
    const detail = { ...detailOf(p, a), second: signed.second };
    await channel.ask({ person: a.person, order: a.order, ...said, detail, ...(signed.second && proving() ? { second: signed.second, second_secret: signed.secret } : {}) });
    wasAsked(p, a.order, now().toISOString());
    delete state.values[a.id];
    sound("good");
    notice(t("charted", { name: p.family, words: a.text }));
  } catch (error) {
    notice(error instanceof Refused ? error.message : t("failed"), "harm");
  } finally {
    state.busy = false;
    draw();
  }
}

/* --- finding and scanning --------------------------------------------------------------------------------------------- */

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
export const matches = (p, text) => plain(text).split(/[\s,]+/).every((part) => plain(`${p.family} ${p.given} ${p.number} ${p.cell}`).includes(part));
const looksLikePack = (text) => /^(\]|\()/.test(text) || text.includes("\x1d") || /^\d{10,}/.test(text) || /^\d{4,5}-\d{3,4}-\d{1,2}$/.test(text);

async function found(text) {
  state.filter = "";
  const badge = state.people.find((p) => p.number && plain(p.number) === plain(text));
  if (badge) return badged(badge);
  if (looksLikePack(text)) return packed(text);
  if (/^t\d{7}$/i.test(text) && state.open) return wrongPerson(null, text);
  const hits = state.people.filter((p) => matches(p, text));
  if (hits.length === 1) return openPerson(hits[0].id);
  if (!hits.length) notice(t("not_found", { text }), "shift");
  else state.filter = text;
  draw();
}

async function badged(p) {
  const before = person(state.open);
  if (before && before.id !== p.id && dueNow(before).length) return wrongPerson(p, p.number);
  openPerson(p.id, true);
  sound("good");
}

const nameOf = (p) => `${p.family}, ${p.given}`;

async function wrongPerson(scanned, number) {
  const before = person(state.open);
  sound("wrong");
  const words = scanned ? t("wrong_person_words", { open: nameOf(before), scanned: nameOf(scanned) }) : t("wrong_person_unknown", { open: nameOf(before), scanned: number });
  const buttons = [["stay", t("keep_open", { name: before.family })]];
  if (scanned) buttons.push(["open", t("open_scanned", { name: scanned.family })]);
  const said = await ask("tablet-stop", t("wrong_person"), [h("p", { class: "tablet-stop-words" }, words), h("p", {}, t("wrong_person_next"))], buttons);
  if (said === "open") openPerson(scanned.id, true);
}

async function packed(text) {
  const p = person(state.open);
  if (!p) return notice(t("choose"), "shift");
  try {
    const pack = await channel.scan(text);
    const codes = pack.code ? [pack.code] : pack.maybe;
    const fits = p.doses.filter((d) => waits(d) && codes.includes(d.code));
    if (!fits.length && (pack.code || pack.maybe.length)) return wrongPack(p, pack);
    if (!fits.length) return notice(pack.sentence, "shift");
    const dose = fits.find((d) => !isReady(d)) ?? fits[0];
    state.scanned.add(dose.id);
    state.touched.add(dose.id);
    if (measured(dose) === "give") state.ready.add(dose.id);
    sound("good");
    notice(pack.code ? t("scanned", { text: dose.text }) : pack.sentence, pack.code ? "" : "shift");
    draw();
  } catch (error) {
    notice(error instanceof Refused ? error.message : t("failed"), "harm");
  }
}

async function wrongPack(p, pack) {
  sound("wrong");
  const words = t("wrong_pack_words", { name: nameOf(p), pack: pack.name ? `(${pack.name})` : "" });
  await ask("tablet-stop", t("wrong_pack"), [h("p", { class: "tablet-stop-words" }, words), h("p", {}, t("wrong_pack_next"))], [["ok", t("understood")]]);
}

/* --- closing ---------------------------------------------------------------------------------------------------------- */

async function close() {
  try {
    const about = { pass: state.line.code, unit: state.line.unit };
    const { blanks } = await send(addresses.close, about);
    const body = blanks.length
      ? [h("p", {}, t("blanks", { n: blanks.length })), h("ul", { class: "pass-blanks", tabindex: "0" }, blanks.map((b) => h("li", {}, h("b", {}, b.name), ` ${b.text}, ${hhmm(b.due)}`)))]
      : [h("p", {}, t("no_blanks"))];
    const said = await ask("", t("closing"), body, [["close", blanks.length ? t("close_blanks", { n: blanks.length }) : t("close_now"), blanks.length ? "danger" : "main"], ["", t("cancel")]]);
    if (said !== "close") return;
    await send(addresses.close, { ...about, sure: "yes" });
    notice(t("just_closed"));
    await load();
  } catch (error) {
    notice(error instanceof Refused ? error.message : t("failed"), "harm");
  }
}

/* --- the page --------------------------------------------------------------------------------------------------------- */

const field = $("#pass-find");
$("[data-find]").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  field.value = "";
  field.blur();
  if (text) found(text);
  else { state.filter = ""; draw(); }
});
field.addEventListener("input", () => { state.filter = looksLikePack(field.value) ? "" : field.value.trim(); drawList($("[data-people]")); });
for (const select of ["#pass-code", "#pass-unit"]) $(select).addEventListener("change", () => { state.open = ""; load(); });
for (const box of root.querySelectorAll("[data-mode]")) box.addEventListener("change", () => {
  state[box.dataset.mode] = box.checked;
  if (box.dataset.mode === "scan") { remember("scan", box.checked); state.touched.clear(); state.ready.clear(); }
  draw();
});
$("[data-device]").addEventListener("click", () => (section() ? giveBack() : takeAlong()));
$("[data-close]").addEventListener("click", close);
/** By keyboard alone: arrows go along the line, Ctrl and Enter give. A scanner ends with Enter, so Enter alone never gives. */
function byKey(event, target) {
  if (document.querySelector("dialog[open]")) return false;
  const p = person(state.open);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    if (p && !event.repeat) { event.preventDefault(); give(p); }
    return true;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey || (target !== field && target.matches?.("input:not([type=checkbox]), textarea, select"))) return false;
  const other = beside(state.open, step);
  if (other) { event.preventDefault(); openPerson(other.id); }
  return true;
}

/* A scanner types: what is typed outside a field goes to the search, and never to the house's keys. */
window.addEventListener("keydown", (event) => {
  const target = event.target;
  if (byKey(event, target)) return;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (target.matches?.("input, textarea, select, button, summary, a") && !(target.matches("button, input[type=checkbox]") && event.key.length === 1 && event.key !== " ")) return;
  if (event.key === "Escape" && state.open) { state.open = ""; return draw(); }
  if (event.key.length !== 1 || event.key === " ") return;
  event.stopPropagation();
  field.focus({ preventScroll: true });
}, true);
setInterval(() => { if (!document.hidden && !document.querySelector("dialog[open]")) load({ quiet: true }); }, 30_000);
window.addEventListener("resize", fit);
window.addEventListener("online", () => load());
window.addEventListener("offline", () => { state.offlineSince ||= now().toISOString(); drawState(); });
begin(hooks).then((can) => { state.insecure = !can; return load(); });
