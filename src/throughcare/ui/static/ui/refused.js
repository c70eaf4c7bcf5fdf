/* A form that was refused: each line of the summary leads to its field, and its sentence stands at the field too, where the page
   has not said it there. A form that stands once in each row of a list is known by its address: the refused page has the same. */

const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const summary = document.querySelector(".error-summary");
const here = (form) => form.method === "post" && new URL(form.getAttribute("action") || "", location.href).pathname === location.pathname;
const sent = $$("main form").filter(here);
const shown = ":not([type=hidden]):not([disabled])";

function fieldOf(name, words) {
  const at = CSS.escape(name), exact = `[name="${at}"]${shown}`;
  for (const root of sent) { const found = root.querySelector(exact); if (found) return found; }
  const own = document.getElementById(`f-${name}`) ?? document.querySelector(`main ${exact}`);
  if (own) return own;
  const said = $$("main .error").find((one) => one.textContent.trim() === words);
  if (said) return said.closest(".field")?.querySelector(`:is(input, select, textarea)${shown}`);
  for (const root of sent) {  // a field may carry the name of its form before or its part behind: harm_words, at-day
    const found = root.querySelector(["$='-", "$='_", "^='"].map((how, n) => `[name${how}${at}${n > 1 ? "-" : ""}']${shown}`).join());
    if (found) return found;
  }
  return null;
}

function tell(field, words) {
  const group = field.closest("fieldset, .field"), lasting = field.closest("fieldset");
  if ((group ?? field.parentElement).querySelector(".error")) return;
  const error = document.createElement("span");
  error.className = "error";
  error.id = `${field.id}-error`;
  error.append(summary.querySelector(".shape")?.cloneNode(true) ?? "", words);
  if (lasting) (lasting.querySelector("legend") ?? lasting.firstElementChild).after(error);
  else (field.closest(".with-unit") ?? field).before(error);
  group?.classList.add("has-error");
  for (const one of lasting ? $$(`[name="${CSS.escape(field.name)}"]`, lasting) : [field]) {
    one.setAttribute("aria-invalid", "true");
    one.setAttribute("aria-describedby", `${one.getAttribute("aria-describedby") ?? ""} ${error.id}`.trim());
  }
}

for (const link of summary ? $$('a[href^="#f-"]', summary) : []) {
  const words = link.textContent.trim(), field = fieldOf(link.hash.slice(3), words);
  if (!field) continue;
  if (!field.id || $$(`#${CSS.escape(field.id)}`).length > 1) field.id = `refused-${$$("[id^=refused-]").length}`;
  link.hash = field.id;
  for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  tell(field, words);
  link.addEventListener("click", () => setTimeout(() => field.focus()));
}
