/* input[data-filter="#list"] shows those entries of a list whose data-words contain what is typed, and
   [data-filter-none] when there is none. Width and case do not matter, as in the search for mail. */
import { on } from "./dom.js";

const fold = (text) => text.normalize("NFKC").toLowerCase();

function filter(box) {
  const list = document.querySelector(box.dataset.filter);
  if (!list) return;
  const wanted = fold(box.value.trim());
  let shown = 0;
  for (const entry of list.querySelectorAll("[data-words]")) {
    entry.hidden = !fold(entry.dataset.words).includes(wanted);
    shown += !entry.hidden;
  }
  const none = list.parentNode.querySelector("[data-filter-none]");
  if (none) none.hidden = shown > 0;
}

on("input", "[data-filter]", (event, box) => filter(box));
document.querySelectorAll("[data-filter]").forEach((box) => { if (box.value) filter(box); }); // typed before this was there
