/* The mail list: [data-tick-all], ticked rows, and a click anywhere on a row opens it. */
import { on } from "./dom.js";

const ticks = () => [...document.querySelectorAll("#rows input[name=id]")];

export function showTicks() {
  const all = document.querySelector("[data-tick-all]");
  if (!all) return;
  const boxes = ticks();
  const ticked = boxes.filter((box) => box.checked).length;
  for (const box of boxes) box.closest("tr").classList.toggle("is-on", box.checked);
  all.checked = ticked > 0 && ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
  document.dispatchEvent(new CustomEvent("ticks"));
}

let last = null;
on("click", "#rows input[name=id]", (event, box) => {
  const boxes = ticks();
  if (event.shiftKey && last && boxes.includes(last)) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
  showTicks();
});
on("change", "[data-tick-all]", (event, all) => {
  for (const box of ticks()) box.checked = all.checked;
  showTicks();
});

on("click", ".mails tbody tr", (event, row) => {
  if (event.target.closest("a, button, input, label, summary") || event.defaultPrevented) return;
  if (event.target.closest("td.t")) { row.querySelector("input[name=id]")?.click(); return; }
  if (String(getSelection())) return; // somebody marks text
  const link = row.querySelector(".sub a");
  if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
  else link.click();
});
on("auxclick", ".mails tbody tr", (event, row) => {
  if (event.button === 1 && !event.target.closest("a")) window.open(row.querySelector(".sub a").href, "_blank", "noopener");
});

/* A row that comes anew with an answer (its star was pressed) stays ticked. */
document.addEventListener("htmx:oobBeforeSwap", ({ detail: { target, fragment } }) => {
  const [old, fresh] = [target, fragment].map((place) => place.querySelector("input[name=id]"));
  if (old && fresh && old.value === fresh.value) fresh.checked = old.checked;
});
document.addEventListener("htmx:oobAfterSwap", showTicks);
