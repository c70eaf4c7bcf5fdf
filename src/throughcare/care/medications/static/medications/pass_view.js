/* Drawing the pass: the list of people in the order of the cells, and the one person whose doses are given now. */

import { day, h, hhmm, moment, notice, shape, t } from "../devices/dom.js";
import { section } from "../devices/tablet.js";
import { now } from "../devices/wire.js";
import { face } from "./faces.js";
import { came } from "./pass_offline.js";
import { addresses, alsoOnPaper, byScale, draw, dueNow, except, give, giveAsked, isLate, isOpen, isReady, lotOf, matches, measured, openPerson, otherLot, person, state, undo, waits } from "./pass.js";

const statusWords = Object.fromEntries(JSON.parse(document.getElementById("pass").dataset.exceptions).map((e) => [e.status, e.words]));
const wordsOf = (d) => statusWords[d.status] ?? ({ given: t("given"), "given-late": t("given"), "given-early": t("given") }[d.status] ?? d.status);
const shapeOf = (p) => (dueNow(p).some(isLate) ? "late" : dueNow(p).length ? "soon" : p.doses.some(waits) ? "open" : "done");
const allergyWords = (p) => (p.allergies.length ? t("allergic", { what: p.allergies.join(", ") }) : t(p.allergies_asked ? "no_allergies" : "not_asked"));
const worst = (p) => Math.min(9, ...dueNow(p).map((d) => d.rank));
const firstDue = (p) => dueNow(p).reduce((first, d) => (d.due < first ? d.due : first), "9");

function whereNow(p) {
  if (p.coming_at) return t("coming", { at: hhmm(p.coming_at), place: p.coming });
  if (p.away) return t(p.back ? "away" : "away_open", { where: t(`at.${p.away}`), at: hhmm(p.back) });
  return p.next ? t("leaves", { what: p.next, at: hhmm(p.next_at) }) : "";
}

/** Draw everybody: along the cells, or by how urgent their doses are where people stay in their cells. */
export function drawList(place) {
  const rows = inOrder().filter((p) => p.doses.length || p.as_needed.length).map(row), focus = kept(place);
  place.replaceChildren(...(rows.length ? rows : [h("li", { class: "pass-none" }, h("p", {}, h("b", {}, t("nobody"))), h("p", { class: "muted" }, t("nobody_next")))]));
  if (focus !== null) keep(place, focus, field());
}

/** What has the focus in a place that is drawn anew: its name, "" where it has none; null where the focus is elsewhere. */
const kept = (place) => (place.contains(document.activeElement) ? document.activeElement.dataset.keep ?? "" : null);
const field = () => document.getElementById("pass-find");
// While something is being charted no button can be pressed: the place waits with the focus for the one that had it.
const last = { person: "", name: "" };

/** Give the focus back to what had it; where that is gone or can't be pressed any more, to what is named instead. */
function keep(place, name, instead) {
  const found = name && place.querySelector(`[data-keep="${CSS.escape(name)}"]`);
  (found && !found.disabled ? found : instead)?.focus({ preventScroll: true });
}

/** Give the people as the list shows them. */
function inOrder() {
  const people = state.filter ? state.people.filter((p) => matches(p, state.filter)) : state.people;
  return state.lockdown ? [...people].sort((a, b) => worst(a) - worst(b) || (firstDue(a) < firstDue(b) ? -1 : 1)) : people;
}

/** Give whoever comes after (or before) somebody and still has doses due; nobody where all are done. */
export function beside(id, step = 1) {
  const people = inOrder(), at = people.findIndex((p) => p.id === id), all = people.length;
  for (let n = 1; n <= all; n += 1) {
    const p = people[(((at < 0 && step < 0 ? 0 : at) + step * n) % all + all) % all];
    if (p.id !== id && !p.coming_at && dueNow(p).length) return p;
  }
  return null;
}

