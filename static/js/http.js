/* What becomes of requests: progress on screen, errors in words, no form sent twice. */
import { t } from "./dom.js";
import { toast } from "./toasts.js";

let busy = 0;
const ASKED_BY_HAND = new Set(["click", "submit", "change", "keydown"]);

function byHand(event) {
  return ASKED_BY_HAND.has(event.detail.requestConfig?.triggeringEvent?.type);
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!byHand(event)) return;
  busy += 1;
  document.documentElement.classList.add("is-busy");
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!byHand(event)) return;
  busy = Math.max(0, busy - 1);
  if (!busy) document.documentElement.classList.remove("is-busy");
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, boosted, requestConfig, target } = event.detail;
  if (requestConfig?.verb === "get" && target && !target.isConnected) {
    event.detail.shouldSwap = false; // its page has been left meanwhile, and all that rides along with it
    return;
  }
  const landed = new URL(xhr.responseURL || location.href, location.href);
  if (landed.pathname === document.body.dataset.login && location.pathname !== landed.pathname) {
    // The session has ended: log in, and come back to this very page.
    event.detail.shouldSwap = false;
    const back = encodeURIComponent(location.pathname + location.search);
    location.assign(`${landed.pathname}?next=${back}`);
    return;
  }
  const wholePage = /^\s*<!doctype/i.test(xhr.responseText || "");
  if (xhr.status >= 400 && wholePage && (boosted || xhr.status !== 409)) {
    // A readable error page of the server's own: show it as the page.
    event.detail.shouldSwap = boosted;
    event.detail.isError = !boosted;
    event.detail.target = document.body;
    event.detail.swapOverride = "innerHTML";
    if (!boosted) toast(t("failed"), "bad");
  }
});

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (!byHand(event)) return;
  toast(t(xhr.status === 413 ? "tooBig" : "failed"), "bad");
});

for (const kind of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, (event) => {
    if (byHand(event)) toast(t("offline"), "bad");
  });
}

/* Plain forms (log-in, OAuth): a second click while the first is on its way does nothing. */
const sent = new WeakSet();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-once")) return;
  if (sent.has(form)) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  sent.add(form);
  form.setAttribute("aria-busy", "true");
}, true);
/* A page that comes back out of the browser's memory may send again. */
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
