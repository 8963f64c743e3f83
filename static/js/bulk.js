/* form[data-bulk]: what can be done to the ticked mails, on screen while some are. When a whole page is
   ticked, everything that the list has can be chosen ([data-bulk-everything]); it is asked first. */
import { on } from "./dom.js";
import { showTicks } from "./list.js";

const bar = () => document.querySelector("form[data-bulk]");
const boxes = () => [...document.querySelectorAll("#rows input[name=id]")];

function everything(form, chosen) {
  form.querySelector("[data-bulk-all]").value = chosen ? "1" : "";
  for (const each of [form, ...document.querySelectorAll("form[data-bulk-form]")]) {
    if (chosen) each.setAttribute("hx-confirm", form.dataset.bulkAsk);
    else each.removeAttribute("hx-confirm");
  }
}

function show() {
  const form = bar();
  if (!form) return;
  const all = boxes();
  const ticked = all.filter((box) => box.checked).length;
  const whole = ticked > 0 && ticked === all.length;
  if (!whole) everything(form, false);
  form.hidden = !ticked;
  const page = form.querySelector("[data-bulk-page]");
  if (page) page.hidden = !whole;
  const count = form.querySelector("[data-bulk-count]");
  count.dataset.words ||= count.textContent;
  const chosen = form.querySelector("[data-bulk-everything]");
  const beyond = form.querySelector("[data-bulk-all]").value;
  count.textContent = beyond ? chosen.dataset.words : count.dataset.words.replace("%n", ticked);
  if (page && beyond) page.hidden = true;
}

function clear() {
  for (const box of boxes()) box.checked = false;
  showTicks();
}

document.addEventListener("ticks", show);
on("click", "[data-bulk-none]", clear);
on("click", "[data-bulk-everything]", (event, button) => {
  everything(button.closest("form"), true);
  show();
});
on("click", "[data-bulk-close]", (event, button) => button.closest("#bulk-report").replaceChildren());

/* Answered: what was ticked then is done or told of. What has been ticked since stays so. */
const asked = new WeakMap(); // a request -> ids of the mails that it was made for
const asksForTicks = ({ elt }) => elt.matches?.("form[data-bulk], form[data-bulk-form]");
document.addEventListener("htmx:beforeSend", ({ detail }) => {
  if (asksForTicks(detail)) asked.set(detail.xhr, new Set(boxes().filter((box) => box.checked).map((box) => box.value)));
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.successful || !asksForTicks(detail)) return;
  const ids = asked.get(detail.xhr);
  for (const box of boxes()) if (ids?.has(box.value)) box.checked = false;
  const form = bar();
  if (form) everything(form, false);
  showTicks();
});
/* A dialog that was opened for everything asks too. */
document.addEventListener("htmx:afterSwap", (event) => {
  const form = bar();
  if (form && event.detail.target?.id === "bulk-dialog") everything(form, Boolean(form.querySelector("[data-bulk-all]").value));
});
show();
