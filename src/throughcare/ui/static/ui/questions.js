/* Questions answered by keyboard: one key an answer, the next question by itself, called-up questions at once. No eval, no other host. */

const $$ = (selector, root) => [...root.querySelectorAll(selector)];
const keysOff = () => { try { return localStorage.getItem("keys") === "off"; } catch { return false; } };
const typed = (element) => element.matches("input:not([type=radio], [type=checkbox]), textarea, select");

/* --- which questions are asked now: the same rules as chart/forms/enable.py, held equal by a test --------------------- */

/** What is answered in a field of this page: its posted values, none if it is not asked; null if it stands elsewhere. */
function values(form, name) {
  const controls = $$(`[name="${CSS.escape(name)}"]:not([type=hidden])`, form);
  if (!controls.length) return null;
  if (controls[0].closest("[data-question]")?.hidden) return [];
  const said = (c) => c.matches("[type=radio], [type=checkbox]") ? c.checked : c.value.trim();
  return controls.filter(said).map((c) => c.value.trim());
}

function ordered(value, operator, wanted) {
  const numbers = [Number(value), Number(wanted)];
  const [a, b] = numbers.some(Number.isNaN) ? [value, wanted] : numbers;
  return { ">": a > b, "<": a < b, ">=": a >= b, "<=": a <= b }[operator];
}

function holds(form, row, [field, operator, wanted, now]) {
  const given = (row && values(form, `${field}:${row}`)) ?? values(form, field);
  if (given === null) return now;
  if (operator === "exists") return given.length > 0 === (wanted === "yes");
  if (operator === "=") return given.includes(wanted);
  if (operator === "!=") return given.length > 0 && !given.includes(wanted);
  return given.some((value) => ordered(value, operator, wanted));
}

function ask(form) {
  for (const question of $$("[data-when]", form)) {
    const row = /:(\d+)$/.exec(question.dataset.question)?.[1];
    const asked = JSON.parse(question.dataset.when).every(({ any, tests }) =>
      any ? tests.some((test) => holds(form, row, test)) : tests.every((test) => holds(form, row, test)));
    if (question.hidden !== asked) continue;
    question.hidden = question.disabled = !asked;
  }
  const shown = form.elements.namedItem("shown");
  if (shown) shown.value = visible(form).map((q) => q.dataset.question).join(" ");
}

/* --- a repeating group keeps one empty row ready ------------------------------------------------------------------------ */

function spare(form, question) {
  const [, group, row] = /^([^.:]+)\..*:(\d+)$/.exec(question.dataset.question) ?? [];
  if (!group) return;
  const of = (n) => $$(`[data-question^="${CSS.escape(group)}."][data-question$=":${n}"]`, form);
  const next = Number(row) + 1, here = of(row);
  if (of(next).length || !here.some((q) => answered(form, q))) return;
  let last = here.at(-1);
  for (const old of here) {
    const copy = old.cloneNode(true);
    delete copy.dataset.required;
    for (const element of [copy, ...$$("*", copy)]) {
      for (const { name, value } of [...element.attributes]) {
        if (value.includes(`:${row}`)) element.setAttribute(name, value.replaceAll(`:${row}`, `:${next}`));
      }
      if (element.matches("[type=radio], [type=checkbox]")) element.checked = false;
      else if (element.matches("input, textarea")) element.value = "";
      else if (element.matches("select")) element.selectedIndex = 0;
    }
    copy.querySelector("details")?.removeAttribute("open");
    last.after(copy);
    last = copy;
  }
}

/* --- going on ------------------------------------------------------------------------------------------------------------- */

const visible = (form) => $$("[data-question]:not([hidden])", form).filter((q) => q.querySelector("input, select, textarea"));
const controls = (question) => $$(".question-fields :is(input, select, textarea):not([type=hidden], :disabled)", question);
const first = (question) => controls(question).find((c) => c.checked) ?? controls(question).find((c) => c.matches("[type=radio], [type=checkbox]") || !c.value) ?? controls(question)[0];
const mainButton = (form) => form.querySelector("button.button--main[type=submit]");

function answered(form, question) {
  const name = question.dataset.question;
  if (values(form, `${name}~unable`)?.length || values(form, name)?.length) return true;
  return Boolean(values(form, `${name}~date`)?.length && values(form, `${name}~time`)?.length);
}

