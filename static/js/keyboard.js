/* j k move in the list (or to the older and newer mail), Enter opens, / searches, c writes,
   r a f answer, e sets to done, l opens the labels, x ticks a row, u goes back, 1 to 4 are the tabs,
   ? shows all of them (mail/keys.html). Escape leaves a field of the composer. Never while a kana conversion runs, in a field, or under a dialog. */
import { composing } from "./dom.js";
import { openTab } from "./tabs.js";

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

/** The row's own box, pressed as by hand: whoever counts the ticks hears of it. */
function tick() {
  const row = document.activeElement?.closest(".mails tbody tr") ?? document.querySelector(".mails tr.is-at");
  const box = row?.querySelector("input[name=id]");
  box?.click();
  return Boolean(box);
}

function tab(number) {
  const found = document.querySelectorAll(".pane-side [role=tab]")[number];
  if (found) openTab(found, true);
  return Boolean(found);
}

/* The sheet is asked for by its link in the person's menu, which may be folded away. */
function help() {
  const link = document.querySelector("[data-keys]");
  link?.click();
  return Boolean(link);
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
  u: () => press("[data-back]"),
  x: () => tick(),
  "?": () => help(),
  1: () => tab(0),
  2: () => tab(1),
  3: () => tab(2),
  4: () => tab(3),
  "/": () => { const box = document.getElementById("q"); box?.focus(); box?.select(); return Boolean(box); },
};

document.addEventListener("keydown", (event) => {
  if (composing(event) || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.(`${FIELDS}, #search-panel`) || document.querySelector("dialog[open]")) return;
  if (event.repeat && !"jk".includes(event.key)) return;
  const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
  if (act?.()) event.preventDefault();
});

/* Whoever has written leaves the field by Escape, and the keys work again. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || composing(event) || event.defaultPrevented) return;
  if (document.querySelector("dialog[open], [aria-expanded=true][role=combobox]")) return;
  if (event.target.closest?.("form[data-composer]") && event.target.matches(FIELDS)) event.target.blur();
});
