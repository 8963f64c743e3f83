/* j k move in the list (or to the older and newer mail), Enter opens, / searches, c writes,
   r a f answer, e sets to done, l opens the labels. Never while a kana conversion runs, in a field, or under a dialog. */
import { composing } from "./dom.js";

const FIELDS = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

function move(step) {
  const rows = [...document.querySelectorAll(".mails tbody tr")];
  if (!rows.length) return false;
  const at = rows.findIndex((row) => row.classList.contains("is-at") || row.contains(document.activeElement));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  for (const row of rows) row.classList.toggle("is-at", row === next);
  const link = next.querySelector(".sub a");
  link.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function press(selector) {
  const target = [...document.querySelectorAll(selector)].find((element) => !element.disabled && element.offsetParent);
  target?.click();
  return Boolean(target);
}

const KEYS = {
  j: () => move(1) || press("[data-key=j]"),
  k: () => move(-1) || press("[data-key=k]"),
  r: () => press("[data-key=r]"),
  a: () => press("[data-key=a]"),
  f: () => press("[data-key=f]"),
  e: () => press(".seg .st-done"),
  l: () => press("[data-key=l]"),
  c: () => press(".nav-new"),
  "/": () => { const box = document.getElementById("q"); box?.focus(); box?.select(); return Boolean(box); },
};

document.addEventListener("keydown", (event) => {
  if (composing(event) || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.(FIELDS) || document.querySelector("dialog[open]")) return;
  if (event.repeat && !"jk".includes(event.key)) return;
  const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
  if (act?.()) event.preventDefault();
});
