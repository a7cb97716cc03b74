// Every page: light and dark, forms, and what is loaded only where a page asks for it.
import "@tabler/core/dist/js/tabler.esm.min.js";
import { suggest } from "./suggest.js";

const address = (name) => document.querySelector(`meta[name="module-${name}"]`)?.content;

// --- parts that are heavy, loaded when one is there -------------------------------------------------------------
async function charts(root) {
  const found = [...root.querySelectorAll("[data-chart]")].filter((node) => !node.dataset.drawn);
  if (!found.length) return;
  for (const node of found) node.dataset.drawn = "1";
  const { draw } = await import(address("charts"));
  for (const node of found) draw(node);
}

async function players(root) {
  const found = [...root.querySelectorAll("[data-player]")].filter((node) => !node.dataset.bound);
  if (!found.length) return;
  for (const node of found) node.dataset.bound = "1";
  const { bind } = await import(address("stage"));
  for (const node of found) bind(node, address("player"));
}

function enliven(root) {
  charts(root);
  players(root);
}

// --- small behaviours -------------------------------------------------------------------------------------------
document.addEventListener("click", (event) => {
  const target = event.target.closest?.("[data-theme-switch], [data-print], [data-copy]");
  if (!target) return;
  if ("themeSwitch" in target.dataset) dispatchEvent(new Event("robotplus:theme"));
  if ("print" in target.dataset) print();
  if ("copy" in target.dataset) navigator.clipboard?.writeText(target.dataset.copy || location.href).then(() => target.classList.add("copied"));
});

// A select or a checkbox marked so sends its form at once; without scripts the form has its button.
document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-submit-on-change]")) event.target.form.requestSubmit();
});

// Of the boxes within what is marked so, no more can be ticked.
document.addEventListener("change", (event) => {
  const part = event.target.closest?.("[data-at-most]");
  if (!part || event.target.type !== "checkbox") return;
  const boxes = [...part.querySelectorAll("input[type=checkbox]")];
  const full = boxes.filter((box) => box.checked).length >= Number(part.dataset.atMost);
  for (const box of boxes) box.disabled = full && !box.checked;
});

// A menu closes when one looks elsewhere.
const closeMenus = (but) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== but) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target.closest?.("details.menu")));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenus(); });

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 5000);
});
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

const box = document.querySelector("[role=combobox]");
if (box) suggest(box, document.getElementById(box.getAttribute("aria-controls")));

document.addEventListener("htmx:load", (event) => enliven(event.detail.elt));
enliven(document);
