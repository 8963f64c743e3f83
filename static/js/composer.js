/* form[data-composer]. Nothing is sent by accident: Enter in a line never submits, the Enter that
   confirms a kana conversion never submits, Ctrl/Command+Enter sends once. Text is autosaved to
   data-autosave; what is not saved is not left without asking. */
import { announce, composing, csrf, on, t } from "./dom.js";
import { ask } from "./dialog.js";
import { toast } from "./toasts.js";

const AFTER_MS = 1200;
const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const state = new WeakMap(); // form -> {dirty, timer, saving, again}

function of(form) {
  if (!state.has(form)) state.set(form, { dirty: false, timer: 0, saving: false });
  return state.get(form);
}

function current() {
  return document.querySelector("form[data-composer]");
}

/** Whether something was typed that the server does not have yet. */
export function unsaved() {
  const form = current();
  return Boolean(form && of(form).dirty);
}

/** Whether text is on its way to the server. */
export function saving() {
  const form = current();
  return Boolean(form && of(form).saving);
}

/** Whether giving up would cost text that an agent has typed, autosaved or not. */
function typed() {
  return unsaved() || Boolean(current()?.elements.body.value.trim());
}

/* Keys */
on("keydown", "form[data-composer]", (event, form) => {
  if (event.key !== "Enter") return;
  if (composing(event)) return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    if (!event.repeat) send(form);
  } else if (event.target instanceof HTMLInputElement && event.target.type !== "file") {
    event.preventDefault();
  }
});
on("keydown", "form[data-submit-keys]", (event, form) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !composing(event) && !event.repeat) {
    event.preventDefault();
    form.requestSubmit();
  }
});

function send(form) {
  const button = form.querySelector("[data-send]");
  if (button && !button.disabled) form.requestSubmit(button);
}

/* A request for sending ends autosaving: the server freezes what it has been given. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt } = event.detail;
  // A modal may carry the composer's fields with it (data-for-composer).
  const form = elt.matches?.("[data-for-composer]") ? current() : elt.closest?.("form[data-composer]");
  if (form) clearTimeout(of(form).timer);
});

/* Autosave */
on("input", "form[data-composer]", (event, form) => {
  if (event.target.type === "file") return;
  const mine = of(form);
  mine.dirty = true;
  if (!form.dataset.autosave) return;
  mine.since ||= Date.now();
  clearTimeout(mine.timer);
  // Two seconds on screen are two seconds kept, however fast somebody types.
  mine.timer = setTimeout(() => save(form), Math.max(0, Math.min(AFTER_MS, mine.since + 1800 - Date.now())));
});

function fields(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return data;
}

async function save(form, leaving = false) {
  const mine = of(form);
  if (!form.isConnected || !form.dataset.autosave) return;
  if (mine.saving && !leaving) { mine.timer = setTimeout(() => save(form), 400); return; }
  mine.saving = true;
  mine.dirty = false;
  mine.since = 0;
  try {
    const answer = await fetch(form.dataset.autosave, {
      method: "POST", body: fields(form), keepalive: leaving,
      headers: { "X-CSRFToken": csrf(), Accept: "application/json" },
    });
    if (answer.ok && !answer.redirected) {
      const { version, saved, parked, told } = await answer.json();
      form.elements.version.value = version;
      if (parked) aside(form, told);
      const place = form.querySelector("#saved");
      if (place) place.textContent = saved;
    } else {
      mine.dirty = true;
      if (answer.status === 409) stale(await answer.text());
    }
  } catch (error) {
    mine.dirty = true;
    if (!(error instanceof TypeError)) throw error; // a TypeError is the network: the next key tries again
    mine.timer = setTimeout(() => save(form), 5000);
  } finally {
    mine.saving = false;
  }
}

/** Without the lock the text is kept aside: said once, and the banner tells who has it now. */
function aside(form, told) {
  if (form.dataset.aside) return;
  form.dataset.aside = "1";
  toast(told, "bad");
  const mail = form.closest("[data-mail]");
  if (mail) htmx.trigger(mail, "mail-lock");
}

/* A refused request keeps nothing: what was typed is saved by itself, aside if need be. */
document.addEventListener("htmx:responseError", ({ detail: { elt, xhr } }) => {
  const form = elt.closest?.("[data-hands-over]") ? current() : elt.closest?.("form[data-composer]");
  if (form && xhr.status === 409 && of(form).dirty) save(form);
});

/* Two texts: this tab's stays, over the other's; or the other's is loaded. */
on("click", "[data-keep-mine]", (event, button) => {
  const form = current();
  if (!form) return;
  form.elements.version.value = button.dataset.keepMine;
  button.closest("[data-alert]").remove();
  save(form);
});
on("click", "[data-take-other]", () => {
  const form = current();
  if (form) { clearTimeout(of(form).timer); of(form).dirty = false; }
  location.reload();
});

function stale(html) {
  const place = document.getElementById("alerts");
  if (place && !place.querySelector("[data-alert]")) {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    place.replaceChildren(...parsed.body.children);
  }
}

/* Leaving */
window.addEventListener("beforeunload", (event) => {
  const form = current();
  if (!form || !of(form).dirty) return;
  if (form.dataset.autosave) save(form, true);
  else event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  const form = current();
  if (document.visibilityState === "hidden" && form?.dataset.autosave && of(form).dirty) save(form, true);
});
document.addEventListener("htmx:confirm", async (event) => {
  const { elt, question, issueRequest, verb } = event.detail;
  if (question || event.defaultPrevented) return;
  if (elt.matches("[data-cancel]") ? !typed() : !unsaved()) return;
  const leaves = elt.matches("[data-cancel], [data-release]") || (verb === "get" && elt.matches("a[href], form:not([hx-get])") && !elt.closest("[data-composer]"));
  if (!leaves) return;
  const form = current();
  event.preventDefault();
  if (form.dataset.autosave && !elt.matches("[data-cancel], [data-release]")) {
    await save(form);
    issueRequest(true);
  } else if (await ask(t(elt.matches("[data-cancel]") ? "giveUp" : "leave"), true)) {
    of(form).dirty = false;
    issueRequest(true);
  }
});

function names() {
  if (MAC) for (const key of document.querySelectorAll("[data-mac]")) key.textContent = key.dataset.mac;
}
document.addEventListener("htmx:afterSettle", names);
names();

/* The composer that the server has answered with is clean; one with an error says so aloud. */
document.addEventListener("htmx:afterSwap", () => {
  const wrong = document.querySelector("form[data-composer] [aria-invalid=true]");
  if (wrong && !wrong.dataset.told) {
    wrong.dataset.told = "1";
    of(wrong.form).dirty = true;
    wrong.focus();
    announce(document.getElementById(wrong.getAttribute("aria-describedby"))?.textContent || "");
  }
});
