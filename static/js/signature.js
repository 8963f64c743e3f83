/* select[data-signature="#field"]: choosing one fills the field, which stays editable. The signature follows the
   sender (data-follows="#from"): what was not edited by hand becomes what mails from there begin with. */
import { on } from "./dom.js";
import { toast } from "./toasts.js";

const same = (one, other) => one.replaceAll("\r\n", "\n").trim() === other.replaceAll("\r\n", "\n").trim();

function put(select, option) {
  const field = document.querySelector(select.dataset.signature);
  if (!field || !option) return;
  select.value = option.value;
  if (field.value === option.dataset.text) return;
  field.value = option.dataset.text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

on("change", "select[data-signature]", (event, select) => put(select, select.selectedOptions[0]));

on("change", "form[data-composer] select", (event, sender) => {
  const select = sender.form.querySelector("select[data-signature]");
  if (!select || !sender.matches(select.dataset.follows)) return;
  const field = document.querySelector(select.dataset.signature);
  const first = [...select.options].find((each) => each.dataset.senders.split(" ").includes(sender.value.toLowerCase()));
  if (!first || same(field.value, first.dataset.text)) return;
  const untouched = !field.value.trim() || [...select.options].some((each) => same(each.dataset.text, field.value));
  if (untouched) put(select, first);
  else toast(select.dataset.kept);
});
