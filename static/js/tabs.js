/* Tabs. All panels stay in the page, so that a half-written reply survives a look at the history.
   A panel gets the event `tab-open` when it is shown. */
import { on } from "./dom.js";

export function openTab(tab, focus = false) {
  for (const other of tab.closest("[role=tablist]").querySelectorAll("[role=tab]")) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    const panel = document.getElementById(other.getAttribute("aria-controls"));
    if (!panel) continue;
    const opening = chosen && panel.hidden;
    panel.hidden = !chosen;
    if (opening) htmx.trigger(panel, "tab-open");
  }
  if (focus) tab.focus();
}

on("click", "[role=tab]", (event, tab) => openTab(tab));
on("keydown", "[role=tab]", (event, tab) => {
  const tabs = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
  const at = tabs.indexOf(tab);
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  openTab(tabs[(next + tabs.length) % tabs.length], true);
});

/* A reply that was just begun is shown, wherever the agent was looking. */
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "panel-draft" || !document.querySelector("#panel-draft [data-composer]")) return;
  const tab = document.getElementById("tab-draft");
  if (tab) openTab(tab);
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id === "panel-draft") focusDraft();
  else if (event.detail.target === document.body) focusDraftBeside();
});

function focusDraft() {
  const field = document.querySelector("#panel-draft [data-autofocus]");
  if (!field || field.closest("[hidden]")) return;
  field.focus();
  field.setSelectionRange?.(0, 0);
}

/* A draft that was there already is only entered where both panes are seen; on a phone the mail
   would scroll away. */
function focusDraftBeside() {
  if (window.matchMedia("(min-width: 1024px)").matches) focusDraft();
}
focusDraftBeside();
