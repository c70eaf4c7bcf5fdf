/* The round without a network: what was taken along, each look into the device's queue, the next one drawn by the device. */

import { ask, h, hhmm, notice, sound, t } from "../devices/dom.js";
import { begin, entry, flush, giveBack, kept, lockNow, overlay, section, tablet, takeAlong } from "../devices/tablet.js";
import { learn, now, read } from "../devices/wire.js";

const root = document.getElementById("rounds-along"), live = document.getElementById("rounds");
const $ = (selector) => root.querySelector(selector);
const law = JSON.parse(root.dataset.law);
const state = { off: false, open: "", able: false, note: "" };

/** Seconds ahead that nobody can tell beforehand, between the earliest and the latest. */
function drawn() {
  const span = law.latest - law.earliest + 1;
  return law.earliest + (crypto.getRandomValues(new Uint32Array(1))[0] % span);
}

function people() {
  const content = section();
  if (!content) return [];
  const since = overlay();
  return content.people.map((p) => ({ ...p, ...(since[p.watch] ?? {}) })).sort((a, b) => (a.rests - b.rests) || (a.next < b.next ? -1 : 1));
}

async function look(p, behaviour, door, note) {
  const made = await entry({ person_id: p.person, watch_id: p.watch, behaviour: behaviour.key, door, note });
  const at = now();
  overlay()[p.watch] = { ...(overlay()[p.watch] ?? {}), last: at.toISOString(), next: new Date(at.getTime() + drawn() * 1000).toISOString(), event: made.event_id };
  state.open = "";
  await kept();
  draw();
  notice(t("kept", { who: p.name, at: hhmm(at.toISOString()) }));
  flush();
  if (behaviour.code) { sound("wrong"); await ask("rounds-called", t("code_title"), [h("p", {}, t("code"))], [["done", t("code_done"), "danger"]]); }
}

/** Take or leave a constant post: kept with its own time, and shown at once. */
async function post(p, verb, door, told) {
  if (verb === "take" && p.observer && !told.trim()) return notice(t("told_first"), "shift");
  const made = await entry({ person_id: p.person, watch_id: p.watch, verb, door, told });
  const at = now().toISOString();
  overlay()[p.watch] = { ...(overlay()[p.watch] ?? {}), last: at, observer: verb === "take" ? t("held_by_you") : "", mine: verb === "take", event: made.event_id };
  await kept();
  draw();
  notice(t(verb === "take" ? "taken_post" : "left", { who: p.name, at: hhmm(at) }));
  flush();
}

function posts(p, door) {
  if (!p.constant || p.rests) return null;
  const told = h("textarea", { id: "along-told", rows: "2", maxlength: "240" });
  if (p.mine) return h("p", {}, h("button", { type: "button", class: "button button--danger rounds-target", onclick: () => post(p, "leave", door.value, "") }, t("leave")));
  return h("div", { class: "rounds-post stack" },
    p.observer ? h("div", { class: "field" }, h("label", { for: "along-told" }, t("told")), told) : null,
    h("p", {}, h("button", { type: "button", class: "button button--main rounds-target", onclick: () => post(p, "take", door.value, told.value) }, p.observer ? t("relieve", { who: p.observer }) : t("take"))));
}

/** What is held of a door's code is a digest: the typed code is known by it and never shown. */
async function digest(code) {
  const { salt, turns } = section(), bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(code), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: turns }, key, 128);
  return [...new Uint8Array(bits)].map((b) => b.toString(16).padStart(2, "0")).join("");
}

