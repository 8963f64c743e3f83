/* [data-beat]: the page holds an edit lock, and says so every 20 seconds while it is open.

   Text that was only autosaved keeps no lock: it ends three minutes after the last beat, and half
   a minute after the page has said that it closes (a reload beats again before that). A 409 means
   that the lock is over: the banner is asked for anew and says by whom. */
import { csrf } from "./dom.js";

const EVERY_MS = 20_000;
const holders = () => document.querySelectorAll("[data-beat][data-token]");

function body(holder) {
  const data = new FormData();
  data.set("token", holder.dataset.token);
  data.set("csrfmiddlewaretoken", csrf());
  return data;
}

async function beat(holder) {
  let answer;
  try {
    answer = await fetch(holder.dataset.beat, {
      method: "POST", body: body(holder), headers: { "X-CSRFToken": csrf(), Accept: "application/json" },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the network: the next beat tries again
    return;
  }
  if (answer.status === 409) {
    const mail = holder.closest("[data-mail]");
    if (mail) htmx.trigger(mail, "mail-lock");
  }
}

function beatAll() {
  for (const holder of holders()) beat(holder);
}

setInterval(beatAll, EVERY_MS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) beatAll(); });
/* A page that opens with a lock (after a reload) takes back what its closing has announced. */
beatAll();
document.addEventListener("htmx:historyRestore", beatAll);

function leave() {
  for (const holder of holders()) navigator.sendBeacon(holder.dataset.leave, body(holder));
}
window.addEventListener("pagehide", leave);
/* Boosted links change the page without closing it. */
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target === document.body && event.detail.shouldSwap) leave();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target === document.body) beatAll();
});
