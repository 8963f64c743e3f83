/* [data-scroll="name"] keeps its place: the navigation always, lists when one comes back to them
   (the browser's back button, or a link with data-back). Also hands the focus on after a swap. */
import { on } from "./dom.js";

const key = (place) => `scroll:${place.dataset.scroll === "nav" ? "" : location.pathname + location.search}:${place.dataset.scroll}`;
let comingBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";

document.addEventListener("scroll", (event) => {
  const place = event.target;
  if (place instanceof Element && place.matches("[data-scroll]")) sessionStorage.setItem(key(place), String(place.scrollTop));
}, { capture: true, passive: true });

function restore() {
  for (const place of document.querySelectorAll("[data-scroll]")) {
    if (comingBack || place.dataset.scroll === "nav") place.scrollTop = Number(sessionStorage.getItem(key(place)) || 0);
  }
  comingBack = false;
}

on("click", "[data-back]", () => { comingBack = true; });
window.addEventListener("popstate", () => { comingBack = true; }, true);
document.addEventListener("htmx:historyRestore", () => { comingBack = true; restore(); });
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target !== document.body && event.detail.elt !== document.body) return;
  restore();
  if (document.activeElement === document.body) document.getElementById("work")?.focus({ preventScroll: true });
});
restore();
