/* Writing with formatting, by the person's choice: Trix (vendored) stands in for the text field.
   [data-rich] switches; the hidden field `html` holds what was formatted, and the text field goes on
   holding what it says, so that everything else reads and fills one field. The editor is fetched when
   somebody uses it. Files dropped or pasted into it are attached, never put into the text. */
import { announce, on, t } from "./dom.js";
import { ask } from "./dialog.js";

let editorCode = null;
const load = () => (editorCode ??= import("../vendor/trix/trix.esm.min.js"));
const editors = new WeakMap(); // form -> trix-editor

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const asHtml = (text) => (text ? `<div>${escaped(text).replace(/ {2}/g, " \u00a0").replace(/\n/g, "<br>")}</div>` : "");
/* Whether something would be lost as plain text. */
const isFormatted = (html) => /<(?!\/?(div|br|p)\b)[a-z]/i.test(html);

function tell(field) {
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

async function mount(form, focus) {
  const button = form.querySelector("[data-rich]");
  if (!button || editors.has(form)) return;
  const { html, body } = form.elements;
  button.setAttribute("aria-busy", "true");
  try {
    await load();
  } finally {
    button.removeAttribute("aria-busy");
  }
  if (!form.isConnected || editors.has(form)) return;
  const editor = document.createElement("trix-editor");
  editors.set(form, editor);
  html.id ||= "c-html";
  editor.setAttribute("input", html.id);
  editor.setAttribute("aria-label", form.querySelector(`label[for="${body.id}"]`).textContent);
  editor.setAttribute("placeholder", body.placeholder);
  editor.className = "c-body c-rich";
  const tools = form.querySelector("template[data-rich-tools]").content.firstElementChild.cloneNode(true);
  tools.id = "c-rich-tools";
  editor.setAttribute("toolbar", tools.id);
  body.before(tools, editor);
  body.hidden = true;
  button.setAttribute("aria-pressed", "true");
  editor.addEventListener("trix-initialize", () => {
    if (focus || document.activeElement === document.body || document.activeElement === body) editor.focus();
    editor.addEventListener("trix-change", () => {
      body.value = editor.editor.getDocument().toString().replace(/\n$/, "");
      tell(html);
    });
  }, { once: true });
}

async function unmount(form) {
  const { html, body } = form.elements;
  if (isFormatted(html.value) && !(await ask(t("formatLost"), true))) return;
  const editor = editors.get(form);
  body.value = editor.editor.getDocument().toString().replace(/\n$/, "");
  editors.delete(form);
  editor.toolbarElement?.remove();
  editor.remove();
  html.value = "";
  body.hidden = false;
  form.querySelector("[data-rich]").setAttribute("aria-pressed", "false");
  body.focus();
  tell(body);
}

on("click", "[data-rich]", (event, button) => {
  const form = button.closest("form");
  if (editors.has(form)) { unmount(form); return; }
  form.elements.html.value = asHtml(form.elements.body.value);
  mount(form, true);
  announce(button.title);
});
document.addEventListener("trix-file-accept", (event) => event.preventDefault());

/* Another part of the page has put text into the field: the editor shows it. */
document.addEventListener("body-filled", (event) => {
  const form = event.target.closest?.("form[data-composer]");
  const editor = form && editors.get(form);
  if (editor) editor.editor.loadHTML(asHtml(form.elements.body.value));
});

function mountAll() {
  for (const form of document.querySelectorAll("form[data-composer]")) {
    if (form.elements.html?.value) mount(form, false);
  }
}
document.addEventListener("htmx:afterSettle", mountAll);
mountAll();
