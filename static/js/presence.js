/* [data-looking]: who else has this mail open.

   The page says so itself every 20 seconds while it is seen, and is answered with the others;
   what changes in between comes by the stream (live.js passes it on as the event «presence»). */
import { csrf, t } from "./dom.js";

const EVERY_MS = 20_000;
const MOST = 4;
const place = () => document.querySelector("[data-looking]");

function body(more = {}) {
  const data = new FormData();
  data.set("csrfmiddlewaretoken", csrf());
  for (const [name, value] of Object.entries(more)) data.set(name, value);
  return data;
}

async function say() {
  const at = place();
  if (!at || document.hidden) return;
  let answer;
  try {
    answer = await fetch(at.dataset.looking, { method: "POST", body: body(), headers: { Accept: "application/json" } });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the network: the next round tries again
    return;
  }
  if (answer.ok && !answer.redirected && at.isConnected) show(at, (await answer.json()).people);
}

function show(at, people) {
  const others = people.filter((person) => String(person.id) !== document.body.dataset.user);
  const names = others.map((person) => person.name);
  if (at.dataset.names === names.join("\n")) return;
  at.dataset.names = names.join("\n");
  at.hidden = !names.length;
  at.querySelector("[data-words]").textContent = names.length ? t("looking", names.join(t("listComma"))) : "";
  at.title = names.length ? t("looking", names.join(t("listComma"))) : "";
  at.querySelector("[data-faces]").replaceChildren(...others.slice(0, MOST).map(face), ...more(others.length - MOST));
}

function face({ name, color }) {
  const badge = document.createElement("span");
  badge.className = `av av-${color % 12}`;
  badge.textContent = [...name][0] || "";
  return badge;
}

function more(number) {
  if (number <= 0) return [];
  const badge = document.createElement("span");
  badge.className = "n";
  badge.textContent = `+${number}`;
  return [badge];
}

document.addEventListener("presence", ({ detail: { public_id: id, state } }) => {
  const at = place();
  if (at?.closest("[data-mail]")?.dataset.mail === id) show(at, state.people);
});

function leave() {
  const at = place();
  if (at) navigator.sendBeacon(at.dataset.looking, body({ gone: "1" }));
}

setInterval(say, EVERY_MS);
say();
document.addEventListener("visibilitychange", () => { if (!document.hidden) say(); });
document.addEventListener("htmx:historyRestore", say);
window.addEventListener("pagehide", leave);
/* Boosted links change the page without closing it. */
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target === document.body && detail.shouldSwap) leave();
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target === document.body) say();
});
