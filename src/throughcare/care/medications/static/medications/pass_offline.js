/* The pass without a network: the line that was taken along, what changed meanwhile, and charting into the tablet's queue. */

import { t } from "../devices/dom.js";
import { entry, flush, kept, overlay, pending, section, tablet } from "../devices/tablet.js";
import { now, time } from "../devices/wire.js";
import { wasAsked } from "./asked.js";
import { channel, draw, load, state, take } from "./pass.js";
import { scan } from "./packs.js";

let online = null;

/** What the tablet asks of this page. */
export const hooks = {
  asked: () => ({ unit: state.line.unit, pass: state.line.code }),
  opened(draft) {
    online ??= { ...channel };
    if (draft) Object.assign(state.values, draft);
    Object.assign(channel, { chart, ask: give, undo, scan: async (code) => scan(section().packs, code, { unsure: t("pack_unsure"), expired: t("pack_expired") }, now()) });
    if (!state.people.length) fromBundle(state.line?.code);
  },
  closed() {
    if (online) Object.assign(channel, online);
    state.people = [];
    state.values = {};
    state.filter = "";
  },
  draft: () => structuredClone(state.values),
  load: () => load(),
  draw: () => draw(),
};

/* --- the line from the bundle ------------------------------------------------------------------------------------------ */

/** Show what was taken along, with everything that was charted since. */
export function fromBundle(code = "") {
  const content = section();
  if (!content) return false;
  const became = overlay(), moment = now().toISOString();
  const span = content.passes.find((s) => s.code === code) ?? content.passes.find((s) => new Date(s.opens) <= new Date(moment) && new Date(moment) < new Date(s.closes)) ?? content.passes[0];
  const within = (d) => new Date(span.opens) <= new Date(d.due) && new Date(d.due) < new Date(span.closes);
  const people = structuredClone([...content.people, ...content.expected]);
  for (const p of people) {
    if (became[`came ${p.crossing}`]) Object.assign(p, { coming: "", coming_at: "", came: became[`came ${p.crossing}`] });
    p.doses = p.doses.filter(within);
    for (const d of p.doses) if (became[d.id]) Object.assign(d, became[d.id]);
    for (const a of p.as_needed) for (const at of became[`asked ${a.order}`] ?? []) wasAsked(p, a.order, at);
  }
  const listed = people.filter((p) => p.doses.length || p.as_needed.length);
  take({ ...content, code: span.code, name: span.name, at: span.at, people: listed, leases: content.leases });
  state.people = listed;
  return true;
}

/** After hours apart: say which orders were changed, stopped or added meanwhile. */
export function changedSince(found) {
  const content = section();
  if (!content) return [];
  const orders = (people) => new Map(people.flatMap((p) => [...p.doses, ...p.as_needed].map((d) => [d.order, { who: p.family, text: d.text, version: d.order_version, over: d.stopped || d.held }])));
  const span = found.code, there = new Set(found.people.map((p) => p.id));
  const here = content.people.map((p) => ({ ...p, doses: p.doses.filter((d) => within(d, found, span)), as_needed: there.has(p.id) ? p.as_needed : [] }));
  const before = orders(here), after = orders(found.people);
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
  if (!section()) return;
  const became = overlay(), waiting = await pending();
  for (const p of people) for (const d of p.doses) {
    const mine = became[d.id];
    if (mine?.event && waiting.has(mine.event)) Object.assign(d, mine);
    else became[d.id] = { status: d.status, version: d.version, happened: d.happened, by: d.by, reason: d.reason, unjudged: d.unjudged };
  }
  tablet.open.overlay.skew = time.skew;
  await kept();
}

/* --- charting into the queue ------------------------------------------------------------------------------------------- */

async function made(fields, became) {
  const said = { reason: "", amount: null, detail: {}, corrects: null, second: "", order_id: null, dose_id: null, ...fields };
  said.detail = Object.fromEntries(Object.entries(said.detail).filter(([, v]) => v).map(([k, v]) => [k, String(v)]));
  return entry(said, became);
}

async function chart(body, p) {
  const done = [];
  for (const row of body.doses) {
    const d = p.doses.find((x) => x.id === row.dose);
    const fields = { person_id: body.person, order_id: d.order, dose_id: d.id, status: row.status, reason: row.reason || "", amount: row.amount || null, detail: row.detail ?? {}, second: row.detail?.second ?? "" };
    const became = (one) => { overlay()[d.id] = { status: row.status, version: d.version + 1, happened: now().toISOString(), by: "", reason: row.reason || "", event: one.event_id }; };
    try {
      const one = await made(fields, became);
      done.push({ dose: d.id, status: row.status, version: d.version + 1, event: one.event_id });
    } catch (error) {
      if (!done.length) throw error;
      flush();
      return { doses: done, failed: true };  // what is kept is charted; the rest is still open
    }
  }
  flush();
  return { doses: done };
}

async function undo(body, p, d) {
  if (!d.event) return online.undo(body);
  await made({ person_id: body.person, order_id: d.order, dose_id: d.id, status: "charted-in-error", reason: "wrong-status", corrects: d.event }, () => { delete overlay()[d.id]; });
  flush();
  return { doses: [{ dose: d.id, status: "expected", version: d.version + 1 }] };
}

/** Somebody who was expected is here, with their bag or without it. */
export async function came(p, bag) {
  const at = now().toISOString();
  await entry({ person_id: p.id, crossing_id: p.crossing, status: bag ? "arrived" : "arrived-no-bag" }, () => { overlay()[`came ${p.crossing}`] = at; });
  Object.assign(p, { coming: "", coming_at: "", came: at });
  flush();
}

async function give(body) {
  await made({ person_id: body.person, order_id: body.order, status: "given", reason: body.reason, detail: { ...body.detail, before: body.before }, second: body.detail.second ?? "" }, () => { (overlay()[`asked ${body.order}`] ??= []).push(now().toISOString()); });
  flush();
  return { doses: [] };
}
