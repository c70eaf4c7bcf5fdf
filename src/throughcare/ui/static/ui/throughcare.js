/* What the pages do beyond links and forms: clocks tick, lists move by keyboard, forms save themselves. No eval, no other host. */

const body = document.body;
const words = JSON.parse(body.dataset.clockWords || "{}");
const saveWords = JSON.parse(body.dataset.saveWords || "{}");
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/* --- time: the server's clock, not this device's ------------------------------------------------------------------- */

const offset = Date.parse(body.dataset.now) - Date.now();
const now = () => Date.now() + (Number.isNaN(offset) ? 0 : offset);
const wallClock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: body.dataset.zone || "UTC" });
const hhmm = (at = now()) => wallClock.format(at);
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

const MINUTE = 60_000, HOUR = 60 * MINUTE, GATE = 80;

function span(ms) {
  const minutes = Math.floor(Math.abs(ms) / MINUTE);
  if (minutes >= 24 * 60) return fill(words.days, { n: Math.floor(minutes / 1440) });
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

/** The face of an open clock; the same rules as ui/clockface.py, held equal by a test. */
export function face(opened, due, soon, at) {
  const allowed = Math.max(due - opened, 1000), late = at - due;
  const turns = soon ?? due - Math.min(Math.max(allowed / 4, HOUR), 12 * HOUR);
  const round = (n) => Math.round(n * 10) / 10;
  let over = round(Math.min(Math.max(late / allowed, 0) * GATE, 100 - GATE));
  if (late >= MINUTE) over = Math.max(over, 3);
  const words_ = Math.abs(late) < MINUTE ? words.due_now : fill(late >= MINUTE ? words.late : words.due_in, { span: span(late) });
  return {
    state: at >= due ? "late" : at >= turns ? "soon" : "open",
    fill: round(GATE * Math.min(Math.max((at - opened) / allowed, 0), 1)),
    over, words: words_,
  };
}

const STATES = ["open", "soon", "late"];

function restate(element, state) {
  if (!element || element.classList.contains(`is-${state}`)) return;
  element.classList.remove(...STATES.map((s) => `is-${s}`));
  element.classList.add(`is-${state}`);
}

function reshape(svg, state) {
  restate(svg, state);
  $("use", svg)?.setAttribute("href", `#shape-${state}`);
}

function tick() {
  for (const clock of $$("[data-clock]")) {
    const { opened, due, soon } = clock.dataset;
    const f = face(Date.parse(opened), Date.parse(due), soon ? Date.parse(soon) : undefined, now());
    $(".fill", clock)?.setAttribute("width", f.fill);
    $(".over", clock)?.setAttribute("width", f.over);
    const text = $(".clock-words", clock);
    if (text.textContent !== f.words) text.textContent = f.words;
    restate(clock, f.state);
    const row = clock.closest(".duty");
    restate(row, f.state);
    for (const svg of $$(".shape", row ? $(".duty-who", row) : clock)) reshape(svg, f.state);
  }
  for (const time of $$("time[data-now]")) time.textContent = hhmm();
  for (const line of $$("[data-shift]")) {
    const opened = Date.parse(line.dataset.opened), due = Date.parse(line.dataset.due);
    line.setAttribute("width", Math.round(Math.min(Math.max((now() - opened) / (due - opened), 0), 1) * 1000));
  }
}
setInterval(tick, 15_000);

/* --- keys ------------------------------------------------------------------------------------------------------------ */

const remembered = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const remember = (name, value) => { try { localStorage.setItem(name, value); } catch { /* the choice lasts for this page */ } };
const typing = (element) => element.matches("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
const rows = () => $$("[data-row]").filter((row) => row.offsetParent !== null);

function goTo(row) {
  for (const other of $$("[data-row].is-here")) other.classList.remove("is-here");
  row.classList.add("is-here");
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = rows(), here = all.findIndex((row) => row.classList.contains("is-here"));
  const next = all[here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1)];
  if (next) goTo(next);
}

function openRow(row) {
  const link = $("a[data-open]", row) ?? $(".duty-do a, .duty-do button", row);
  if (link) link.click();
  else if (row.dataset.href) location.assign(row.dataset.href);
}

function pressed(key) {
  const here = $("[data-row].is-here");
  const find = (root) => root && $$(`[data-key="${CSS.escape(key)}"]`, root).find((e) => !e.disabled && e.offsetParent !== null);
  return find(here) ?? find($("main")) ?? find(body);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target;
  if (event.key === "Escape" && typing(target)) return target.blur();
  if (typing(target) || remembered("keys") === "off" || $("dialog[open]")) return;
  const done = () => event.preventDefault();
  if (event.key === "j") return done(), move(1);
  if (event.key === "k") return done(), move(-1);
  if (event.key === "Enter" && target.matches("[data-row]")) return done(), openRow(target);
  if (event.key === "/" && $("[data-search]")) return done(), $("[data-search]").focus();
  if (event.key === "?") return done(), $("[data-help]")?.showModal();
  if (event.key.length !== 1) return;
  const button = pressed(event.key) ?? (event.key === "h" ? $("a.top-home") : null);
  if (!button && event.key === "f") return done(), $$("main :is(input:not([type=hidden]), select, textarea)").find((e) => !e.disabled && e.offsetParent)?.focus();
  if (button) { done(); button.click(); }
});

