/* [data-label-look]: a label's colours. [data-pair="background text"] chooses both; the preview follows
   what is typed and chosen. As in the lists, a text that cannot be read on its background (below
   4.5:1) is shown black or white, and [data-label-faint] says so. */
import { on } from "./dom.js";

const chosen = (look, name) => look.querySelector(`input[name="${name}"]:checked`)?.value || "";

function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function show(look) {
  const preview = look.querySelector("[data-label-preview]");
  const background = chosen(look, "background");
  let text = chosen(look, "text_color");
  const faint = Boolean(background && text && contrast(background, text) < 4.5);
  if (background && (!text || faint)) {
    text = contrast(background, "#000000") > contrast(background, "#ffffff") ? "#000000" : "#ffffff";
  }
  preview.className = background ? `lb lb-${background.slice(1)} lt-${text.slice(1)}` : "lb lb-none";
  look.querySelector("[data-label-faint]").hidden = !faint;
}

function showAll() {
  for (const look of document.querySelectorAll("[data-label-look]")) show(look);
}

on("change", "[data-label-look] input[type=radio]", (event, input) => show(input.closest("[data-label-look]")));

on("click", "[data-pair]", (event, button) => {
  const look = button.closest("[data-label-look]");
  const [background = "", text = ""] = button.dataset.pair.split(" ");
  for (const [name, value] of [["background", background], ["text_color", text]]) {
    const radio = [...look.querySelectorAll(`input[name="${name}"]`)].find((each) => each.value === value);
    if (!radio) continue;
    radio.checked = true;
    const more = radio.closest("details");
    if (more) more.open = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

on("input", "[data-label-name]", (event, box) => {
  const preview = box.form?.querySelector("[data-label-preview]");
  if (preview) preview.textContent = box.value.trim() || "…";
});

/* The list asked for itself anew while an entry is open beside it. */
function markShown() {
  for (const row of document.querySelectorAll(".label-row")) {
    if (new URL(row.href).pathname === location.pathname) row.setAttribute("aria-current", "true");
  }
}

document.addEventListener("htmx:afterSettle", () => {
  showAll();
  markShown();
});
showAll();
