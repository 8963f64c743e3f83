/* <address-field>: people as chips in one field (templates/components/addresses.html). Posts one
   line under data-name, also of what was typed and is no chip yet: nothing typed is lost.

   A combobox that completes from data-suggest: arrows choose, Enter, comma or Tab takes, Escape
   closes. Nothing is taken while a kana conversion runs. From the beginning of the text ← and
   Backspace go to the chips: there ← → move, Delete removes, Enter puts one back to be mended.
   Tells of every change by an `input` event; `value` and `add` fill it from outside. */
import { announce, composing, icon, t } from "./dom.js";
import { toast } from "./toasts.js";
import { formatPeople, formatPerson, isAddress, keyOf, parsePeople } from "./people.js";

const AFTER_MS = 90;
const ENDS = /[,;、，；]\s*$/;

/* Chips move what stands below them. A press that makes the field lose the focus must end where it
   began, or the button under it hears of no click: what was typed becomes chips with the click,
   which is still before the button's own answer to it. */
let pressed = false;
const waiting = [];
const pressOver = () => { pressed = false; for (const act of waiting.splice(0)) act(); };
addEventListener("mousedown", () => { pressed = true; }, true);
addEventListener("mouseup", () => setTimeout(pressOver), true);
for (const end of ["click", "contextmenu", "dragstart"]) addEventListener(end, pressOver, true);

class AddressField extends HTMLElement {
  #people = [];
  #input; #hidden; #chips; #options;
  #found = [];
  #active = -1;
  #timer = 0;
  #asking = null;
  #chosen = false; // the active suggestion was gone to, not just offered
  #hasty = false; // Enter came before the suggestions did: the first one is taken
  #closed = ""; // of this text Escape has closed the suggestions

