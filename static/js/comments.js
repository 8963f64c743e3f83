/* 備考 while it is written: [data-kept] stays as typed, in this tab, until it was posted or given up, whatever
   page one goes to meanwhile. The first @ in a [data-mentions] fetches what completes names. */
import { on } from "./dom.js";

const kept = (act) => {
  try {
    return act(sessionStorage);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // a browser that keeps nothing
    return null;
  }
};
const forget = (name) => kept((store) => store.removeItem(name));

on("input", "[data-kept]", (event, { value, dataset }) => {
  if (value) kept((store) => store.setItem(dataset.kept, value));
  else forget(dataset.kept);
});

/* Posted: heard of before the answer is on the page, which would be filled again, and also where the
   page has gone on meanwhile. */
document.addEventListener("htmx:beforeSend", ({ detail: { requestConfig, xhr } }) => {
  const name = requestConfig.elt.querySelector?.("[data-kept]")?.dataset.kept;
  if (!name || requestConfig.verb !== "post") return;
  const asked = new URL(requestConfig.path, location.href).pathname;
  xhr.addEventListener("readystatechange", () => {
    if (xhr.readyState !== XMLHttpRequest.DONE || !xhr.status || xhr.status >= 400) return;
    // Not where the session has ended, and the answer leads to the log-in.
    if (!xhr.getResponseHeader("HX-Redirect") && new URL(xhr.responseURL).pathname === asked) forget(name);
  });
});
/* Given up. */
document.addEventListener("close", ({ target }) => {
  for (const field of target.querySelectorAll("[data-kept]")) forget(field.dataset.kept);
}, true);

function fill() {
  for (const field of document.querySelectorAll("[data-kept]")) {
    const text = kept((store) => store.getItem(field.dataset.kept));
    if (text && field.value === field.defaultValue) field.value = text;
  }
}
document.addEventListener("htmx:afterSwap", fill);
fill();

/* What was deleted takes the focus along. */
document.addEventListener("htmx:afterSwap", ({ detail: { requestConfig, target } }) => {
  if (requestConfig?.verb === "post" && target.id === "comment-list" && document.activeElement === document.body) {
    document.getElementById("tab-comments")?.focus({ preventScroll: true });
  }
});

let names = null;
on("input", "[data-mentions]", async (event, field) => {
  if (!names && !/[@＠]/.test(field.value)) return;
  try {
    names ??= import("./mentions.js");
    await (await names).complete(field);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    names = null; // the network: the next letter tries again
  }
});
