/* What only some pages need is fetched where it is needed. The modules listen by delegation like all
   others, and look at the page when they start; what was pressed before one was there is pressed
   again for it, so that no first click is lost. */
import { t } from "./dom.js";
import { toast } from "./toasts.js";

// Where, what, and what is pressed in vain without it. At a mail a reply may be begun: its fields are made without a wait.
// Plain strings in import(): `collectstatic` puts the hashed names there.
const PARTS = [
  ["[data-bulk]", () => import("./bulk.js")],
  ["[data-look]", () => import("./look.js")],
  ["[data-mail]", () => import("./beside.js"), "[data-beside]"],
  ["[data-kept], [data-mentions]", () => import("./comments.js")],
  ["[data-looking]", () => import("./presence.js")],
  ["[data-splitter]", () => import("./splitter.js")],
  ["[data-beat]", () => import("./heartbeat.js")],
  ["[data-countdown]", () => import("./countdown.js")],
  ["[data-poll]", () => import("./poll.js")],
  ["[data-mail], [data-composer], [data-addresses]", () => import("./addresses.js")],
  ["[data-mail], [data-composer]", () => import("./files.js")],
  ["[data-composer]", () => import("./rich.js"), "[data-rich]"],
  ["[data-composer]", () => import("./senders.js"), "[data-senders]"],
  ["[data-composer]", () => import("./signature.js")],
  ["[data-calendar]", () => import("./calendar.js"), "[data-calendar]"],
  ["[data-sheet], [data-suggests]", () => import("./search.js"), "[data-search-form]"],
  ["[data-drawer]", () => import("./drawers.js")],
  ["[data-label-look]", () => import("./labels.js"), "[data-pair]"],
  ["[data-filter]", () => import("./filter.js")],
  ["[data-insert]", () => import("./variables.js"), "[data-insert]"],
  ["[data-client-form]", () => import("./clientfile.js")],
].map(([where, load, pressed]) => ({ where, load, pressed, module: null, there: false }));

function fetchPart(part) {
  part.module ??= part.load().then(() => { part.there = true; }, (error) => {
    part.module = null;
    throw error;
  });
  return part.module;
}

function quietly(error) {
  if (!(error instanceof TypeError)) throw error; // a TypeError is the network: the next look at the page tries again
}

function look() {
  for (const part of PARTS) {
    if (!part.module && document.querySelector(part.where)) fetchPart(part).catch(quietly);
  }
}

document.addEventListener("click", (event) => {
  const waiting = PARTS.find((part) => part.pressed && !part.there && event.target.closest?.(part.pressed));
  if (!waiting || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const button = event.target.closest(waiting.pressed);
  fetchPart(waiting).then(() => button.click(), (error) => { quietly(error); toast(t("offline"), "bad"); });
}, true);

/* The search box is on every page; what completes in it comes when somebody goes there. */
document.addEventListener("focusin", ({ target }) => {
  const part = PARTS.find(({ pressed }) => pressed === "[data-search-form]");
  if (target.matches?.("[data-complete]")) fetchPart(part).catch(quietly);
});

document.addEventListener("htmx:afterSwap", look);
document.addEventListener("htmx:historyRestore", look);
look();
