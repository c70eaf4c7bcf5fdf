/* The round without a network: scan the door, two taps, next. Every look goes into the phone's queue, with or without a network;
   the house has it once. The next turn is drawn here as the house draws it: at a random moment, never at an even one. */

import { ask, h, hhmm, notice, sound, t } from "../devices/dom.js";
import { begin, entry, flush, giveBack, kept, overlay, section, tablet, takeAlong, unlock } from "../devices/tablet.js";
import { learn, now, read, Refused } from "../devices/wire.js";

const root = document.getElementById("along");
const $ = (selector) => root.querySelector(selector);
const addresses = JSON.parse(root.dataset.addresses);
const MINUTE = 60_000;
const state = { people: [], open: "", door: "", note: "", told: "", offlineSince: "", insecure: false, sounded: new Set() };

/* --- what the phone asks of this page ------------------------------------------------------------------------------------- */

const hooks = {
  asked: () => ({}),
  opened(draft) { Object.assign(state, draft); show(section().people); },
  closed() { Object.assign(state, { people: [], door: "", note: "", told: "" }); },
  draft: () => ({ note: state.note, told: state.told }),
  load: () => load(),
  draw: () => draw(),
};

/** Put what was done on this phone over what the house said: a look that it has not heard of still counts. */
function show(people) {
  const done = overlay();
  state.people = people.map((p) => {
    return { ...p, ...done[p.watch] };
  });
}

async function load() {
  if (tablet.locked) return;
  try {
    const found = await read(addresses.list);
    learn(found);
    state.offlineSince = "";
    if (section()) {
      section().people = found.people;
      tablet.open.overlay.skew = Date.parse(found.as_of) - Date.now();
      overlay().people = found.people;
      // What the house has heard of stands in its own list.
      if (!tablet.waiting) for (const p of found.people) delete overlay()[p.watch];
      await kept();
      show(found.people);
    }
    if (tablet.waiting) flush();
  } catch (error) {
    if (error instanceof Refused && error.status !== 401) return notice(error.message, "harm");
    if (error instanceof Refused) notice(error.message, "shift");
    else if (!(error instanceof TypeError)) throw error;
    state.offlineSince ||= now().toISOString();
    if (section()) show(overlay().people ?? section().people);
    else if (tablet.held && !tablet.asking) unlock();
  }
  draw();
}

/* --- what is done at a door ------------------------------------------------------------------------------------------------ */

const person = () => state.people.find((p) => p.watch === state.open);

/** Draw the next moment between the table's first and last minute, from the browser's own chance. */
function nextTurn(at) {
  const { earliest, latest, alarm, limit } = section().minutes, [chance] = crypto.getRandomValues(new Uint32Array(1));
  const after = (minutes) => new Date(at.getTime() + minutes * MINUTE).toISOString();
  return { next: after(earliest + (latest - earliest) * (chance / 2 ** 32)), alarm: after(alarm), limit: after(limit) };
}

async function keep(p, fields, became, words) {
  const made = await entry({ person_id: p.person, watch_id: p.watch, door: state.door, ...fields });
  Object.assign(p, became);
  overlay()[p.watch] = { ...(overlay()[p.watch] ?? {}), at: made.at, ...became };
  Object.assign(state, { open: "", door: "", note: "", told: "" });
  await kept();
  tablet.waiting += 1;
  notice(words);
  draw();
  flush();
}

async function seen(p, behaviour) {
  const at = now(), who = p.name;
  const turn = p.constant ? {} : nextTurn(at);
  await keep(p, { verb: "check", behaviour: behaviour.key, note: state.note }, { ...turn, seen: at.toISOString() }, t("recorded", { who, at: hhmm(at.toISOString()) }));
  if (!behaviour.code) return;
  sound("wrong");
  await ask("tablet-stop", t("code"), [h("p", { class: "tablet-stop-words" }, t("code_stay", { who: `${p.place} ${who}` }))], [["done", t("code_done")]]);
}

async function post(p, verb) {
  if (verb === "take" && p.observer && !state.told.trim()) { notice(t("told_first"), "shift"); return $("[name=told]").focus(); }
  const became = verb === "take" ? { mine: true, observer: t("held_by_you") } : { mine: false, observer: "" };
  await keep(p, { verb, told: state.told }, became, t(verb === "take" ? "in_place" : "left_place", { who: p.name }));
}

