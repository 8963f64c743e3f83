/* form[data-look]: density and columns of the list, kept in this browser (see remembered.js). */
import { on } from "./dom.js";

function keep(name, value) {
  if (value) document.documentElement.dataset[name] = value;
  else delete document.documentElement.dataset[name];
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // kept until the page is left
  }
}

on("change", "form[data-look]", (event, form) => {
  keep("density", new FormData(form).get("density") || "");
  const hidden = [...form.querySelectorAll("[name=shown]:not(:checked)")].map((box) => box.value);
  keep("hidden", hidden.join(" "));
});
on("submit", "form[data-look]", (event) => event.preventDefault());

function show() {
  const form = document.querySelector("form[data-look]");
  if (!form) return;
  const { density = "", hidden = "" } = document.documentElement.dataset;
  for (const choice of form.querySelectorAll("[name=density]")) choice.checked = choice.value === density;
  for (const box of form.querySelectorAll("[name=shown]")) box.checked = !hidden.split(" ").includes(box.value);
}
document.addEventListener("htmx:afterSettle", show);
show();
