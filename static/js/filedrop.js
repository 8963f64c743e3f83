/* Files between the page and its person: [data-file-drop] takes one dropped file into its own file field, one that is
   dropped elsewhere does no harm, [data-download-now] is a file that was waited for. */
import { on } from "./dom.js";

export const carriesFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");

on("dragover", "[data-file-drop]", (event, place) => { if (carriesFiles(event)) { event.preventDefault(); place.classList.add("is-drop"); } });
on("dragleave", "[data-file-drop]", (event, place) => { if (!place.contains(event.relatedTarget)) place.classList.remove("is-drop"); });
on("drop", "[data-file-drop]", (event, place) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  place.classList.remove("is-drop");
  const field = place.querySelector("input[type=file]");
  const carrier = new DataTransfer();
  if (event.dataTransfer.files[0]) carrier.items.add(event.dataTransfer.files[0]);
  field.files = carrier.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.focus();
});

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
