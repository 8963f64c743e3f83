/* details[data-menu] close on a click elsewhere and on Escape; [data-nav-toggle] opens the navigation on a phone;
   a[data-hide="#id"] takes away what it has answered. */
import { on } from "./dom.js";

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

/* What opens over the page gives the focus back to the menu's head: before the dialog is opened. */
document.addEventListener("click", (event) => {
  const menu = event.target.closest?.(".menu-item[data-dialog]")?.closest("details[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
  if (!document.querySelector("dialog[open]")) document.querySelector("#alerts [data-alert]")?.remove();
  if (document.documentElement.classList.contains("nav-open")) toggleNav(false);
});

function toggleNav(open) {
  document.documentElement.classList.toggle("nav-open", open);
  const button = document.querySelector(".menu-toggle");
  button?.setAttribute("aria-expanded", String(open));
  if (open) document.querySelector("#nav a")?.focus();
  else if (document.activeElement?.closest("#nav")) button?.focus();
}

on("click", "[data-nav-toggle]", () => toggleNav(!document.documentElement.classList.contains("nav-open")));
on("click", "#nav a", () => document.documentElement.classList.remove("nav-open"));
on("click", "[data-hide]", (event, link) => document.querySelector(link.dataset.hide)?.setAttribute("hidden", ""));
