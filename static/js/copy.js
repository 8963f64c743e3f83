/* [data-copy="text"] and [data-copy-from="#input"]. On plain http browsers withhold the clipboard:
   then the old command is tried, and at last the text is selected for copying by hand. */
import { announce, on, t } from "./dom.js";
import { toast } from "./toasts.js";

function selectText(text, near) {
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "sr";
  near.after(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  return copied;
}

function selectBeside(button, source) {
  if (source instanceof HTMLInputElement) { source.focus(); source.select(); return; }
  const text = button.previousElementSibling;
  if (text) getSelection()?.selectAllChildren(text);
}

on("click", "[data-copy], [data-copy-from]", async (event, button) => {
  event.preventDefault();
  const source = button.dataset.copyFrom ? document.querySelector(button.dataset.copyFrom) : null;
  const text = source ? source.value : button.dataset.copy;
  let copied = false;
  if (navigator.clipboard && window.isSecureContext) {
    copied = await navigator.clipboard.writeText(text).then(() => true, () => false);
  }
  copied ||= selectText(text, button);
  button.focus();
  if (copied) {
    toast(`${t("copied")}: ${text}`);
  } else {
    selectBeside(button, source);
    announce(t("copyByHand"));
    toast(t("copyByHand"));
  }
});
