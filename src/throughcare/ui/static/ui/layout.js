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

// A menu (all places, all parts) closes by Escape, which gives the focus back, and by anything pressed outside it.
const openMenus = () => $$("[data-menu][open]");
document.addEventListener("pointerdown", ({ target }) => {
  for (const menu of openMenus()) if (!menu.contains(target)) menu.open = false;
});
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  for (const menu of openMenus()) { menu.open = false; $("summary", menu).focus(); }
});
// Opened by its key, a menu takes the focus, so that Tab goes on into it.
for (const menu of $$("[data-menu]")) menu.addEventListener("toggle", () => menu.open && $("summary", menu).focus());