const plainly = (name) => name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Who else on this line is called so: two people of one name are how a dose reaches the wrong mouth. */
function namesakes(p) {
  if (called.people !== state.people) Object.assign(called, { people: state.people, by: grouped(state.people) });
  return (called.by.get(plainly(p.family)) ?? []).filter((q) => q.id !== p.id);
}

const called = { people: null, by: new Map() };

function grouped(people) {
  const by = new Map();
  for (const p of people) by.set(plainly(p.family), [...(by.get(plainly(p.family)) ?? []), p]);
  return by;
}

function row(p) {
  const due = dueNow(p), out = whereNow(p);
  return h("li", {}, h("button", {
    type: "button", class: `pass-row${p.id === state.open ? " is-open" : ""}`, "aria-current": p.id === state.open ? "true" : null, "data-keep": p.id, onclick: () => openPerson(p.id),
  },
  shape(shapeOf(p)), face(p.face, "s"),
  h("span", { class: "pass-row-who" }, h("b", {}, `${p.family}, ${p.given}`), h("span", { class: "num" }, [p.number, p.cell].filter(Boolean).join(" · ")), namesakes(p).length > 0 && h("span", { class: "pass-row-out" }, t("alike_row")), out && h("span", { class: "pass-row-out" }, out)),
  h("span", { class: "pass-row-due num" }, due.length ? t("left", { n: due.length }) : p.doses.some(waits) ? hhmm(p.doses.find(waits).due) : p.doses.length ? t("done") : "")));
}

/** Draw the person whose doses are given now: face, name, number, what must not be given, what is due. */
export function drawPerson(place) {
  const p = person(state.open);
  place.classList.toggle("is-empty", !p);
  if (!p) return place.replaceChildren(h("div", { class: "pass-choose" }, h("p", {}, h("b", {}, t("choose"))), h("p", { class: "muted" }, t("choose_hint"))));
  const focus = kept(place);
  const ready = p.doses.filter(isReady), waiting = p.doses.filter((d) => waits(d) && !d.own_line && !d.unjudged);
  place.replaceChildren(
    h("button", { type: "button", class: "button button--quiet pass-back pass-target", "data-keep": "back", onclick: () => { state.open = ""; draw(); } }, `‹ ${t("back_to_list")}`),
    head(p),
    p.crossing && p.coming_at && section() ? h("div", { class: "row pass-came" },
      h("button", { type: "button", class: "button button--main", onclick: () => arrived(p, true) }, t("came_bag")),
      h("button", { type: "button", class: "button", onclick: () => arrived(p, false) }, t("came_no_bag"))) : "",
    h("ul", { class: "pass-doses" }, p.doses.map((d) => doseRow(p, d))),
    p.as_needed.length ? asked(p) : "",
    waiting.length ? h("div", { class: "pass-do" },
      h("button", { type: "button", class: "button button--main pass-give", disabled: !ready.length || state.busy, "data-keep": "give", onclick: () => give(p) }, state.busy ? t("giving") : ready.length ? t("give", { n: ready.length, all: waiting.length }) : t("give_none")),
      h("button", { type: "button", class: "button pass-except", "data-keep": "except", disabled: state.busy, onclick: () => except(p, waiting.filter(isOpen).length ? waiting.filter(isOpen) : waiting) }, t("except"))) : "",
  );
  const next = dueNow(p).length ? null : beside(p.id);
  if (next && !waiting.length) place.append(h("div", { class: "pass-do" }, h("span", {}), h("button", { type: "button", class: "button pass-next", "data-keep": "next", onclick: () => openPerson(next.id) }, t("next", { name: `${next.family}, ${next.given}`, cell: next.cell }))));
  if (focus === null) return;
  Object.assign(last, { person: p.id, name: focus || (last.person === p.id ? last.name : "") });
  keep(place, last.name, (!state.busy && place.querySelector(".pass-next")) || place);
}

async function arrived(p, bag) {
  await came(p, bag);
  notice(t(bag ? "came_said" : "came_no_bag_said", { name: p.family }), bag ? "" : "shift");
  draw();
}

