/* 備考 while it is written: [data-kept] stays as typed, in this tab, until it was posted, whatever page
   one goes to meanwhile. The first @ in a [data-mentions] fetches what completes names. */
import { on } from "./dom.js";

const kept = (act) => {
  try {
    return act(sessionStorage);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // a browser that keeps nothing
    return null;
  }
};

on("input", "[data-kept]", (event, field) => {
  kept((store) => (field.value ? store.setItem(field.dataset.kept, field.value) : store.removeItem(field.dataset.kept)));
});

/* Before the answer to it is on the page, which would be filled again. */
document.addEventListener("htmx:beforeSwap", ({ detail: { requestConfig, xhr } }) => {
  const field = requestConfig.elt.querySelector?.("[data-kept]");
  if (field && requestConfig.verb === "post" && xhr.status < 400) kept((store) => store.removeItem(field.dataset.kept));
});

function fill() {
  const field = document.querySelector("[data-kept]");
  if (field && !field.value) field.value = kept((store) => store.getItem(field.dataset.kept)) || "";
}
document.addEventListener("htmx:afterSwap", fill);
fill();

let names = null;
on("input", "[data-mentions]", async (event, field) => {
  if (!/[@＠]/.test(field.value)) return;
  try {
    names ??= import("./mentions.js");
    (await names).complete(field);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    names = null; // the network: the next letter tries again
  }
});
