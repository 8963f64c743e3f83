/* [data-dialog="id"] opens a <dialog>, [data-dialog-close] and a click beside it close it; focus is
   kept inside and given back by the browser. hx-confirm and form[data-confirm] ask in #confirm.
   form[data-closes] closes its dialog when it was answered, by a refusal too: that stands behind it
   ("unless-asked": not by a 422, which asks something within). form[data-asks-to-leave] asks before what
   was typed in it goes with the dialog. #dialog is filled by whoever opens it. */
import { composing, on, t } from "./dom.js";

on("click", "[data-dialog]", (event, { id, dataset }) => {
  const dialog = document.getElementById(dataset.dialog);
  if (!dialog) return;
  dialog.showModal();
  dialog.dataset.from = id;
});
/* Whoever opened it may have been made anew meanwhile: then the browser cannot give the focus back. */
document.addEventListener("close", ({ target }) => {
  if (document.activeElement === document.body && target.dataset.from) document.getElementById(target.dataset.from)?.focus();
}, true);
on("click", "[data-dialog-close]", (event, button) => leave(button.closest("dialog")));
document.addEventListener("click", (event) => {
  if (event.target instanceof HTMLDialogElement) leave(event.target);
});
document.addEventListener("cancel", (event) => {
  if (!typed(event.target)) return;
  event.preventDefault();
  leave(event.target);
}, true);
/* The browser lets nobody keep a dialog open against a second Escape; here the first is not its. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || composing(event) || event.defaultPrevented) return;
  const dialog = event.target.closest?.("dialog");
  if (!dialog || !typed(dialog)) return;
  event.preventDefault();
  leave(dialog);
});

/** What was typed in it, and not saved, is not lost by a slip. */
function typed(dialog) {
  const form = dialog.querySelector?.("form[data-asks-to-leave]");
  return Boolean(form) && ("unsaved" in form.dataset || [...form.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue));
}

async function leave(dialog) {
  if (dialog && (!typed(dialog) || await ask(t("leaveEntry"), true))) dialog.close();
}

/* What they showed last is not seen, and nothing is chosen in it, while the next is on its way. */
const isFilled = (target) => target?.matches?.("#dialog, #label-dialog");
document.addEventListener("htmx:beforeRequest", ({ detail: { target } }) => { if (isFilled(target)) target.replaceChildren(); });
document.addEventListener("htmx:responseError", ({ detail: { target } }) => { if (isFilled(target)) target.close(); });
/* It was opened empty, with the focus on itself: its first field or button takes it, or the way out. */
document.addEventListener("htmx:afterSettle", ({ detail: { target } }) => {
  if (!isFilled(target) || document.activeElement !== target) return;
  (target.querySelector(".dialog-body :is(input:not([type=hidden]), textarea, select, button)") || target.querySelector("[data-dialog-close]"))?.focus();
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr } = event.detail;
  if (!elt.matches?.("form[data-closes]") || !xhr.status || xhr.status >= 500) return;
  const stays = "asksToLeave" in elt.dataset ? xhr.status >= 400 : elt.dataset.closes === "unless-asked" && xhr.status === 422;
  if (!stays) elt.closest("dialog")?.close();
});

/* What was in it before is not seen again while the next one is fetched. */
document.addEventListener("close", (event) => { if (event.target.id === "dialog") event.target.replaceChildren(); }, true);

/** Ask; resolves to whether the answer was yes. `button`: what was pressed, whose word says yes. */
export function ask(question, danger = false, button = null) {
  const dialog = document.getElementById("confirm");
  if (!dialog) return Promise.resolve(window.confirm(question));
  dialog.querySelector("#confirm-text").textContent = question;
  const yes = dialog.querySelector("[value=yes]");
  yes.dataset.word ??= yes.textContent;
  yes.textContent = button?.getAttribute("aria-label") || button?.textContent.trim() || yes.dataset.word;
  yes.classList.toggle("btn-solid-danger", danger);
  yes.classList.toggle("btn-primary", !danger);
  dialog.returnValue = "";
  dialog.showModal();
  (danger ? dialog.querySelector("[value=no]") : yes).focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

on("click", "#confirm button", (event, button) => button.closest("dialog").close(button.value));

document.addEventListener("htmx:confirm", async (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  const { elt, question, issueRequest } = event.detail;
  if (await ask(question, elt.hasAttribute("data-danger"), elt.matches("button") ? elt : null)) issueRequest(true);
});

/* Its place was made anew while somebody was asked: what was agreed to is what they had seen. */
function revive(form) {
  form.hidden = true;
  document.body.append(form);
  htmx.process(form);
  form.addEventListener("htmx:afterRequest", () => form.remove(), { once: true });
}

const agreed = new WeakSet();
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.confirm || agreed.has(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { submitter } = event;
  if (await ask(form.dataset.confirm, true, submitter)) {
    agreed.add(form);
    if (!form.isConnected) revive(form);
    form.requestSubmit(submitter);
    agreed.delete(form);
  }
}, true);
