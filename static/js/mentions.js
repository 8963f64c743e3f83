/* @ and the beginning of a name in a [data-mentions] textarea offers the colleagues whom a comment can
   call: arrows choose, Enter or Tab takes, Escape closes. Nothing is taken while a kana conversion runs.

   GET data-mentions answers {people: [{name, username}]}; asked once a page for each address. */
import { announce, composing, t } from "./dom.js";

const TYPED = /(?:^|[^A-Za-z0-9_.+-])[@＠]([^\s@＠]{0,30})$/;
const MOST = 8;
const asked = new Map(); // address -> promise of the people

const list = document.createElement("ul");
list.id = "mention-options";
list.className = "mention-options";
list.setAttribute("role", "listbox");
list.setAttribute("aria-label", t("mentionWho"));
list.popover = "manual"; // above an open dialog, too

let field = null;
let found = [];
let active = 0;
let isOpen = false;
let shownFor = ""; // what was typed
let namesakes = new Set(); // names that two people bear

const fold = (text) => text.normalize("NFKC").toLowerCase().replace(/\s/g, "");

function people(address) {
  if (!asked.has(address)) {
    const answer = fetch(address, { headers: { Accept: "application/json" } }).then((each) => {
      if (!each.ok || each.redirected) throw new TypeError(`people ${each.status}`);
      return each.json();
    });
    answer.catch(() => asked.delete(address));
    asked.set(address, answer);
  }
  return asked.get(address);
}

const typedIn = (element) => TYPED.exec(element.value.slice(0, element.selectionStart))?.[1];

/** Offer whom the text before the cursor may mean. */
export async function complete(element) {
  if (typedIn(element) === undefined) { close(); return; }
  const { people: all } = await people(element.dataset.mentions);
  const typed = typedIn(element);
  if (typed === undefined || document.activeElement !== element) { close(); return; }
  const begin = fold(typed);
  const places = ({ name, username }) => [fold(name), fold(username), ...name.split(/\s+/).map(fold)];
  const seen = new Set();
  namesakes = new Set(all.map(({ name }) => fold(name)).filter((name) => seen.has(name) || !seen.add(name)));
  shownFor = typed;
  const fits = all.filter((person) => places(person).some((place) => place.startsWith(begin)));
  show(element, fits.slice(0, MOST));
}

function show(element, fits) {
  if (!fits.length) { close(); return; }
  found = fits;
  active = 0;
  if (field !== element) { close(); found = fits; listen(element); }
  list.replaceChildren(...fits.map((person, at) => option(person, at)));
  if (list.parentNode !== home(element)) { home(element).append(list); isOpen = false; }
  if (!isOpen) { list.showPopover?.(); isOpen = true; }
  place();
  point(0);
  announce(t("suggestions", fits.length));
}

/* Beside the field: what is outside of an open dialog cannot be pressed. */
const home = (element) => element.parentNode;

function option(person, at) {
  const line = document.createElement("li");
  line.id = `mention-${at}`;
  line.className = "mention-option";
  line.setAttribute("role", "option");
  const name = document.createElement("span");
  name.textContent = person.name;
  const short = document.createElement("span");
  short.className = "muted small";
  short.textContent = person.username;
  line.append(name, short);
  line.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps the focus
  line.addEventListener("click", () => choose(at));
  return line;
}

/* Above the field, or below it where there is more room. */
function place() {
  const { left, top, bottom, width } = field.getBoundingClientRect();
  const above = top > innerHeight - bottom;
  list.style.left = `${left}px`;
  list.style.width = `${Math.min(width, 360)}px`;
  list.style.top = above ? "auto" : `${bottom + 4}px`;
  list.style.bottom = above ? `${innerHeight - top + 4}px` : "auto";
  list.style.maxHeight = `${Math.max(80, (above ? top : innerHeight - bottom) - 12)}px`;
}

function point(at) {
  active = at;
  [...list.children].forEach((line, number) => {
    line.setAttribute("aria-selected", String(number === at));
    if (number === at) line.scrollIntoView({ block: "nearest" });
  });
  field.setAttribute("aria-activedescendant", `mention-${at}`);
}

function choose(at) {
  const { name, username } = found[at];
  const element = field;
  const cursor = element.selectionStart;
  const begin = cursor - typedIn(element).length;
  close();
  element.setRangeText(`${namesakes.has(fold(name)) ? username : name} `, begin, cursor, "end");
  element.dispatchEvent(new Event("input", { bubbles: true }));
}

function listen(element) {
  field = element;
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.addEventListener("keydown", keys, true);
  field.addEventListener("blur", close);
  addEventListener("scroll", place, { capture: true, passive: true });
  addEventListener("resize", place); // a phone's keyboard comes and goes
  document.addEventListener("selectionchange", follow);
  document.addEventListener("htmx:afterSwap", follow);
}

/* The cursor was moved, or the field has left the page. */
function follow() {
  if (!field?.isConnected) close();
  else if (typedIn(field) !== shownFor) complete(field);
}

function close() {
  if (!field) return;
  for (const name of ["aria-activedescendant", "aria-controls"]) field.removeAttribute(name);
  field.removeEventListener("keydown", keys, true);
  field.removeEventListener("blur", close);
  removeEventListener("scroll", place, { capture: true });
  removeEventListener("resize", place);
  document.removeEventListener("selectionchange", follow);
  document.removeEventListener("htmx:afterSwap", follow);
  field = null;
  found = [];
  isOpen = false;
  list.remove();
}

function keys(event) {
  if (composing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typedIn(field) === undefined) { close(); return; }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) point((active + step + found.length) % found.length);
  else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) choose(active);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