  connectedCallback() {
    if (this.#input) return;
    this.#input = this.querySelector("input");
    this.#chips = this.querySelector("[data-af-chips]");
    this.#options = this.querySelector("[role=listbox]");
    this.#hidden = document.createElement("input");
    this.#hidden.type = "hidden";
    this.#hidden.name = this.dataset.name;
    this.#input.removeAttribute("name");
    this.#input.removeAttribute("inputmode");
    this.#people = parsePeople(this.#input.value).filter((person) => person.address || person.name);
    this.#input.value = "";
    this.#input.after(this.#hidden);
    const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.#options.id };
    for (const [name, value] of Object.entries(roles)) this.#input.setAttribute(name, value);
    this.#listen();
    this.#render();
    this.classList.add("is-on");
    this.querySelector("[data-af-book]")?.removeAttribute("hidden");
  }

  /** The people as they will be posted. */
  get people() { return this.#people.map((person) => ({ ...person })); }
  set people(people) { this.#people = []; this.#put(people); this.#changed(); }
  get value() { return this.#hidden.value; }
  set value(line) { this.#input.value = ""; this.people = parsePeople(line); }

  /** Add those that are not here yet; how many were. */
  add(people) {
    const number = this.#put(people);
    this.#changed();
    return number;
  }

  focus() { this.#input.focus(); }

  #put(people) {
    const here = new Set(this.#people.map(keyOf));
    let number = 0;
    for (const each of people) {
      if (!keyOf(each) || here.has(keyOf(each))) continue;
      here.add(keyOf(each));
      this.#people.push({ name: each.name || "", address: each.address || "" });
      number += 1;
    }
    return number;
  }

  #changed() {
    this.#render();
    this.#hidden.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #sync() {
    const typed = this.#input.value.trim();
    const line = formatPeople(this.#people);
    this.#hidden.value = typed ? [line, typed].filter(Boolean).join(", ") : line;
  }

  #render() {
    this.#chips.replaceChildren(...this.#people.map((person) => this.#chip(person)));
    this.#chips.hidden = !this.#people.length;
    this.#sync();
  }

  #chip(person) {
    const good = isAddress(person.address);
    const whole = formatPerson(person);
    const chip = document.createElement("li");
    chip.className = good ? "af-chip" : "af-chip is-bad";
    const name = document.createElement("button");
    name.type = "button";
    name.tabIndex = -1;
    name.className = "af-name";
    name.title = good ? whole : t("afBad", whole);
    name.setAttribute("aria-label", t(good ? "afEdit" : "afEditBad", whole));
    if (!good) name.append(icon("circle-alert"));
    name.append(person.name || person.address);
    const away = document.createElement("button");
    away.type = "button";
    away.tabIndex = -1;
    away.className = "af-x";
    away.setAttribute("aria-label", t("afRemove", whole));
    away.append(icon("x"));
    chip.append(name, away);
    return chip;
  }

  /* What was typed becomes chips */

  #take({ invalid = false } = {}) {
    const typed = this.#input.value.trim().replace(ENDS, "");
    if (!typed) return false;
    const people = parsePeople(typed);
    if (!invalid && !people.every((person) => isAddress(person.address))) return false;
    this.#input.value = "";
    this.#close();
    const number = this.add(people);
    announce(number ? t("afAdded", formatPeople(people)) : t("afTwice", formatPeople(people)));
    return true;
  }

  #remove(at) {
    const [person] = this.#people.splice(at, 1);
    announce(t("afRemoved", formatPerson(person)));
    this.#changed();
    const names = this.#chips.querySelectorAll(".af-name");
    (names[Math.min(at, names.length - 1)] || this.#input).focus();
  }

  #mend(at) {
    this.#take();
    const [person] = this.#people.splice(at, 1);
    const typed = this.#input.value.trim();
    this.#input.value = [typed, formatPerson(person)].filter(Boolean).join(", ");
    this.#changed();
    this.#input.focus();
  }

  /* Suggestions */

  #ask() {
    clearTimeout(this.#timer);
    const typed = this.#input.value.trim();
    if (!typed || !this.dataset.suggest) { this.#close(); return; }
    this.#timer = setTimeout(() => this.#complete(typed), AFTER_MS);
  }

  async #complete(typed) {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    const asking = this.#asking = new AbortController();
    try {
      const answer = await fetch(`${this.dataset.suggest}?${new URLSearchParams({ q: typed })}`, {
        headers: { Accept: "application/json" }, signal: asking.signal,
      });
      if (!answer.ok || answer.redirected) { this.#close(); return; }
      const { people } = await answer.json();
      if (asking.signal.aborted || document.activeElement !== this.#input || this.#input.value.trim() !== typed) return;
      const here = new Set(this.#people.map(keyOf));
      this.#show(people.filter((person) => !here.has(keyOf(person))));
      if (!this.#hasty) return;
      this.#hasty = false;
      if (this.#found.length) this.#choose(0);
      else this.#take({ invalid: true });
    } catch (error) {
      // Typing goes on without suggestions; what is not the network is ours to hear of.
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
      this.#close();
    }
  }

  #show(people) {
    this.#found = people;
    if (!people.length) { const hasty = this.#hasty; this.#close(); this.#hasty = hasty; return; }
    this.#options.replaceChildren(...people.map((person, at) => this.#option(person, at)));
    this.#options.hidden = false;
    this.#input.setAttribute("aria-expanded", "true");
    this.#chosen = false;
    // Enter takes the first one, unless an address was typed out.
    this.#point(parsePeople(this.#input.value).every((person) => isAddress(person.address)) ? -1 : 0);
    announce(t("suggestions", people.length));
  }

  #option(person, at) {
    const option = document.createElement("li");
    option.setAttribute("role", "option");
    option.id = `${this.#options.id}-${at}`;
    option.className = "af-option";
    option.dataset.at = at;
    const name = document.createElement("span");
    name.className = "af-option-name";
    name.textContent = person.name || person.address;
    option.append(name);
    if (person.name) {
      const address = document.createElement("span");
      address.className = "af-option-address";
      address.textContent = person.address;
      option.append(address);
    }
    if (person.source === "past") {
      const tag = document.createElement("span");
      tag.className = "tag";
      tag.textContent = t("afPast");
      option.append(tag);
    }
    return option;
  }

  #point(at) {
    this.#active = at;
    for (const option of this.#options.children) {
      const pointed = Number(option.dataset.at) === at;
      option.setAttribute("aria-selected", String(pointed));
      if (pointed) option.scrollIntoView({ block: "nearest" });
    }
    if (at < 0) this.#input.removeAttribute("aria-activedescendant");
    else this.#input.setAttribute("aria-activedescendant", `${this.#options.id}-${at}`);
  }

  #close() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#found = [];
    this.#active = -1;
    this.#hasty = false;
    this.#options.hidden = true;
    this.#options.replaceChildren();
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
  }

  #choose(at) {
    const person = this.#found[at];
    this.#close();
    this.#input.value = "";
    this.add([person]);
    announce(t("afAdded", formatPerson(person)));
  }

  async #book() {
    try {
      const { openBook } = await import("./addressbook.js");
      if (this.isConnected) await openBook(this, this.querySelector("[data-af-book]"));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      toast(t("offline"), "bad");
    }
  }

  /* Hands */

  #listen() {
    this.#input.addEventListener("input", (event) => {
      this.#hasty = false;
      this.#sync();
      if (event.isComposing) return;
      const { value } = this.#input;
      if ((ENDS.test(value) || / $/.test(value)) && this.#take()) return;
      this.#ask();
    });
    this.#input.addEventListener("compositionend", () => { this.#sync(); this.#ask(); });
    this.#input.addEventListener("keydown", (event) => this.#keys(event));
    this.#input.addEventListener("paste", (event) => this.#paste(event));
    this.#chips.addEventListener("keydown", (event) => this.#chipKeys(event));
    this.#chips.addEventListener("click", (event) => {
      const chip = event.target.closest(".af-chip");
      const at = [...this.#chips.children].indexOf(chip);
      if (event.target.closest(".af-x")) this.#remove(at);
      else if (event.target.closest(".af-name")) event.target.closest(".af-name").focus();
    });
    this.#chips.addEventListener("dblclick", (event) => {
      const chip = event.target.closest(".af-chip");
      if (chip && !event.target.closest(".af-x")) this.#mend([...this.#chips.children].indexOf(chip));
    });
    // The text keeps the focus while a suggestion is pressed.
    this.#options.addEventListener("mousedown", (event) => event.preventDefault());
    this.#options.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) { this.#choose(Number(option.dataset.at)); this.#input.focus(); }
    });
    this.addEventListener("click", (event) => {
      if (event.target === this || event.target === this.#chips) this.#input.focus();
      if (event.target.closest("[data-af-book]")) { this.#take(); this.#book(); }
    });
    this.addEventListener("focusout", (event) => {
      if (this.contains(event.relatedTarget)) return;
      this.#close();
      if (pressed) waiting.push(() => this.#take());
      else this.#take();
    });
  }

  #keys(event) {
    if (composing(event)) return;
    const { key } = event;
    const open = !this.#options.hidden;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (!open) { this.#ask(); return; }
      const step = key === "ArrowDown" ? 1 : -1;
      this.#chosen = true;
      this.#point((this.#active + step + this.#found.length) % this.#found.length);
    } else if (key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault(); // Enter in a line never submits
      const typed = this.#input.value.trim();
      if (open && this.#active >= 0) this.#choose(this.#active);
      else if (this.#take() || !typed) return;
      else if (open || typed.includes("@") || this.#closed === typed || !this.dataset.suggest) this.#take({ invalid: true });
      else { this.#hasty = true; this.#complete(typed); }
    } else if (key === "Tab" && open && this.#chosen && this.#active >= 0 && !event.shiftKey) {
      event.preventDefault();
      this.#choose(this.#active);
    } else if (key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.#closed = this.#input.value.trim();
      this.#close();
    } else if ((key === "Backspace" || key === "ArrowLeft") && this.#people.length
      && this.#input.selectionStart === 0 && this.#input.selectionEnd === 0) {
      event.preventDefault();
      this.#close();
      this.#chips.lastElementChild.querySelector(".af-name").focus();
    }
  }

  #chipKeys(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const names = [...this.#chips.querySelectorAll(".af-name")];
    const at = [...this.#chips.children].indexOf(event.target.closest(".af-chip"));
    if (at < 0) return;
    const acts = {
      ArrowLeft: () => names[Math.max(0, at - 1)].focus(),
      ArrowRight: () => (names[at + 1] || this.#input).focus(),
      Home: () => names[0].focus(),
      End: () => this.#input.focus(),
      Delete: () => this.#remove(at),
      Backspace: () => this.#remove(at),
      Enter: () => (event.target.closest(".af-x") ? this.#remove(at) : this.#mend(at)),
      F2: () => this.#mend(at),
      Escape: () => this.#input.focus(),
    };
    if (!Object.hasOwn(acts, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }

  /* A list from a mail, a table or a text; one that is no list is pasted as it is. */
  #paste(event) {
    const text = event.clipboardData?.getData("text/plain") || "";
    const people = parsePeople(text).filter((person) => person.address);
    const list = people.length > 1 || /[\n\t]/.test(text.trim());
    const whole = !this.#input.value.trim() && people.length === 1 && isAddress(people[0].address);
    if (!list && !whole) return;
    if (!people.some((person) => isAddress(person.address))) return;
    event.preventDefault();
    const number = this.add(people);
    const wrong = people.filter((person) => !isAddress(person.address)).length;
    announce(t("afPasted", number) + (wrong ? ` ${t("afWrong", wrong)}` : ""));
    this.#close();
  }
}

customElements.define("address-field", AddressField);
