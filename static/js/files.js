/* Attachments by button, drag or paste: input[data-files=limit][data-attach=address]. Each file goes up
   by itself with its progress in sight; the answer is its entry, whose hidden field the draft's next
   save carries along. What is refused is said, and nothing else is touched. */
import { announce, csrf, on, t } from "./dom.js";
import { carriesFiles } from "./filedrop.js";
import { toast } from "./toasts.js";

const field = (form) => form?.querySelector("input[data-files]");
const place = (form) => form.querySelector("[data-files-list]");
const own = (form) => form.querySelectorAll(".c-file:not([data-original])");
const waiting = new WeakMap(); // form -> how many are on their way

export function uploading(form) {
  return waiting.get(form) || 0;
}

function give(form, files) {
  if (!field(form) || !files.length) return false;
  if (own(form).length + files.length > Number(field(form).dataset.files)) { toast(t("tooManyFiles"), "bad"); return true; }
  // One after the other: each is counted before the next is asked for.
  const entries = files.map((file) => [file, entry(form, file)]);
  waiting.set(form, uploading(form) + files.length);
  entries.reduce((before, [file, chip]) => before.then(() => send(form, file, chip)), Promise.resolve());
  count(form);
  return true;
}

function entry(form, file) {
  const chip = document.createElement("span");
  chip.className = "c-file is-going";
  const name = document.createElement("span");
  name.className = "clip";
  name.textContent = file.name;
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  chip.append(name, bar);
  place(form).querySelector("[data-files-count]").before(chip);
  return chip;
}

function send(form, file, chip) {
  const data = new FormData();
  data.set("token", form.elements.token.value);
  for (const each of form.querySelectorAll("input[name=file]")) data.append("beside", each.value);
  data.set("upload", file);
  const request = new XMLHttpRequest();
  return new Promise((done) => {
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) chip.querySelector("progress").value = (event.loaded / event.total) * 100;
    });
    request.addEventListener("loadend", () => { settle(form, file, chip, request); done(); });
    request.open("POST", field(form).dataset.attach);
    request.setRequestHeader("X-CSRFToken", csrf());
    request.setRequestHeader("HX-Request", "true"); // a refusal comes as a piece of the page
    request.send(data);
  });
}

function settle(form, file, chip, request) {
  waiting.set(form, uploading(form) - 1);
  if (request.status === 200) {
    const parsed = new DOMParser().parseFromString(request.responseText, "text/html");
    chip.replaceWith(...parsed.body.children);
    announce(`${t("attached")}: ${file.name}`);
    changed(form);
  } else {
    chip.remove();
    refuse(request);
  }
  count(form);
}

function refuse({ status, responseText }) {
  if (status === 422) { toast(responseText, "bad"); return; }
  const alerts = document.getElementById("alerts");
  if ((status === 403 || status === 409) && alerts) {
    alerts.replaceChildren(...new DOMParser().parseFromString(responseText, "text/html").body.children);
  } else toast(t(status === 413 ? "tooBig" : status ? "failed" : "offline"), "bad");
}

function count(form) {
  const number = form.querySelector("[data-files-count]");
  if (number) number.textContent = `${own(form).length} / ${field(form).dataset.files}`;
}

/** The draft's next save carries the list. */
function changed(form) {
  form.elements.shows_files.dispatchEvent(new Event("input", { bubbles: true }));
}

on("click", "[data-file-remove]", (event, button) => {
  const form = button.closest("form");
  const next = button.closest(".c-file").nextElementSibling?.querySelector("[data-file-remove]");
  button.closest(".c-file").remove();
  (next || field(form))?.focus();
  count(form);
  changed(form);
});

/* Neither sent nor swapped away while a file is still on its way. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  const form = elt.closest?.("form[data-composer]");
  if (!form || requestConfig.verb === "get" || !uploading(form) || elt.matches("[data-cancel], [data-danger]")) return;
  event.preventDefault();
  toast(t("stillUploading"), "bad");
});

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
  give(form, [...event.dataTransfer.files]);
});
on("paste", "form[data-composer]", (event, form) => {
  // A copied table or page brings a picture of itself along: the text is what is meant.
  if (event.clipboardData?.getData("text/plain")) return;
  const files = [...(event.clipboardData?.files || [])];
  if (files.length && give(form, files)) event.preventDefault();
});
function giveChosen(chosen) {
  give(chosen.form, [...chosen.files]);
  chosen.value = "";
}
on("change", "input[data-files]", (event, chosen) => {
  event.stopPropagation();
  giveChosen(chosen);
});
document.querySelectorAll("input[data-files]").forEach(giveChosen); // chosen before this module was there
