/* input[data-filter="#list"] shows those entries of a list whose data-words contain what is typed, and
   [data-filter-none] when there is none. Width and case do not matter, as in the search for mail. */
import { on } from "./dom.js";

const fold = (text) => text.normalize("NFKC").toLowerCase();

on("input", "[data-filter]", (event, box) => {
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
});
