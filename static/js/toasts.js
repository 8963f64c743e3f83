/* Toasts. Success goes by itself, failure stays until read.
   From the server: django messages (#flashes), or HX-Trigger: {"toast": {"text": "…", "kind": "ok"|"bad"}}. */
import { icon, on, t } from "./dom.js";

const STAYS_MS = 6000;
const UNDO_MS = 12_000;

/** `button`: what takes it back, or leads to what it tells of: an element. */
export function toast(text, kind = "ok", button = null) {
  const box = document.createElement("div");
  box.className = kind === "bad" ? "toast toast-bad" : "toast";
  const words = document.createElement("span");
  words.className = "grow";
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.dataset.close = "";
  close.setAttribute("aria-label", t("close"));
  close.append(icon("x"));
  box.append(icon(kind === "bad" ? "circle-alert" : "circle-check"), words);
  if (button) box.append(button);
  box.append(close);
  const place = document.getElementById("toasts");
  if (!place) return;
  for (const same of place.children) if (same.textContent === box.textContent) same.remove();
  place.append(box);
  if (button) htmx.process(button);
  if (kind !== "bad") setTimeout(() => leave(box), button ? UNDO_MS : STAYS_MS);
}

function leave(box) {
  // Not away under the pointer or the focus of somebody who reads it.
  if (box.matches(":hover, :focus-within")) setTimeout(() => leave(box), 2000);
  else box.remove();
}

function adopt() {
  for (const flash of document.querySelectorAll("[data-flash]")) {
    toast(flash.querySelector(".grow").textContent.trim(), flash.dataset.flash, flash.querySelector("form"));
    flash.remove();
  }
}

on("click", "[data-close]", (event, button) => button.closest(".toast, .alert, .banner")?.remove());
/* What was refused until somebody confirmed it, and now is done. */
document.addEventListener("htmx:afterRequest", ({ detail: { elt, successful } }) => {
  if (successful && elt.matches?.("[data-closes-alert]")) elt.closest(".alert")?.remove();
});
document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.kind));
document.addEventListener("htmx:afterSettle", adopt);
document.addEventListener("htmx:oobAfterSwap", adopt);
adopt();
