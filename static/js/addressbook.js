/* The address book over the page: search, tick, 実行. For any <address-field>; its button opens it.
   What is ticked stays ticked while one searches; those who stand in the field already are ticked,
   and leave it when they are not any more. The field gets the event `chosen` {name, values}. */
import { announce, composing, on, t } from "./dom.js";
import { toast } from "./toasts.js";
import { keyOf } from "./people.js";

const SEARCH_AFTER_MS = 160;
let dialog = null;
let field = null;
let ticked = new Map(); // key of the address -> {name, address}
let timer = 0;
let asking = null;

async function ask(address) {
  asking?.abort();
  asking = new AbortController();
  const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: asking.signal });
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status} ${address}`);
  return answer.text();
}

/* Our own page's part, as the server rendered it. */
function parts(html) {
  return [...new DOMParser().parseFromString(html, "text/html").body.childNodes];
}

export async function openBook(element, opener) {
  if (dialog?.open || opener.getAttribute("aria-busy") === "true") return;
  opener.setAttribute("aria-busy", "true");
  try {
    const html = await ask(`${element.dataset.book}?${new URLSearchParams({ for: element.dataset.title })}`);
    dialog?.remove();
    dialog = document.createElement("dialog");
    dialog.className = "book";
    dialog.setAttribute("aria-labelledby", "book-title");
    dialog.append(...parts(html));
    document.body.append(dialog);
    field = element;
    ticked = new Map(element.people.filter((person) => person.address).map((person) => [keyOf(person), person]));
    dialog.addEventListener("close", () => { dialog.remove(); dialog = null; if (element.isConnected) element.focus(); });
    dialog.showModal();
    dialog.querySelector("[data-book-search]").focus();
    show();
  } catch (error) {
    if (error.name !== "AbortError") toast(t("failed"), "bad");
  } finally {
    opener.removeAttribute("aria-busy");
  }
}

const boxes = () => dialog.querySelectorAll("[data-book-rows] input[type=checkbox]");
const personOf = (box) => ({ name: box.dataset.bookName, address: box.value });

function show() {
  for (const box of boxes()) box.checked = ticked.has(keyOf(personOf(box)));
  dialog.querySelector("[data-book-number]").textContent = t("bookTicked", ticked.size);
}

async function search() {
  const form = dialog.querySelector("form");
  const rows = dialog.querySelector("[data-book-rows]");
  rows.setAttribute("aria-busy", "true");
  try {
    const html = await ask(`${form.dataset.bookForm}?${new URLSearchParams(new FormData(form))}`);
    if (!dialog) return;
    rows.replaceChildren(...parts(html));
    rows.scrollTop = 0;
    show();
    announce(rows.querySelector("[data-book-told]")?.textContent || "");
  } catch (error) {
    if (error.name !== "AbortError") toast(t("failed"), "bad");
  } finally {
    rows.removeAttribute("aria-busy");
  }
}

on("input", "[data-book-search]", (event) => {
  clearTimeout(timer);
  if (!event.isComposing) timer = setTimeout(search, SEARCH_AFTER_MS);
});
on("compositionend", "[data-book-search]", () => { clearTimeout(timer); timer = setTimeout(search, SEARCH_AFTER_MS); });
on("change", "[data-book-source]", search);

on("change", "[data-book-rows] input[type=checkbox]", (event, box) => {
  if (box.checked) ticked.set(keyOf(personOf(box)), personOf(box));
  else ticked.delete(keyOf(personOf(box)));
  show();
});

on("click", "[data-book-more]", async (event, more) => {
  more.disabled = true;
  const list = dialog.querySelector("[data-book-list]");
  try {
    const [body] = [new DOMParser().parseFromString(await ask(more.dataset.bookMore), "text/html").body];
    const added = [...body.querySelectorAll("[data-book-list] > li")];
    list.append(...added);
    more.replaceWith(...body.querySelectorAll("[data-book-more]"));
    show();
    added[0]?.querySelector("input").focus();
  } catch (error) {
    more.disabled = false;
    if (error.name !== "AbortError") toast(t("failed"), "bad");
  }
});

/* Keys: from the search ↓ goes to the list, there ↑ ↓ move; Enter ticks; Ctrl/Command+Enter is 実行. */
on("keydown", "dialog.book", (event) => {
  if (composing(event)) return;
  const all = [...boxes()];
  const at = all.indexOf(document.activeElement);
  const searching = event.target.matches("[data-book-search]");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); take(); }
  else if (event.key === "Enter" && searching) event.preventDefault();
  else if (event.key === "Enter" && at >= 0) { event.preventDefault(); all[at].click(); }
  else if (event.key === "ArrowDown" && (searching || at >= 0)) { event.preventDefault(); (all[at + 1] || dialog.querySelector("[data-book-more]"))?.focus(); }
  else if (event.key === "ArrowUp" && at >= 0) { event.preventDefault(); (all[at - 1] || dialog.querySelector("[data-book-search]")).focus(); }
});

function take() {
  const values = [...ticked.values()];
  const before = field.people;
  const kept = before.filter((person) => !person.address || ticked.has(keyOf(person)));
  const here = new Set(kept.map(keyOf));
  const more = values.filter((person) => !here.has(keyOf(person)));
  if (more.length || kept.length < before.length) field.people = [...kept, ...more];
  if (more.length) announce(t("afPasted", more.length));
  field.dispatchEvent(new CustomEvent("chosen", { bubbles: true, detail: { name: field.dataset.name, values } }));
  dialog.close();
}

on("submit", "dialog.book form", (event) => { event.preventDefault(); take(); });
