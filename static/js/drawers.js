/* [data-drawer]: a list and one entry. j k walk the rows, n begins a new entry, / searches, Ctrl/Command+S
   saves; the row that is shown is marked; a form[data-entry] with unsaved text is not left without asking. */
import { announce, composing, on, t } from "./dom.js";
import { ask } from "./dialog.js";

const drawer = () => document.querySelector("[data-drawer]");
const form = () => document.querySelector("form[data-entry]");
const FIELDS = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

/* Keys: before the mail's own, which let go of what is answered already (keyboard.js) */
function walk(step) {
  const rows = [...document.querySelectorAll("[data-drawer-row]")];
  if (!rows.length) return false;
  const focused = rows.indexOf(document.activeElement);
  const at = focused >= 0 ? focused : rows.findIndex((row) => row.hasAttribute("aria-current"));
  rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))].focus();
  return true;
}

function press(selector) {
  const target = document.querySelector(selector);
  target?.click();
  return Boolean(target);
}

function search() {
  const box = document.querySelector("[data-drawer-search]");
  if (!box?.offsetParent) return false;
  box.focus();
  box.select();
  return true;
}

const KEYS = { j: () => walk(1), k: () => walk(-1), n: () => press("[data-drawer-new]"), "/": search };

document.addEventListener("keydown", (event) => {
  if (!drawer() || composing(event) || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
    const mine = form();
    if (!mine?.querySelector("[type=submit]")) return;
    event.preventDefault();
    if (!event.repeat) mine.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(FIELDS)) return;
  const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
  if (act?.()) event.preventDefault();
}, true);

/* Enter in a line never submits while a conversion runs (some browsers submit at its end). */
on("keydown", "form[data-entry] input", (event) => {
  if (event.key === "Enter" && composing(event)) event.preventDefault();
});

/* The row that is shown, and where the list stood */
let place = { key: "", top: 0 };
document.addEventListener("htmx:beforeSwap", () => {
  const rows = document.querySelector("[data-drawer-rows]");
  if (rows) place = { key: drawer().dataset.drawer, top: rows.scrollTop };
});
document.addEventListener("htmx:afterSettle", (event) => {
  const mine = drawer();
  if (!mine) return;
  const rows = mine.querySelector("[data-drawer-rows]");
  if (rows && event.detail.target === document.body && place.key === mine.dataset.drawer) rows.scrollTop = place.top;
  if (event.detail.target?.id !== "drawer-detail") return;
  for (const row of mine.querySelectorAll("[data-drawer-row]")) {
    if (new URL(row.href).pathname === location.pathname) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  mine.classList.add("drawer-open");
  const title = mine.querySelector(".entry-title");
  if (title) { announce(title.textContent); if (matchMedia("(max-width: 860px)").matches) title.focus(); }
});

/* What is wrong is gone to; a conflict is said aloud by its role. */
document.addEventListener("htmx:afterSettle", () => {
  const wrong = document.querySelector("form[data-entry] [aria-invalid=true]");
  if (wrong && !wrong.dataset.told) { wrong.dataset.told = "1"; wrong.focus(); }
});

/* Unsaved text. The form says so itself when it came back with errors or a conflict (data-typed). */
const typed = new WeakSet();
const unsaved = () => { const mine = form(); return Boolean(mine && (typed.has(mine) || mine.hasAttribute("data-typed"))); };
const forget = () => { const mine = form(); if (mine) { typed.delete(mine); mine.removeAttribute("data-typed"); } };

const edited = (event, mine) => { if (!event.target.closest("[data-no-edit]")) typed.add(mine); };
on("input", "form[data-entry]", edited);
on("change", "form[data-entry]", edited);
document.addEventListener("htmx:sendError", () => { const mine = form(); if (mine) typed.add(mine); });
on("click", "[data-discard]", forget, true);
document.addEventListener("htmx:confirm", async (event) => {
  const { elt, question, issueRequest, verb } = event.detail;
  if (question || event.defaultPrevented || !unsaved() || !elt.matches("a[href], form")) return;
  if (elt.matches("[data-entry], [data-discard], #entry-delete")) return;
  if (verb !== "get" && !elt.closest("[data-drawer]")) return;
  event.preventDefault();
  if (await ask(t("leaveEntry"), true)) { forget(); issueRequest(true); }
});
window.addEventListener("beforeunload", (event) => { if (unsaved()) event.preventDefault(); });
on("submit", "form[data-entry], #entry-delete", forget);