function alike(p) {
  const others = namesakes(p);
  if (!others.length) return "";
  const told = others.slice(0, 3).map((q) => [`${q.family}, ${q.given}`, q.number, q.cell].filter(Boolean).join(" "));
  return h("p", { class: "pass-alike" }, shape("soon"), t("alike", { who: told.join("; ") + (others.length > 3 ? ` +${others.length - 3}` : "") }));
}

function head(p) {
  const known = p.allergies.length ? "harm" : p.allergies_asked ? "" : "shift", out = whereNow(p);
  return h("header", { class: "pass-head" }, face(p.face, "l"), h("div", {},
    h("h2", {}, h("span", { class: "pass-family" }, p.family), p.given && `, ${p.given}`),
    h("p", { class: "pass-facts num" }, [p.number, p.cell, t("born", { day: day(p.born), age: p.age ?? "" }), p.language].filter(Boolean).join(" · ")),
    h("p", { class: `pass-allergies${known ? ` is-${known}` : ""}` }, known && shape(known === "harm" ? "late" : "soon"), allergyWords(p)),
    alike(p),
    out && h("p", { class: "pass-out" }, out),
    h("p", { class: "pass-compare muted" }, t(state.badge === p.id ? "identified" : "compare"))));
}

/** A tablet's entry of it waits to be judged: it may be swallowed already, and nobody gives it until a nurse has said. */
const judge = (p) => h("p", { class: "pass-asks pass-hold", role: "alert" }, t("unjudged"), " ", h("a", { href: addresses.judge.replace("00000000-0000-0000-0000-000000000000", p.id) }, t("judge")));

function doseRow(p, d) {
  const ready = isReady(d), open = waits(d), late = isLate(d);
  const marks = [d.critical && t("time_critical"), d.schedule, d.high_alert && t("high_alert"), d.own_line && t("own_line"), d.mode !== "DOT" && d.mode].filter(Boolean);
  const when = late ? t("late", { at: hhmm(d.late) }) : open && !isOpen(d) ? t("opens", { at: hhmm(d.opens) }) : t("due", { at: hhmm(d.due) });
  const what = [
    h("b", { class: "pass-dose-name" }, d.text),
    h("span", { class: "pass-dose-amount" }, [d.amount, d.route, d.prepare].filter(Boolean).join(", ")),
    h("span", { class: `pass-dose-when num${late ? " is-late" : ""}` }, [when, ...marks].join(" · ")),
  ];
  if (!open) return h("li", { class: "pass-dose is-over" },
    h("span", { class: "pass-tick", "aria-hidden": "true" }, shape(["expected", "refused", "no-show", "held", "not-available", "away"].includes(d.status) ? "ended" : "done")),
    h("span", { class: "pass-dose-what" }, ...what.slice(0, 2), h("span", { class: "num" }, d.status === "expected" ? t(d.stopped ? "stopped" : "on_hold") : [wordsOf(d), hhmm(d.happened), d.by].filter(Boolean).join(" · "))),
    state.paper && ["given", "given-late", "given-early"].includes(d.status) ? h("button", { type: "button", class: "button button--quiet pass-target", "data-keep": `paper-${d.id}`, onclick: () => alsoOnPaper(p, d) }, t("also_paper")) : d.status !== "expected" && h("button", { type: "button", class: "button button--quiet pass-target", "data-keep": `tick-${d.id}`, onclick: () => undo(p, d) }, t("undo")));
  if (d.unjudged) return h("li", { class: "pass-dose" }, h("div", { class: "pass-dose-tick" }, h("span", { class: "pass-tick", "aria-hidden": "true" }, shape("late")), h("span", { class: "pass-dose-what" }, ...what)), judge(p));
  const hold = measured(d) === "hold", scaled = byScale(d);
  return h("li", { class: `pass-dose${ready ? " is-ready" : ""}${late ? " is-late" : ""}` },
    h("label", { class: "pass-dose-tick" },
      h("input", { type: "checkbox", checked: ready, disabled: hold || d.own_line || state.busy, "data-keep": `tick-${d.id}`, onchange: (event) => tick(d, event.target.checked) }),
      h("span", { class: "pass-dose-what" }, ...what)),
    h("button", { type: "button", class: "button button--quiet pass-target", "data-keep": `except-${d.id}`, "aria-label": t("except_one", { text: d.text }), onclick: () => except(p, [d]) }, t("except")),
    lotButton(d.code),
    d.asks.length ? h("div", { class: "pass-asks" }, d.asks.map((a) => measure(d, a)), holdWords(d), scaled && !(hold && scaled.amount) ? h("b", { class: scaled.call || hold ? "pass-hold" : "pass-scaled num", role: "alert" }, sayScale(scaled)) : hold ? holdNow(d) : d.scale ? h("span", { class: "muted" }, d.scale.words.join("; ")) : "") : d.holds.length ? h("p", { class: "pass-asks muted" }, d.holds.join("; ")) : "");
}