/** A question that must be answered, or that an answer has called up, and is not answered yet. */
const open = (form, q) => ("required" in q.dataset || "when" in q.dataset) && !answered(form, q);

function stand(question) {
  const control = question && first(question);
  if (!control) return;
  control.focus({ preventScroll: true });
  if (control.matches("input:not([type=radio], [type=checkbox])")) control.select();
  question.scrollIntoView({ block: "nearest" });
}

/** Go to what is next; after the last question a section goes on by itself, a signature waits for its key. */
function onward(form, question, { only = inLine } = {}) {
  const all = visible(form), at = all.indexOf(question);
  const next = all.slice(at + 1).find(only) ?? all.slice(0, at).find((q) => open(form, q));
  if (next) return stand(next);
  const button = mainButton(form);
  if (!button) return;
  if (leaving) return;
  if (button.name === "next") form.requestSubmit(button);
  else button.focus();
}

/** Free words that nobody must give are not walked into: Tab leads there. */
const inLine = (question) => "required" in question.dataset || "when" in question.dataset || !question.querySelector("textarea");

function choose(form, question, control) {
  const radio = control.type === "radio";
  control.checked = radio || !control.checked;
  control.dispatchEvent(new Event("change", { bubbles: true }));
  if (radio || (control.matches("[data-alone]") && control.checked)) onward(form, question);
  else control.focus();
}

/** True if a number box can hold no more: one more digit would pass its limit, or its decimals are written. "982" is 98.2. */
function full(box) {
  const places = Number(box.dataset.places), max = Number(box.dataset.max);
  if (places && /^\d+$/.test(box.value) && Number(box.value) > max) {
    const point = `${box.value.slice(0, -places)}.${box.value.slice(-places)}`;
    if (Number(point) <= max) box.value = point;
  }
  if (places) return new RegExp(`^\\d+\\.\\d{${places}}$`).test(box.value);
  return /^[1-9]\d*$/.test(box.value) && Number(`${box.value}0`) > max;
}

let leaving = false;
document.addEventListener("submit", ({ defaultPrevented }) => { leaving = !defaultPrevented; });
addEventListener("pageshow", () => { leaving = false; });

/* --- events ----------------------------------------------------------------------------------------------------------------- */

function pressed(event) {
  const form = event.currentTarget, target = event.target, question = target.closest("[data-question]");
  if (!question || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const done = () => event.preventDefault();
  if (leaving) return done();  // a key too many must not answer what comes next
  if (event.key === "Enter" && target.matches("input, select")) {
    return done(), onward(form, question, { only: (q) => open(form, q) });
  }
  if (typed(target) || keysOff() || event.key.length !== 1) return;
  if (event.key === "u" && question.querySelector(".question-unable")) {
    const why = question.querySelector(".question-unable");
    why.open = true;
    return done(), why.querySelector("select").focus();
  }
  const control = question.querySelector(`[data-choice="${CSS.escape(event.key)}"]:not(:disabled)`);
  if (control) { done(); choose(form, question, control); }
}

function changed(event) {
  const form = event.currentTarget, target = event.target, question = target.closest("[data-question]");
  if (!question) return;
  if (target.type === "checkbox" && target.checked) {
    const alone = target.matches("[data-alone]");
    for (const other of $$("[type=checkbox]", question)) {
      if (other !== target && (alone || other.matches("[data-alone]"))) other.checked = false;
    }
  }
  ask(form);
  spare(form, question);
  if (event.type === "input" && target.matches("[data-places]") && full(target) && target.selectionStart === target.value.length) {
    target.dispatchEvent(new Event("change", { bubbles: true }));
    onward(form, question);
  }
}

for (const form of $$("form[data-questions]", document)) {
  form.noValidate = true;  // an open question never holds back what is answered: the signature says what is missing
  form.addEventListener("keydown", pressed);
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  ask(form);
  const start = () => {
    const asked = visible(form);
    stand(asked.find((q) => "required" in q.dataset && !answered(form, q)) ?? asked.find((q) => !answered(form, q)) ?? asked[0]);
  };
  if (form.matches("[data-questions=keys]") && matchMedia("(pointer: fine)").matches && !document.querySelector("[data-focus]")) start();
}
