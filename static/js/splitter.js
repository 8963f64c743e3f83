/* [data-splitter]: the handle between two panes, by pointer or arrow keys. The width is a custom
   property on <html> (set through the object model, which the content policy allows). */
import { on } from "./dom.js";

const KEY = "split";
const LEAST = 30;
const MOST = 70;
const USUAL = 55;

function read() {
  const stored = Number(localStorage.getItem(KEY));
  return stored >= LEAST && stored <= MOST ? stored : USUAL;
}

function apply(percent) {
  const value = Math.min(MOST, Math.max(LEAST, percent));
  document.documentElement.style.setProperty("--split", `${value}%`);
  for (const handle of document.querySelectorAll("[data-splitter]")) {
    handle.setAttribute("aria-valuenow", String(Math.round(value)));
  }
  return value;
}

function keep(percent) {
  localStorage.setItem(KEY, apply(percent).toFixed(1));
}

on("pointerdown", "[data-splitter]", (event, handle) => {
  if (event.button !== 0) return;
  const panes = handle.closest(".panes").getBoundingClientRect();
  const move = (moved) => keep(((moved.clientX - panes.left) / panes.width) * 100);
  const end = () => {
    handle.classList.remove("is-drag");
    document.documentElement.classList.remove("is-dragging");
    handle.removeEventListener("pointermove", move);
  };
  handle.setPointerCapture(event.pointerId);
  handle.classList.add("is-drag");
  document.documentElement.classList.add("is-dragging");
  handle.addEventListener("pointermove", move);
  handle.addEventListener("lostpointercapture", end, { once: true });
});

on("keydown", "[data-splitter]", (event) => {
  const step = { ArrowLeft: -2, ArrowRight: 2, PageUp: -10, PageDown: 10 }[event.key];
  if (step) keep(read() + step);
  else if (event.key === "Home") keep(LEAST);
  else if (event.key === "End") keep(MOST);
  else if (event.key === "Enter") keep(USUAL);
  else return;
  event.preventDefault();
});
on("dblclick", "[data-splitter]", () => keep(USUAL));

document.addEventListener("htmx:afterSettle", () => apply(read()));
apply(read());
