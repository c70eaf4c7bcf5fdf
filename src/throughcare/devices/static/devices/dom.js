/* Small things that a page without a network is drawn with: elements without markup, sentences, times, sounds, dialogs.
   The page's own element carries `data-tablet` (going_along.needs) and `data-words` (its room's sentences). */

const root = document.querySelector("[data-tablet]");
export const given = JSON.parse(root.dataset.tablet);
const sentences = { ...given.words, ...JSON.parse(root.dataset.words) };
const zone = document.body.dataset.zone || "America/New_York";
const wall = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
const dayOf = new Intl.DateTimeFormat("en-US", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

/** Give a sentence with its places filled. */
export function t(key, values = {}) {
  return (sentences[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** Make an element: h("p", {class: "muted"}, "text", child). Text is text, never markup. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false && c !== ""));
  return element;
}

/** Draw one of the house's shapes: open, soon, late, done, ended. */
export function shape(state) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `shape is-${state}`);
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#shape-${state}`);
  svg.append(use);
  return svg;
}

export const hhmm = (iso) => (iso ? wall.format(new Date(iso)) : "");
const dayHere = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: zone });

/** Say a moment as seen from another: the time alone where it is the same day's. */
export const moment = (iso, from) => [dayHere.format(new Date(iso))].filter((one) => one !== dayHere.format(from)).concat(hhmm(iso)).join(", ");
export const day = (iso) => (iso ? dayOf.format(new Date(`${iso}T12:00:00Z`)) : "");
export const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let ms = Date.now();
  for (let i = 5; i >= 0; i -= 1) { bytes[i] = ms % 256; ms = Math.floor(ms / 256); }
  bytes[6] = (bytes[6] & 15) | 112;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((b, i) => ([4, 6, 8, 10].includes(i) ? "-" : "") + b.toString(16).padStart(2, "0")).join("");
};

let audio = null;

/** A browser lets a page sound only after somebody touched it: the first touch makes it ready, so that a stop is never mute. */
function ready() {
  try {
    audio ??= new AudioContext();
    if (audio.state === "suspended") audio.resume();
  } catch { /* a device without sound still shows the stop, and shakes where it can */ }
}
for (const touch of ["pointerdown", "keydown"]) window.addEventListener(touch, ready, { capture: true, passive: true });

/** Sound: `wrong` is its own, low and twice, and the device shakes; `good` is short. */
export function sound(kind) {
  if (kind === "wrong" && navigator.userActivation?.hasBeenActive) navigator.vibrate?.([400, 150, 400]);
  ready();
  if (!audio) return;
  try {
    const notes = kind === "wrong" ? [[196, 0, 0.35], [147, 0.4, 0.5]] : [[880, 0, 0.08]];
    for (const [pitch, from, length] of notes) {
      const tone = audio.createOscillator(), gain = audio.createGain();
      tone.type = kind === "wrong" ? "square" : "sine";
      tone.frequency.value = pitch;
      gain.gain.value = kind === "wrong" ? 0.25 : 0.08;
      tone.connect(gain).connect(audio.destination);
      tone.start(audio.currentTime + from);
      tone.stop(audio.currentTime + from + length);
    }
  } catch { /* a device without sound still shows the stop */ }
}

/** Tell whether something that must be written is empty: it is said at the first such field, which gets the focus. */
export function lacks(place) {
  for (const said of place.querySelectorAll(".tablet-lacks")) said.remove();
  const empty = [...place.querySelectorAll("input[required]")].find((one) => !one.value.trim());
  if (!empty) return false;
  const said = h("span", { class: "tablet-lacks", id: `${empty.name}-lacks`, role: "alert" }, shape("late"), t("write_first"));
  empty.before(said);
  empty.setAttribute("aria-invalid", "true");
  empty.setAttribute("aria-describedby", said.id);
  empty.focus();
  return true;
}

/** Show a dialog over the whole page and give the name of the button that closed it. */
export function ask(className, title, body, buttons) {
  return new Promise((done) => {
    const dialog = h("dialog", { class: `tablet-dialog ${className}`, "aria-labelledby": "tablet-dialog-title" });
    const chose = (name) => { if (!name || !lacks(dialog)) close(name); };
    const close = (name) => { dialog.close(); dialog.remove(); done(name); };
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); close(""); });
    dialog.append(
      h("h2", { id: "tablet-dialog-title" }, title),
      ...[body].flat(),
      h("div", { class: "tablet-dialog-do" }, buttons.map(([name, words, tone]) => h("button", { type: "button", class: `button button--${tone || "plain"} tablet-target`, onclick: () => chose(name) }, words))),
    );
    // Enter in a field goes on to what is asked next, as Tab does: a scanner ends with Enter, so Enter alone never charts.
    dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.target.matches("input:not([type=radio], [type=checkbox])")) return;
      event.preventDefault();
      const all = [...dialog.querySelectorAll("input, button")];
      all[all.indexOf(event.target) + 1]?.focus();
    });
    dialog.closeWith = close;
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Say something at the screen's edge, for a while; `undo` takes back what it tells of. */
export function notice(words, meaning = "", undo = null) {
  const place = document.querySelector("[data-toasts]");
  const toast = h("div", { class: `toast${meaning ? ` toast--${meaning}` : ""}` }, h("p", {}, words));
  if (undo) toast.append(h("button", { type: "button", class: "button button--small", onclick: () => { toast.remove(); undo(); } }, t("undo")));
  place.replaceChildren(toast);
  setTimeout(() => toast.remove(), undo ? 12_000 : 7_000);
}

/** Close every dialog as if nothing was chosen, and take away what was said: nobody's name stays on a locked screen. */
export function clear() {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.closeWith?.("");
  document.querySelector("[data-toasts]").replaceChildren();
}
