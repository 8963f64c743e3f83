/* The search box: completions below it (input[data-complete], and the form's input[data-suggests]), the search form
   in #search-panel ([data-search-form] opens it), and what was searched for last. Form and text are two views of one
   query: opening the form asks the server what the text says, and each change in the form writes the text anew.
   Keys in a list: arrows move, Enter takes, Escape closes. Nothing is taken while a kana conversion runs. */
import { announce, composing, csrf, on, t } from "./dom.js";

const FIELDS = "[data-complete], [data-suggests]";
// Without an id: htmx would copy its style, which the content policy refuses as an attribute.
const offers = () => document.querySelector(".search-offers");
const list = () => document.getElementById("search-list");
const panel = () => document.getElementById("search-panel");
const box = () => document.getElementById("q");

let field = null; // the one that the list stands under
let asking = null;
let timer = 0;

function close() {
  clearTimeout(timer);
  asking?.abort();
  if (offers()) { offers().hidden = true; list().replaceChildren(); }
  field?.setAttribute("aria-expanded", "false");
  field?.removeAttribute("aria-activedescendant");
  field = null;
}

const options = () => [...(list()?.querySelectorAll("[role=option]") ?? [])];
const active = () => list()?.querySelector("[aria-selected=true]");

/** Of a field of the form: the word at the cursor, as if it stood behind the field's operator. */
function asked(input) {
  const at = input.selectionStart ?? input.value.length;
  if (!input.dataset.suggests) return { q: input.value, at };
  const word = input.value.slice(0, at).match(/[^\s,"(){}]*$/)[0];
  const q = `${input.dataset.suggests}:${word}`;
  return { q, at: q.length };
}

async function offer(input) {
  asking?.abort();
  asking = new AbortController();
  const { q, at } = asked(input);
  const query = new URLSearchParams({ q, at });
  try {
    const answer = await fetch(`${box().dataset.complete}?${query}`, { headers: { "HX-Request": "true" }, signal: asking.signal });
    if (!answer.ok || answer.redirected || document.activeElement !== input) return;
    show(input, await answer.text());
  } catch (error) {
    if (error.name !== "AbortError") close(); // no server, no completions: the box still searches
  }
}

function show(input, html) {
  const shown = offers();
  list().innerHTML = html;
  shown.querySelector(".opt-end").hidden = Boolean(input.value.trim()) || !list().querySelector("[data-runs]");
  if (!options().length) { close(); return; }
  if (field !== input) field?.setAttribute("aria-expanded", "false");
  field = input;
  const place = input.getBoundingClientRect();
  shown.style.left = `${place.left}px`;
  shown.style.top = `${place.bottom + 4}px`;
  shown.style.width = `${Math.max(place.width, Math.min(320, innerWidth - place.left - 12))}px`;
  shown.hidden = false;
  input.setAttribute("aria-expanded", "true");
  input.removeAttribute("aria-activedescendant");
  announce(t("suggestions", options().length));
}

function move(step) {
  const all = options();
  const now = all.indexOf(active());
  const next = now < 0 ? (step > 0 ? 0 : all.length - 1) : (now + step + all.length + 1) % (all.length + 1);
  all.forEach((option, i) => option.setAttribute("aria-selected", String(i === next)));
  const chosen = all[next];
  if (chosen) {
    field.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  } else field.removeAttribute("aria-activedescendant");
}

function take(option) {
  const input = field;
  const { text, at } = option.dataset;
  if (input.dataset.suggests) {
    const end = input.selectionStart ?? input.value.length;
    const begin = end - input.value.slice(0, end).match(/[^\s,"(){}]*$/)[0].length;
    const value = text.slice(input.dataset.suggests.length + 1).trim();
    input.setRangeText(value, begin, end, "end");
    close();
    input.dispatchEvent(new Event("change", { bubbles: true }));
    return;
  }
  input.value = text;
  input.setSelectionRange(Number(at), Number(at));
  close();
  if ("runs" in option.dataset) input.form.requestSubmit();
  else offer(input);
}

on("input", FIELDS, (event, input) => {
  clearTimeout(timer);
  asking?.abort(); // an answer to what stood there before would close the list again
  if (composing(event)) return;
  timer = setTimeout(() => offer(input), 120);
});
on("compositionend", FIELDS, (event, input) => {
  clearTimeout(timer);
  timer = setTimeout(() => offer(input), 120);
});
on("focusin", "[data-complete]", (event, input) => { if (!input.value.trim()) offer(input); });
on("focusout", FIELDS, (event) => { if (!offers()?.contains(event.relatedTarget)) close(); });

on("keydown", FIELDS, (event, input) => {
  if (composing(event)) return;
  const open = field === input && !offers().hidden;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (open) move(event.key === "ArrowDown" ? 1 : -1);
    else offer(input);
  } else if (event.key === "Enter" && open && active()) {
    event.preventDefault();
    take(active());
  } else if (event.key === "Escape" && open) {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (event.key === "Enter" || event.key === "Tab") close();
}, true);

// The box keeps the focus, so that typing goes on.
on("pointerdown", ".search-offers", (event) => event.preventDefault());
on("click", "#search-list [role=option]", (event, option) => take(option));
on("click", "[data-forget]", () => { remember(null); close(); });

/* What was searched for last */
function remember(text) {
  const form = document.querySelector("[data-recent]");
  const body = new URLSearchParams(text === null ? {} : { text });
  fetch(form.dataset.recent, { method: "POST", headers: { "X-CSRFToken": csrf() }, body, keepalive: true }).catch(() => {
    // Nothing is lost but the memory of it.
  });
}

let submitted = false;
on("submit", "[data-search-box], [data-sheet]", () => { close(); submitted = true; }, true);
document.addEventListener("htmx:afterSettle", () => {
  const text = new URLSearchParams(location.search).get("q");
  if (submitted && text) remember(text);
  submitted = false;
});

/* The form */
const opener = () => document.querySelector("[data-search-form]");

function closePanel(focus = false) {
  const shown = panel();
  if (!shown || shown.hidden) return;
  close();
  shown.hidden = true;
  shown.replaceChildren();
  opener()?.setAttribute("aria-expanded", "false");
  if (focus) opener()?.focus();
}

on("click", "[data-search-form]", async (event, link) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (!panel().hidden) { closePanel(true); return; }
  const query = new URLSearchParams({ q: box().value });
  const mailbox = box().form.elements.mailbox;
  if (mailbox) query.set("mailbox", mailbox.value);
  await window.htmx.ajax("GET", `${link.dataset.searchForm}?${query}`, { target: "#search-panel", swap: "innerHTML ignoreTitle:true" });
  if (!panel().querySelector("[data-sheet]")) return;
  panel().hidden = false;
  link.setAttribute("aria-expanded", "true");
  panel().querySelector("[name=words]").focus();
});
on("click", "[data-sheet-close]", (event, button) => {
  if (panel().contains(button)) closePanel(true);
  else history.back();
});
on("keydown", "#search-panel", (event) => {
  if (event.key !== "Escape" || composing(event) || event.defaultPrevented) return;
  event.stopPropagation();
  closePanel(true);
});
document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest?.("[data-search]")) closePanel();
});

