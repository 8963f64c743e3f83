/* [data-insert="{顧客名}"] writes its text where the cursor was last in a [data-takes-variables] of the same form. */
import { on } from "./dom.js";

let last = document.activeElement; // this module comes when such a button is on the page
on("focusin", "[data-takes-variables]", (event, field) => { last = field; });

on("click", "[data-insert]", (event, button) => {
  const form = button.closest("form");
  const fields = form ? [...form.querySelectorAll("[data-takes-variables]")] : [];
  const field = fields.includes(last) ? last : fields.at(-1);
  if (!field || field.disabled) return;
  field.focus();
  field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
