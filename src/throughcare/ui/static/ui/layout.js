/* What the layout needs beyond its sheet: a table's cells say what they are on a phone, the menu of all places closes. */
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// On a phone a table's cells stand below each other, each under the name of its column.
function labelCells(root) {
  for (const table of $$("table.table", root)) {
    const heads = $$("thead th", table).map((th) => th.textContent.trim());
    for (const cell of $$("tbody td:not([data-label])", table)) {
      const name = heads[cell.cellIndex];
      if (name && !cell.classList.contains("do") && cell.colSpan === 1) cell.dataset.label = name;
    }
  }
}
labelCells(document);
document.addEventListener("htmx:after:swap", () => labelCells(document));

// The menu of all places closes by Escape, which gives the focus back, and by anything pressed outside it.
function closeMenu(back) {
  const menu = $("[data-menu][open]");
  menu.open = false;
  if (back) $("summary", menu).focus();
}
document.addEventListener("pointerdown", (event) => {
  if ($("[data-menu][open]") && !event.target.closest("[data-menu]")) closeMenu(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && $("[data-menu][open]")) closeMenu(true);
});