on("click", "[data-sheet-clear]", (event, button) => {
  const { form } = button;
  for (const input of form.elements) {
    if (input.type === "checkbox") input.checked = false;
    else if (input.name && input.type !== "radio" && input.type !== "hidden") input.value = "";
  }
  form.elements.words.focus();
  form.dispatchEvent(new Event("change", { bubbles: true }));
});

let reading = 0;
let readings = 0;
function read(form) {
  clearTimeout(reading);
  reading = setTimeout(async () => {
    const mine = (readings += 1);
    const query = new URLSearchParams(new FormData(form));
    query.set("reading", "1");
    const answer = await fetch(`${form.getAttribute("action")}?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok || answer.redirected || mine !== readings || !form.isConnected) return;
    const place = form.querySelector("#sheet-reading");
    place.outerHTML = await answer.text();
    if (box()) box().value = form.querySelector("#sheet-reading").dataset.text;
  }, 200);
}
on("input", "[data-sheet]", (event, form) => { if (!composing(event) && !event.target.matches("[data-filter]")) read(form); });
on("change", "[data-sheet]", (event, form) => { if (!event.target.matches("[data-filter]")) read(form); });
on("compositionend", "[data-sheet]", (event, form) => read(form));

/* Fetched since somebody went to the box, who may have begun to type. */
const entered = document.activeElement;
if (entered?.matches("[data-complete]") && (!entered.value.trim() || entered.value !== entered.defaultValue)) offer(entered);
