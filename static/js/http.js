/* What becomes of requests: progress on screen, errors in words, no form sent twice. */
import { t } from "./dom.js";
import { toast } from "./toasts.js";

let busy = 0;
const ASKED_BY_HAND = new Set(["click", "submit", "change", "keydown"]);

function byHand(event) {
  return ASKED_BY_HAND.has(event.detail.requestConfig?.triggeringEvent?.type);
}

document.addEventListener("htmx:beforeSend", (event) => {
  const { xhr, target, requestConfig } = event.detail;
  if (byHand(event)) {
    busy += 1;
    document.documentElement.classList.add("is-busy");
    xhr.addEventListener("loadend", () => {
      busy -= 1;
      if (!busy) document.documentElement.classList.remove("is-busy");
    });
  }
  if (requestConfig.verb === "get") target.addEventListener("htmx:beforeSwap", leaveOut);
});

/* What was asked for a part of a page that has been left meanwhile goes with it, and so does all that
   rides along. Heard at the part itself, which is nowhere by then; htmx must end the request by itself,
   or whoever asked could never ask again. */
function leaveOut({ target, detail }) {
  if (detail.requestConfig.verb === "get" && !target.isConnected) detail.shouldSwap = false;
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, boosted } = event.detail;
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

/* What rides along with an answer and says what stands there already is left alone: a button that were
   made anew between the pressing and the letting go of the mouse would lose the click. */
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const { target, fragment } = detail;
  if (fragment.childElementCount === 1 && same(target, fragment.firstElementChild)) detail.shouldSwap = false;
  // Somebody is being asked in it (live.js asks for it when they have answered).
  if (target.querySelector("dialog[open]")) detail.shouldSwap = false;
});

function same(shown, fresh) {
  const [a, b] = [shown, fresh].map((part) => {
    const copy = part.cloneNode(true);
    // Another mask of the same token every time.
    for (const token of copy.querySelectorAll("[name=csrfmiddlewaretoken]")) token.removeAttribute("value");
    for (const each of [copy, ...copy.querySelectorAll("[class]")]) each.classList.remove("htmx-request", "htmx-added", "htmx-settling", "htmx-swapping");
    return copy;
  });
  return a.isEqualNode(b);
}

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