async function hashed(code) {
  const bytes = new TextEncoder().encode(section().salt + code);
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

async function atDoor(text) {
  const code = text.trim().toUpperCase().replace(/^TCDOOR:/, "").replace(/[ -]/g, "");
  const key = await hashed(code), door = section().doors.find(([known]) => known === key);
  if (!door) return notice(t("unknown_door"), "harm");
  const behind = state.people.filter((p) => [p.place, p.unit].includes(door[1]));
  if (!behind.length) return notice(t("nobody_here", { place: door[1] }), "shift");
  state.door = text;
  if (behind.length > 1) { notice(t("several", { place: door[1] })); return draw(); }
  open(behind[0].watch);
}

function open(watch) {
  state.open = watch;
  draw();
  $("[data-one]").focus();
}

/* --- drawing ---------------------------------------------------------------------------------------------------------------- */

function turnOf(p) {
  if (p.rests) return t("elsewhere");
  if (p.constant) return p.mine ? t("held_by_you") : p.observer ? t("held_by", { who: p.observer }) : t("held_by_nobody");
  if (new Date(p.limit) <= now()) return t("late", { at: hhmm(p.limit) });
  return new Date(p.next) <= now() ? t("now") : t("next", { at: hhmm(p.next) });
}

const alarmed = (p) => !p.rests && !(p.constant && p.observer) && new Date(p.alarm) <= now();

function line(p) {
  return h("li", { class: alarmed(p) ? "is-alarm" : false },
    h("button", { type: "button", class: "rounds-line", "aria-current": p.watch === state.open ? "true" : false, onclick: () => open(p.watch) },
      h("span", { class: "rounds-place num" }, p.place),
      h("span", { class: "rounds-name" }, p.name, p.out && h("small", {}, ` ${p.out}`), p.seen && h("small", {}, ` ${t("seen_at", { at: hhmm(p.seen) })}`)),
      h("span", { class: "rounds-turn num" }, turnOf(p))));
}

function one(p) {
  const lists = [["may_not", p.may_not], ["may_use", p.may_use], ["may_have", p.may_have]].filter(([, things]) => things.length);
  return [
    h("header", { class: "row row--apart" },
      h("h2", {}, h("span", {}, h("span", { class: "num" }, p.place), ` ${p.name}`, h("small", { class: "num" }, p.number))),
      h("button", { type: "button", class: "button button--quiet rounds-target", onclick: () => { state.open = ""; draw(); } }, t("close"))),
    h("p", { class: state.door ? "is-done" : "is-shift" }, t(state.door ? "has_scan" : "no_scan")),
    h("fieldset", { class: "rounds-seen" }, h("legend", {}, t("seen")), section().behaviours.map((b) => h("button", { type: "button", class: `button${b.code ? " button--danger" : ""}`, onclick: () => seen(p, b) }, b.text))),
    field("note", "note"),
    p.constant && !p.rests && h("div", { class: "stack rounds-post" },
      !p.mine && p.observer && field("told", "told"),
      p.mine ? h("button", { type: "button", class: "button button--danger rounds-target", onclick: () => post(p, "leave") }, t("leave"))
        : h("button", { type: "button", class: "button button--main rounds-target", onclick: () => post(p, "take") }, p.observer ? t("relieve", { who: p.observer }) : t("take_place"))),
    h("div", { class: "rounds-orders" }, p.sentences.map((said) => h("p", { class: "note note--shift" }, said.join(" ")))),
    h("dl", { class: "rounds-list-of" }, lists.map(([name, things]) => h("div", {}, h("dt", {}, t(name)), h("dd", {}, things.join(" · "))))),
    h("p", { class: "muted" }, p.out_of_cell),
  ].filter(Boolean);
}

function field(name, word) {
  return h("label", { class: "field" }, h("span", {}, t(word)), h("input", { type: "text", name, maxlength: "240", autocomplete: "off", value: state[name], oninput: (event) => { state[name] = event.target.value; } }));
}

let drawn = "", listed = "";

function draw() {
  const place = $("[data-one]"), p = section() ? person() : null, key = p ? `${p.watch} ${state.door} ${p.mine}` : "";
  if (key !== drawn) {
    drawn = key;
    place.replaceChildren(...(p ? one(p) : []));
    place.hidden = !p;
  }
  drawList();
  drawState();
}

function drawList() {
  const people = [...state.people].sort((a, b) => Number(a.rests) - Number(b.rests) || (a.constant ? a.limit : a.next).localeCompare(b.constant ? b.limit : b.next));
  // Drawn again only where something changed: a thumb or a reader on a line is not thrown off it every second.
  const shown = JSON.stringify([state.open, people.map((p) => [p.watch, p.place, turnOf(p), p.seen, alarmed(p)])]);
  if (shown !== listed) $("[data-people]").replaceChildren(...people.map(line));
  listed = shown;
  $("[data-nobody]").textContent = section() ? (people.length ? "" : t("nobody")) : state.insecure ? t("insecure") : t("first");
  $("[data-scan]").hidden = !section();
}

function drawState() {
  const said = [state.offlineSince ? t("offline", { at: hhmm(state.offlineSince) }) : t("online")];
  if (tablet.open) said.push(t("open_until", { at: hhmm(tablet.open.content.expires) }));
  if (tablet.waiting) said.push(t("waiting", { n: tablet.waiting }));
  const words = said.join(" · "), place = $("[data-state]");
  if (place.textContent !== words) place.textContent = words;
  const button = $("[data-device]");
  button.hidden = state.insecure || Boolean(state.offlineSince);
  button.textContent = t(section() ? "give_back" : "take_along");
}

/* --- the page --------------------------------------------------------------------------------------------------------------- */

const typed = $("#f-code");
$("[data-scan]").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = typed.value;
  typed.value = "";
  if (text.trim()) atDoor(text);
});
$("[data-device]").addEventListener("click", () => (section() ? giveBack() : takeAlong()));
/* A scanner types and ends with Enter: wherever the thumb was, its letters belong in the door's field. */
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1 || document.querySelector("dialog[open]")) return;
  if (!/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "")) typed.focus();
});
setInterval(() => {
  for (const p of section() ? state.people.filter(alarmed) : []) {
    const turn = `${p.watch} ${p.alarm}`;
    if (!state.sounded.has(turn)) { state.sounded.add(turn); navigator.vibrate?.([200, 120, 200]); sound("wrong"); }
  }
  if (section()) drawList();
}, 1_000);
setInterval(() => { if (!document.hidden && !document.querySelector("dialog[open]")) load(); }, 20_000);
window.addEventListener("online", () => load());
window.addEventListener("offline", () => { state.offlineSince ||= now().toISOString(); draw(); });
begin(hooks).then((can) => { state.insecure = !can; return load(); });
