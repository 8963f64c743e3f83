/* [data-senders="ADDRESS"] opens the sender's modal: the mailbox's addresses, those that cannot be
   chosen with their reason. 実行 puts the ticked one into the <select id> named by data-senders-of. */
import { announce, on, t } from "./dom.js";
import { toast } from "./toasts.js";

on("click", "[data-senders]", async (event, button) => {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    const field = document.getElementById(button.dataset.sendersOf);
    const asked = new URLSearchParams({ from: field.value });
    const answer = await fetch(`${button.dataset.senders}?${asked}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
    open(await answer.text(), field);
  } catch (error) {
    toast(t(error instanceof TypeError ? "offline" : "failed"), "bad");
  } finally {
    button.removeAttribute("aria-busy");
  }
});

function open(html, field) {
  const dialog = document.createElement("dialog");
  dialog.className = "senders";
  dialog.setAttribute("aria-labelledby", "senders-title");
  dialog.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = dialog.querySelector("input:checked");
    if (chosen && chosen.value !== field.value) {
      field.value = chosen.value;
      for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
      announce(field.selectedOptions[0]?.textContent || "");
    }
    dialog.close();
  });
  dialog.addEventListener("close", () => { dialog.remove(); if (field.isConnected) field.focus(); });
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("input:checked, input:not(:disabled)")?.focus();
}
