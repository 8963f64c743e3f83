/* [data-poll="SECONDS"] with hx-trigger="poll" asks again every so many seconds, and at once when the
   page is seen again. Not while nobody looks, and not while something in it (or in the
   [data-poll-area] around it, which an answer may replace) is open, being typed or pressed: nothing
   may move under the hand. */
const asked = new WeakMap();
let pressed = null;

document.addEventListener("pointerdown", (event) => { pressed = event.target; }, true);
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => { setTimeout(() => { pressed = null; }); }, true);
}

function isBusy(place) {
  const area = place.closest("[data-poll-area]") ?? place;
  const { activeElement } = document;
  return place.classList.contains("htmx-request")
    || document.querySelector("dialog[open]") !== null
    || area.querySelector("details[open]") !== null
    || (pressed instanceof Node && area.contains(pressed))
    || (area.contains(activeElement) && activeElement.matches("input, select, textarea"));
}

function ask() {
  if (document.hidden) return;
  const now = Date.now();
  for (const place of document.querySelectorAll("[data-poll]")) {
    if (!asked.has(place)) asked.set(place, now);
    if (now - asked.get(place) < Number(place.dataset.poll) * 1000 || isBusy(place)) continue;
    asked.set(place, now);
    htmx.trigger(place, "poll");
  }
}

setInterval(ask, 500);
document.addEventListener("visibilitychange", ask);