function one(p) {
  const door = h("input", { id: "along-door", type: "text", maxlength: "40", autocomplete: "off", autocapitalize: "characters", value: state.note, oninput: (event) => { state.note = event.target.value; } });
  const note = h("input", { id: "along-note", type: "text", maxlength: "240", autocomplete: "off" });
  const list = (key, things) => things.length && h("div", {}, h("dt", {}, t(key)), h("dd", {}, things.join(" · ")));
  return h("div", { class: "rounds-one" },
    h("h2", {}, h("span", {}, h("span", { class: "num" }, p.place), ` ${p.name}`, h("small", { class: "num" }, p.number))),
    h("div", { class: "field" }, h("label", { for: "along-door" }, t("door")), door),
    h("fieldset", { class: "rounds-seen" }, h("legend", {}, t("seen")),
      law.behaviours.map((b) => h("button", { type: "button", class: `button${b.code ? " button--danger" : ""}`, onclick: () => look(p, b, door.value, note.value) }, b.text))),
    h("div", { class: "field" }, h("label", { for: "along-note" }, t("note")), note),
    posts(p, door),
    p.do.map((s) => h("p", {}, h("b", {}, s.do), ` ${s.first_aid} `, h("b", {}, s.call))),
    h("dl", { class: "rounds-list-of" }, list("may_not", p.may_not), list("may_use", p.may_use), list("may_have", p.may_have)),
    h("p", {}, h("button", { type: "button", class: "button rounds-target", onclick: () => { state.open = ""; draw(); } }, t("back"))));
}

function line(p) {
  const due = new Date(p.next) <= now();
  const alarm = new Date(Date.parse(p.last) + law.alarm * 1000).toISOString();
  const words = p.constant && !p.rests ? (p.mine ? t("held_by_you") : p.observer ? t("held_by", { who: p.observer }) : t("held_by_nobody")) : p.constant ? t("constant") : due ? t("now") : t("next", { at: hhmm(p.next) });
  const button = h("button", { type: "button", class: "rounds-row", onclick: () => { state.open = p.watch; state.note = ""; draw(); } },
    h("span", { class: "rounds-place num" }, p.place), h("span", { class: "rounds-name" }, p.name), h("span", { class: "rounds-turn num" }, words));
  return h("li", p.constant || p.rests ? { id: `a-${p.watch}` } : { id: `a-${p.watch}`, "data-alarm": alarm }, button);
}

/** Draw again; what somebody is typing into is left alone while `gently`, for the clock draws every ten seconds. */
function draw(gently = false) {
  if (gently && root.contains(document.activeElement) && /^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
  const mine = Boolean(section());
  const shown = state.off && mine;
  if (live) live.hidden = shown;
  $("[data-people]").replaceChildren();
  if (shown) {
    const all = people(), open = all.find((p) => p.watch === state.open);
    const find = h("input", { id: "along-code", type: "text", maxlength: "40", autocomplete: "off", autocapitalize: "characters" });
    const form = h("form", { class: "rounds-scan", onsubmit: (event) => { event.preventDefault(); scanned(find.value); } }, h("label", { for: "along-code" }, t("door")), find);
    $("[data-people]").append(...(open ? [one(open)] : [form]), h("ol", { class: "rounds-people" }, all.map(line)));
  }
  const words = state.off ? (mine ? t("off") : t("off_bare")) : tablet.waiting ? t("on", { n: tablet.waiting }) : tablet.held ? t("taken_to", { at: hhmm(tablet.held.expires) }) : "";
  const net = $("[data-net]");
  if (net.textContent !== words) net.textContent = words;
  net.classList.toggle("is-off", state.off);
  $("[data-take]").hidden = !state.able || state.off || Boolean(tablet.held);
  $("[data-lock]").hidden = !tablet.open;
  $("[data-return]").hidden = !tablet.open || state.off;
}

/** A scanned door opens its person. */
async function scanned(text) {
  const code = text.trim().toUpperCase().replace(/^TCDOOR:/, "").replace(/[ -]/g, "");
  const typed = code && section() ? await digest(code) : "";
  const found = people().filter((p) => p.door && p.door === typed);
  if (found.length === 1) { state.open = found[0].watch; state.note = text.trim(); }
  draw();
}

async function load() {
  if (tablet.locked) return;
  const before = state.off;
  try {
    learn(await read(law.state));
    const back = state.off;
    state.off = false;
    if (back) { await flush(); if (!live) location.reload(); }
  } catch {
    state.off = true;
  }
  draw(before === state.off);
}

$("[data-take]").addEventListener("click", takeAlong);
$("[data-lock]").addEventListener("click", lockNow);
$("[data-return]").addEventListener("click", giveBack);
state.able = await begin({ asked: () => ({}), opened: () => draw(), closed: () => { state.open = ""; }, draft: () => null, load, draw });
setInterval(load, 10_000);
window.addEventListener("offline", load);
window.addEventListener("online", load);
await load();