document.addEventListener("focusin", ({ target }) => {
  const row = target.closest?.("[data-row]");
  if (!row || row.classList.contains("is-here")) return;
  for (const other of $$("[data-row].is-here")) other.classList.remove("is-here");
  row.classList.add("is-here");
});

/* --- forms that save themselves: nothing typed is lost ----------------------------------------------------------------- */

const saves = new Map();  // form -> {timer, dirty, busy, refused, wait, content, intent}
const csrf = () => $('meta[name="csrf-token"]')?.content ?? "";

/** A time-ordered id made here, so that trying again can never write twice. */
export function newIntent(at = now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(at / 2 ** (8 * (5 - i))) % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function say(form, text, waiting = false) {
  const place = $("[data-saved]", form) ?? $("[data-saved]");
  if (!place) return;
  place.textContent = text;
  place.classList.toggle("is-waiting", waiting);
}

async function save(form) {
  const state = saves.get(form);
  if (!form.isConnected || state.busy || !state.dirty) return;
  state.busy = true;
  state.dirty = false;
  const data = new FormData(form);
  const content = JSON.stringify([...data].filter(([name]) => name !== "intent"));
  if (content !== state.content) Object.assign(state, { content, intent: newIntent() });  // the same try keeps its id
  data.set("intent", state.intent);
  say(form, saveWords.saving);
  try {
    const answer = await fetch(form.dataset.autosave, {
      method: "POST", body: data, credentials: "same-origin", redirect: "error",
      headers: { "X-CSRFToken": csrf(), "X-Autosave": "1", "HX-Request": "true" },
    });
    if (answer.status >= 500) throw new Error(String(answer.status));
    state.content = null;
    state.wait = 1000;
    show(form, answer, await answer.text());
  } catch {
    if (saves.get(form) !== state) return;  // the whole form was sent while its draft was on the way
    state.dirty = true;
    say(form, saveWords.waiting, true);
    state.wait = Math.min((state.wait ?? 500) * 2, 30_000);
    later(form, state.wait);
  } finally {
    state.busy = false;
    if (state.dirty && !state.timer && saves.get(form) === state) later(form, 700);
  }
}

function show(form, answer, text) {
  const version = answer.headers.get("X-Version"), field = form.elements.namedItem("version");
  if (version && field) field.value = version;
  const target = form.dataset.autosaveTarget && $(form.dataset.autosaveTarget);
  const html = answer.headers.get("Content-Type")?.includes("html");
  if (target && html && !target.contains(document.activeElement)) {
    target.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    window.htmx?.process(target);
    tick();
  }
  if (answer.ok) return say(form, fill(saveWords.saved, { at: hhmm() }));
  const state = saves.get(form);
  if (state) state.refused = true;
  say(form, answer.headers.get("X-Sentence") || saveWords.refused, true);
}
function later(form, wait) {
  const state = saves.get(form);
  clearTimeout(state.timer);
  state.timer = setTimeout(() => { state.timer = null; save(form); }, wait);
}

/* "1730" is 17:30, and "730" is 07:30: four keys a time, no mouse. */
document.addEventListener("change", ({ target }) => {
  const typed = target.matches("[data-time]") && /^(\d{1,2}):?(\d{2})$/.exec(target.value.trim());
  if (typed) target.value = `${typed[1].padStart(2, "0")}:${typed[2]}`;
}, true);

function changed(event) {
  const form = event.target.form ?? event.target.closest?.("form");
  if (!form || sent.has(form) || !form.matches("[data-autosave], [data-dirty]")) return;
  const state = saves.get(form) ?? {};
  state.dirty = true;
  state.refused = false;
  saves.set(form, state);
  if (form.dataset.autosave) later(form, event.type === "change" ? 50 : 700);
}
document.addEventListener("input", changed);
document.addEventListener("change", changed);
addEventListener("online", () => saves.forEach((state, form) => form.dataset.autosave && later(form, 0)));
addEventListener("beforeunload", (event) => {
  const open = [...saves].some(([form, s]) => form.isConnected && (s.dirty || s.busy || s.refused));
  if (open) event.preventDefault();
});
const sent = new WeakSet();
document.addEventListener("click", async (event) => {  // a link followed right after typing waits for what was typed
  const link = event.target.closest?.("main a[href]"), form = [...saves].find(([f, s]) => f.isConnected && f.dataset.autosave && s.dirty && !s.busy)?.[0];
  if (!link || !form || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault(), await save(form);
  location.assign(link.href);
});
document.addEventListener("submit", (event) => {
  const state = saves.get(event.target);
  sent.add(event.target);
  setTimeout(() => sent.delete(event.target), 10_000);
  if (state) { clearTimeout(state.timer); saves.delete(event.target); }
  if (event.target.id === "post") event.target.elements.intent.value = newIntent();
});

/* --- swaps ------------------------------------------------------------------------------------------------------------- */

const busy = new WeakMap();
let touched = Date.now();  // a page that looks again by itself keeps nobody signed in; a board on a wall is nobody's desk
for (const kind of ["pointerdown", "keydown", "wheel"]) document.addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
document.addEventListener("htmx:config:request", ({ detail }) => {
  detail.ctx.request.headers["X-CSRFToken"] = csrf();
  if (Date.now() - touched > 60_000 && document.documentElement.dataset.layout !== "board") detail.ctx.request.headers["X-By-Itself"] = "1";
});
document.addEventListener("htmx:before:on:init", (event) => event.preventDefault());  // no scripts in attributes
document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (document.hidden && ctx.sourceElement?.matches?.("[data-banner]")) return event.preventDefault();  // nobody reads it
  if (ctx.target instanceof Element && ctx.target.id !== "board") {
    busy.set(ctx, setTimeout(() => { ctx.target.classList.add("is-waiting"); ctx.target.ariaBusy = "true"; }, 300));
  }
});
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  clearTimeout(busy.get(ctx));
  if (ctx.target instanceof Element) { ctx.target.classList.remove("is-waiting"); ctx.target.ariaBusy = null; }
});
let here = null;  // a swap keeps the row one stands on
document.addEventListener("htmx:before:swap", () => { here = $("[data-row].is-here")?.id; });
document.addEventListener("htmx:after:swap", () => {
  tick();
  const row = here && !$("[data-row].is-here") && document.getElementById(here);
  if (row && document.activeElement === body) goTo(row);
  else row?.classList?.add("is-here");
});
const lost = (is) => { const sign = $("[data-lost]"); if (sign) sign.hidden = !is; };
document.addEventListener("htmx:before:response", (event) => {
  const { status } = event.detail.ctx.response, broken = status >= 500 || (status >= 400 && Boolean($("[data-lost]")));
  lost(broken);
  if (status === 403 && event.detail.ctx.request.headers["X-By-Itself"]) location.reload();  // signed out: nothing stays to read
  if (broken) event.preventDefault();  // what stands on the screen stays; the sign says that it is old
});
document.addEventListener("htmx:error", () => lost(true));

