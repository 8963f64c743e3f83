/* The page that was asked for last is the page that is shown, however slowly answers come.

   Every link and every form that takes the page's place (boosted, or hx-push-url) has a request of
   its own, and htmx shows answers in the order in which they arrive: an earlier click's page would
   replace a later one, together with what was typed into it. So an answer to a GET that would cover
   what was asked for after it is dropped. A form is never dropped: it has changed something, or
   comes back with what is wrong in it. A link that is pressed while one is on its way waits for the
   answer, and is followed then if all was well. */
const asked = new WeakMap(); // xhr -> {target}
const forms = new Set(); // requests whose answers are awaited
let latest = null;
let next = "";

document.addEventListener("htmx:confirm", (event) => {
  const { elt, verb } = event.detail;
  const leads = elt instanceof HTMLAnchorElement && (elt.hasAttribute("hx-push-url") || !elt.hasAttribute("hx-get"));
  if (!forms.size || verb !== "get" || !leads) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  next = elt.getAttribute("href");
});

document.addEventListener("htmx:beforeSend", ({ detail: { xhr, target, boosted, requestConfig: { verb, elt } } }) => {
  if (!boosted && !elt.hasAttribute("hx-push-url")) return;
  latest = { target };
  next = "";
  asked.set(xhr, latest);
  if (verb === "get") return;
  forms.add(xhr);
  xhr.addEventListener("loadend", () => forms.delete(xhr));
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const mine = asked.get(detail.xhr);
  if (!mine || mine === latest || detail.requestConfig.verb !== "get") return;
  if (mine.target.contains(latest.target)) detail.shouldSwap = false;
});

document.addEventListener("htmx:afterSettle", ({ detail: { xhr, requestConfig } }) => {
  if (!next || !asked.has(xhr) || requestConfig.verb === "get") return;
  const wanted = next;
  next = "";
  forms.delete(xhr);
  if (xhr.status >= 400 || document.querySelector("[aria-invalid=true]")) return;
  document.querySelector(`a[href="${CSS.escape(wanted)}"]`)?.click();
});
