/* Attachments by drag or paste: handed to the composer's own file field (input[data-files=limit]). */
import { on, t } from "./dom.js";
import { toast } from "./toasts.js";

function give(files) {
  const field = document.querySelector("form[data-composer] input[data-files]");
  if (!field || !files.length) return false;
  const present = document.querySelectorAll("form[data-composer] .c-file").length;
  if (present + files.length > Number(field.dataset.files)) { toast(t("tooManyFiles"), "bad"); return true; }
  const carrier = new DataTransfer();
  for (const file of files) carrier.items.add(file);
  field.files = carrier.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

const carriesFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");

on("dragover", "form[data-composer]", (event, form) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  form.classList.add("is-drop");
});
on("dragleave", "form[data-composer]", (event, form) => {
  if (!form.contains(event.relatedTarget)) form.classList.remove("is-drop");
});
on("drop", "form[data-composer]", (event, form) => {
  form.classList.remove("is-drop");
  if (!carriesFiles(event)) return;
  event.preventDefault();
  give([...event.dataTransfer.files]);
});
on("paste", "form[data-composer]", (event) => {
  const files = [...(event.clipboardData?.files || [])];
  if (files.length && give(files)) event.preventDefault();
});

/* The field itself: refused before the upload starts. */
on("change", "input[data-files]", (event, field) => {
  const present = document.querySelectorAll("form[data-composer] .c-file").length;
  if (present + field.files.length <= Number(field.dataset.files)) return;
  event.stopImmediatePropagation();
  field.value = "";
  toast(t("tooManyFiles"), "bad");
}, true);

/* A file dropped beside the target must not replace the page with itself. */
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => { if (carriesFiles(event)) event.preventDefault(); });
}

/* A file that was waited for has come: its download begins where the wait stood. */
document.addEventListener("htmx:afterSettle", () => {
  for (const link of document.querySelectorAll("[data-download-now]")) {
    link.removeAttribute("data-download-now");
    location.assign(link.href);
  }
});
