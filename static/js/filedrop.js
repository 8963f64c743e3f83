/* [data-file-drop] takes one dropped file into its own file field. */
import { on } from "./dom.js";

const carriesFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");

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
