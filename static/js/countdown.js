/* [data-countdown="SECONDS"] counts down from when it came onto the page: the server says how many
   are left, since this machine's clock may be wrong. For show only; the server decides. */
const began = new WeakMap();

function show() {
  const now = performance.now();
  for (const place of document.querySelectorAll("[data-countdown]")) {
    if (!began.has(place)) began.set(place, now);
    const left = Number(place.dataset.countdown) - (now - began.get(place)) / 1000;
    place.textContent = String(Math.max(0, Math.ceil(left)));
  }
}

setInterval(show, 250);
document.addEventListener("htmx:afterSettle", show);
