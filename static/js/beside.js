/* メール履歴: a[data-beside] shows another mail in the left pane (#other-pane); the mail itself waits,
   hidden, with all that it was, and what is being written on the right is not touched. */
import { on } from "./dom.js";

const other = () => document.getElementById("other-pane");
let from = null; // the link that was followed, to give the focus back to

function show(visiting) {
  const pane = other();
  if (!pane) return;
  pane.hidden = !visiting;
  document.getElementById("own-pane").hidden = visiting;
  mark(visiting ? from : null);
}

function mark(link) {
  for (const each of document.querySelectorAll("a[data-beside]")) {
    if (link ? each === link : each.hasAttribute("data-own")) each.setAttribute("aria-current", "true");
    else each.removeAttribute("aria-current");
  }
}

function close() {
  show(false);
  other()?.replaceChildren();
  (from?.isConnected ? from : document.getElementById("tab-history"))?.focus();
  from = null;
}

on("click", "a[data-beside]", (event, link) => { from = link; });
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "other-pane") return;
  show(true);
  other().querySelector("[data-beside-title]")?.focus({ preventScroll: true });
  // On a phone the panes stand one below the other: what was asked for is brought into sight.
  if (!window.matchMedia("(min-width: 1024px)").matches) other().scrollIntoView();
});
/* The mail itself, chosen in its own history; and the way back. Taken before htmx hears of it. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-beside][data-own], a[data-beside-close]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  if (other() && !other().hidden) close();
}, true);
