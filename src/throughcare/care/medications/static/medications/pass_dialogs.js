/* What is asked beside a tap: why a dose was not given, why it is early, for what an as-needed one is given. */

import { ask, h, lacks, t } from "../devices/dom.js";
import { state } from "./pass.js";

const root = document.getElementById("pass");
const exceptions = JSON.parse(root.dataset.exceptions);
const early = JSON.parse(root.dataset.early);
const TYPED = ["value", "amount", "witness", "incident"];

function yesNo(name, words, value) {
  const box = (v) => h("label", { class: "choice pass-target" }, h("input", { type: "radio", name, value: v, checked: v === value }), h("span", {}, t(v)));
  return h("fieldset", { class: "pass-yesno" }, h("legend", {}, words), box("yes"), box("no"));
}

const pinField = () => h("input", { type: "password", name: "secret", maxlength: "80", autocomplete: "off", inputmode: "numeric" });

function typed(need, value) {
  return h("label", { class: "pass-typed" }, h("span", {}, t(need)), h("input", { type: "text", name: need, value, required: true, maxlength: "60", autocomplete: "off", inputmode: need === "amount" ? "decimal" : null }));
}

/** Ask why: the status and its reason are one tap; what else must stand beside it is written in the same place. */
export async function exceptFor(p, doses, proving) {
  let said = null, closing = null;
  const values = { incident: state.incident, value: Object.entries(state.values[doses[0].id] ?? {}).map(([k, v]) => `${k} ${v}`).join(", ") };
  const body = h("div", { class: "pass-reasons" });
  const choose = (status, reason) => {
    const read = (name) => body.querySelector(`[name=${name}]:checked`)?.value ?? body.querySelector(`input[type=text][name=${name}]`)?.value.trim() ?? values[name] ?? "";
    const needs = [...new Set([...status.needs, ...reason.needs])];
    const missing = needs.filter((n) => TYPED.includes(n) && !read(n));
    if (missing.length || (doses.some((d) => d.schedule) && ["wasted", "partial"].includes(status.status) && !read("witness"))) return write(status, reason, missing.length ? missing : ["witness"]);
    const detail = Object.fromEntries(needs.filter((n) => !["reason", "amount"].includes(n)).map((n) => [n, read(n)]));
    if (read("witness")) detail.witness = read("witness");
    if (detail.incident) state.incident = detail.incident;
    const secret = values.secret ?? "";
    said = { status: status.status, reason: reason.key, words: status.words.toLowerCase(), amount: needs.includes("amount") ? read("amount") : "", detail, second: detail.witness ?? "", secret };
    closing();
  };
  const write = (status, reason, missing) => {
    body.replaceChildren(
      h("p", {}, h("b", {}, `${status.words}: ${reason.words}`)), h("p", {}, t("needs", { what: missing.map((m) => t(m)).join(", ") })),
      ...missing.map((m) => typed(m, values[m] ?? "")),
      proving && missing.includes("witness") ? h("label", { class: "pass-typed" }, h("span", {}, t("second_pin")), pinField()) : "",
      h("button", { type: "button", class: "button button--main pass-target", onclick: () => { if (lacks(body)) return; values.secret = body.querySelector("[name=secret]")?.value ?? ""; for (const m of missing) values[m] = body.querySelector(`[name=${m}]`).value.trim(); choose(status, reason); } }, status.words));
    body.querySelector("input")?.focus();
  };
  body.append(...exceptions.map((status) => h("section", { class: "pass-reason-group" }, h("h3", {}, status.words),
    status.needs.includes("capacity") ? yesNo("capacity", t("capacity"), "yes") : "", status.needs.includes("supply") ? yesNo("supply", t("supply"), "no") : "",
    h("div", { class: "pass-reason-row" }, (status.reasons.length ? status.reasons : [{ key: "", words: status.words, needs: [] }]).map((reason) => h("button", { type: "button", class: "button pass-target", onclick: () => choose(status, reason) }, reason.words))))));
  const title = doses.length === 1 ? t("except_one", { text: doses[0].text }) : `${p.family}, ${p.given}: ${t("except_all")}`;
  const waiting = ask("pass-sheet", title, body, [["", t("cancel")]]);
  const dialog = body.closest("dialog");
  closing = () => dialog.closeWith("done");
  await waiting;
  return said;
}

/** Ask why doses are given before their window. */
export async function earlyFor(doses) {
  const body = [h("p", {}, doses.map((d) => d.text).join(", "))];
  return ask("", t("early"), body, [...early.map((r) => [r.key, r.words]), ["", t("cancel")]]);
}

/** Ask for what an as-needed dose is given, and how bad it is. */
export async function askedFor(a) {
  const why = h("input", { type: "text", name: "why", required: true, maxlength: "120", value: a.for || "", autocomplete: "off" });
  let before = "";
  const scale = h("div", { class: "pass-scale", role: "radiogroup", "aria-label": t("ask_scale") }, Array.from({ length: 11 }, (_, n) => h("label", { class: "pass-scale-one" }, h("input", { type: "radio", name: "scale", value: String(n), onchange: () => { before = String(n); } }), h("span", {}, String(n)))));
  const body = [h("label", { class: "pass-typed" }, h("span", {}, t("ask_given")), why), h("p", {}, t("ask_scale")), scale];
  const said = await ask("", t("ask_why", { text: a.text }), body, [["give", t("ask"), "main"], ["", t("cancel")]]);
  return said === "give" ? { reason: why.value.trim(), before } : null;
}

/** Ask for the second person, where another tablet has the dose. */
export async function secondFor(doses, proving) {
  const name = h("input", { type: "text", name: "second", required: true, maxlength: "80", autocomplete: "off" }), pin = pinField();
  const body = [h("p", {}, t("second_words", { what: doses.map((d) => d.text).join(", ") })), h("label", { class: "pass-typed" }, h("span", {}, t(proving ? "second_badge" : "second_name")), name), proving ? h("label", { class: "pass-typed" }, h("span", {}, t("second_pin")), pin) : ""];
  const said = await ask("", t("second_title"), body, [["give", t("second_give"), "main"], ["", t("cancel")]]);
  return said === "give" ? { second: name.value.trim(), secret: pin.value } : null;
}