/* --- small things -------------------------------------------------------------------------------------------------------- */

document.addEventListener("click", (event) => {  // a usual answer is written into its field, as if typed
  const usual = event.target.closest?.("[data-fill]");
  const field = usual && $(usual.dataset.fill);
  if (!field) return;
  field.value = usual.dataset.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});

document.addEventListener("click", (event) => {
  const press = (selector) => event.target.closest?.(selector);
  if (press("[data-close]")) press("[data-toast]")?.remove();
  if (press("[data-print]")) print();
  if (press("[data-help-open]")) $("[data-help]")?.showModal();
  if (press("[data-theme-switch]")) {
    const order = ["auto", "light", "dark"], next = order[(order.indexOf(remembered("theme") ?? "auto") + 1) % 3];
    remember("theme", next);
    if (next === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    press("[data-theme-switch]").title = next;
  }
});
for (const box of $$("[data-keys-switch]")) {
  box.checked = remembered("keys") !== "off";
  box.addEventListener("change", () => remember("keys", box.checked ? "on" : "off"));
}
$("[data-focus]")?.focus();

/* A kiosk forgets the person before it: after so many quiet seconds it goes home. */
const quiet = Number(body.dataset.idle);
if (quiet) {
  let timer;
  const again = () => { clearTimeout(timer); timer = setTimeout(() => location.replace(body.dataset.idleHref), quiet * 1000); };
  for (const kind of ["pointerdown", "keydown", "input"]) document.addEventListener(kind, again);
  again();
}

tick();