const holdWords = (d) => d.holds.map((words) => h("span", { class: "muted" }, words));
const holdNow = (d) => h("b", { class: "pass-hold", role: "alert" }, t("hold_now", { value: Object.values(state.values[d.id] ?? {}).join(", ") }));

function sayScale({ amount, words, call }) {
  if (call) return amount ? t("scale_above", { words }) : t("scale_call");
  return amount ? t("scale_give", { words }) : t("scale_none");
}

/** Which lot it is taken from; one tap takes another. */
function lotButton(code) {
  const lot = lotOf(code), more = (state.line?.lots?.[code] ?? []).length > 1;
  if (!lot) return "";
  const words = t("lot", lot);
  return more ? h("button", { type: "button", class: "button button--quiet button--small pass-lot", "aria-label": t("lot_other", lot), "data-keep": `lot-${code}`, onclick: () => otherLot(code) }, `${words} ↻`) : h("span", { class: "muted pass-lot" }, words);
}

function measure(d, a) {
  const name = t(`measure.${a.measure in { glucose: 1, pulse: 1, systolic: 1, respiration: 1, saturation: 1 } ? a.measure : "other"}`);
  return h("label", { class: "pass-measure" }, h("span", {}, name), h("input", {
    type: "text", inputmode: "decimal", size: "5", maxlength: "6", autocomplete: "off", value: state.values[d.id]?.[a.measure] ?? "", "data-keep": `m-${d.id}-${a.measure}`,
    onchange: (event) => { (state.values[d.id] ??= {})[a.measure] = event.target.value.replace(",", ".").trim(); if (measured(d) !== "give") { state.ready.delete(d.id); } draw(); },
  }));
}

function tick(d, on) {
  state.touched.add(d.id);
  if (on && measured(d) !== "hold") state.ready.add(d.id); else state.ready.delete(d.id);
  draw();
}

function asked(p) {
  return h("section", { class: "pass-asked" }, h("h3", {}, t("as_needed")), h("ul", {}, p.as_needed.map((a) => {
    const may = !a.earliest || new Date(a.earliest) <= now(), said = measured(a);
    const facts = [a.amount, a.for, a.words, a.given.length && t("last", { at: moment(a.given.at(-1), now()) })].filter(Boolean).join(" · ");
    return h("li", { class: "pass-dose" }, h("span", { class: "pass-dose-what" }, h("b", { class: "pass-dose-name" }, a.text), h("span", {}, facts), !may && h("b", { class: "num" }, t("not_before", { at: moment(a.earliest, now()) })), a.unjudged && judge(p)), lotButton(a.code),
      h("button", { type: "button", class: "button pass-target", disabled: !may || a.unjudged || said !== "give" || state.busy, "data-keep": `ask-${a.id}`, onclick: () => giveAsked(p, a) }, t("ask")),
      may && !a.unjudged && a.asks.length ? h("div", { class: "pass-asks" }, a.asks.map((one) => measure(a, one)), holdWords(a), said === "hold" && holdNow(a)) : a.holds.length ? h("p", { class: "pass-asks" }, holdWords(a)) : "");
  })));
}
