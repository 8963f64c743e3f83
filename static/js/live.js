/* The page follows what others do.

   One stream a browser: the tab that holds the Web Lock reads the server-sent events and passes
   them on by BroadcastChannel (browsers allow six connections an origin). Where locks are withheld
   (plain http) each visible tab polls instead.

   Server: GET data-live?after=CURSOR, text/event-stream; no `event:` line; `id:` is the cursor;
   `data:` {id, kind, mailbox, public_id, version, state}. GET data-live-poll?after=CURSOR answers
   {after, events: [the same], reload: bool}. `event: reload` (or reload: true) says that too much
   has been missed. Kinds: `mail.received` is a new mail; `lock.*`, `status.*`, `assignee.*` change
   the banner, `mail.*` the open mail's marks; `sync.*` carries state.at; `presence` (no id: it is no event) tells who has a mail open; anything with a public_id changes its row.

   GET data-rows?ids=A,B&new=C,D&<the list's query> answers rows: those on screen as they are now,
   those of `new` that belong to the list; with nav=1 the navigation after them in a table. */
import { announce, t } from "./dom.js";
import { saving, unsaved } from "./composer.js";
import { toast } from "./toasts.js";
import { showAges } from "./ago.js";
import { showTicks } from "./list.js";

const ROWS_EVERY_MS = 2000;
const NAV_EVERY_MS = 5000;
const POLL_MS = 2500;
const AWAY_MS = 60_000;

const seen = new Set();
let cursor = "";

/* ---- transport ---- */
const channel = "BroadcastChannel" in window ? new BroadcastChannel("live") : null;
const jitter = (ms) => ms * (0.5 + Math.random());

function pass(message) {
  channel?.postMessage(message);
  receive(message);
}

function receive({ events = [], after, reload }) {
  if (after) cursor = after;
  if (reload) refreshAll();
  for (const event of events) {
    if (event.id !== undefined) {
      if (seen.has(event.id)) continue; // replays overlap on purpose
      seen.add(event.id);
      if (seen.size > 2000) seen.delete(seen.values().next().value);
    }
    handle(event);
  }
}

function url(base) {
  return cursor ? `${base}?after=${encodeURIComponent(cursor)}` : base;
}

/** Reads the stream until it breaks; resolves then. */
function stream() {
  return new Promise((resolve) => {
    const source = new EventSource(url(document.body.dataset.live));
    const since = Date.now();
    source.onmessage = (event) => pass({ events: [JSON.parse(event.data)], after: event.lastEventId });
    source.addEventListener("reload", (event) => pass({ reload: true, after: event.lastEventId }));
    source.onerror = () => { source.close(); resolve(Date.now() - since); };
    window.addEventListener("pagehide", () => source.close(), { once: true });
  });
}

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function lead() {
  for (let failures = 0; ; ) {
    const lasted = await stream();
    failures = lasted > 10_000 ? 0 : failures + 1;
    // All browsers of the office come back after a restart: not in the same second.
    await pause(jitter(Math.min(30_000, 1000 * 2 ** failures)));
  }
}

async function poll() {
  for (let failures = 0; ; ) {
    if (!document.hidden) {
      try {
        const answer = await fetch(url(document.body.dataset.livePoll), { headers: { Accept: "application/json" } });
        if (!answer.ok || answer.redirected) throw new TypeError(`poll ${answer.status}`);
        receive(await answer.json());
        failures = 0;
      } catch (error) {
        if (!(error instanceof TypeError) && !(error instanceof SyntaxError)) throw error;
        failures += 1;
      }
    }
    await pause(jitter(Math.min(30_000, POLL_MS * 2 ** failures)));
  }
}

export function start() {
  const { live, livePoll, liveAfter } = document.body.dataset;
  if (!live) return;
  cursor = liveAfter || "";
  channel?.addEventListener("message", (event) => receive(event.data));
  if (navigator.locks && channel && "EventSource" in window) navigator.locks.request("live", lead);
  else if (livePoll) poll();
}

/* ---- what an event does to the page ---- */
let news = new Set(); // ids of new mail to ask for
let changed = new Set(); // ids of rows to ask for again
let timer = 0;
let lastAsked = 0;
const waiting = new Map(); // rows of new mail that wait behind the bar

function handle(event) {
  const { kind = "", public_id: id } = event;
  if (kind === "presence") { document.dispatchEvent(new CustomEvent("presence", { detail: event })); return; }
  if (kind.startsWith("sync.")) showSync(event);
  if (kind in TOLD) tellWhom(event);
  if (LABELS.test(kind)) followLabels();
  if (!id) return;
  if (kind === "mail.undelivered") tellUndelivered(event);
  tellOpenMail(kind, id);
  askNav();
  const list = document.querySelector("[data-list]");
  if (!list) return;
  const row = document.getElementById(`m-${id}`);
  if (row) { if (!patch(row, event)) changed.add(id); }
  else if ((kind === "mail.received" || (kind.startsWith("comment.") && isTold(event) && /category=mentioned/.test(list.dataset.query))) && list.dataset.first) news.add(id);
  else if (waiting.has(id)) news.add(id);
  if (changed.size || news.size) askRows();
}

/* What an event tells by itself is written into the row without asking the server: with a whole
   office at work, asking would be most of what the server does. Only the very next version is
   patched; whatever else happened in between is asked for. */
const PATCHED = /^((status|assignee|lock|draft|outgoing)\.|mail\.(read|starred|unstarred)$)/;

function patch(row, { kind = "", version, state = {} }) {
  if (!Number.isInteger(version) || changed.has(idOf(row))) return false;
  const at = Number(row.dataset.v);
  if (version <= at) return true;
  if (version !== at + 1 || !PATCHED.test(kind) || !("status" in state)) return false;
  const place = row.querySelector(".p .st");
  const status = document.getElementById("row-statuses")?.content.querySelector(`.st-${CSS.escape(state.status)}`);
  if (state.status && !(place && status)) return false;
  if (state.status && !place.classList.contains(`st-${state.status}`)) place.replaceWith(status.cloneNode(true));
  row.querySelector(".w").replaceChildren(...(state.assignee ? [avatar(state)] : []));
  const star = row.querySelector(".star-btn");
  if (kind.endsWith("starred")) {
    if (!star) return false;
    star.ariaPressed = String(kind === "mail.starred");
    star.value = kind === "mail.starred" ? "0" : "1";
  }
  if (kind === "mail.read") {
    row.classList.remove("un");
    row.querySelector(".sub a .sr")?.remove();
  }
  row.dataset.v = version;
  return true;
}

function avatar({ assignee_name: name = "", assignee_color: color = 0 }) {
  const badge = document.createElement("span");
  badge.className = `av av-${color % 12}`;
  badge.role = "img";
  badge.title = name;
  badge.textContent = [...name][0] || "";
  return badge;
}

/* The open mail's pieces ask for themselves anew, by an event on the mail. Two things would make them
   tell the past. An answer takes its piece's place, and htmx forgets what was queued for a piece
   that is gone: so whatever happens while an answer is on its way is asked for once more. And an
   answer that came between a button and what it had asked for would take the button away, and the
   answer to it (a refusal!) would find no place: so what was pressed goes first. */
// What the open mail shows of itself in the banner and what rides along with it; not that it was read.
const SHOWN = /^(lock|status|assignee|draft|outgoing|change)\.|^mail\.(?!read$|unread$|received$|gone$)/;
const PIECES = { "lock-banner": "mail-lock", "comment-list": "mail-changed", "panel-draft": "mail-draft" };
const asked = new Set(); // events whose answers are on their way
const late = new Set(); // events to be asked for again
let pressed = 0; // what was pressed and is not answered yet
let times = 0; // how often something was pressed or answered
const askedAt = new WeakMap(); // a piece's request -> `times` when it was made

/* What somebody is being asked in a piece (a forced unlock's reason) stays under their hands. */
const asks = (event) => event === "mail-lock" && document.querySelector("#lock-banner dialog[open]");
document.addEventListener("close", ({ target }) => {
  if (target.closest("#lock-banner")) late.add("mail-lock");
  catchUp();
}, true);

const pieceOf = ({ elt, verb }) => (verb === "get" ? PIECES[elt.id] : undefined);

document.addEventListener("htmx:beforeSend", ({ detail: { xhr, requestConfig } }) => {
  const event = pieceOf(requestConfig);
  if (event) { asked.add(event); askedAt.set(xhr, times); }
  else if (requestConfig.verb !== "get") { pressed += 1; times += 1; hold(requestConfig.elt, xhr); }
  else return;
  xhr.addEventListener("loadend", () => {
    if (event) asked.delete(event);
    else { pressed -= 1; times += 1; }
    catchUp();
  });
});
/* Renewed all the same before its answer came (its event was under way already), what was pressed has no
   place in the page any more, and htmx would look for the place of a refusal in vain: it is put back,
   unseen, until its answer is done. */
function hold(elt, xhr) {
  xhr.addEventListener("readystatechange", () => {
    if (xhr.readyState !== XMLHttpRequest.DONE || elt.isConnected) return;
    elt.hidden = true;
    document.body.append(elt);
    xhr.addEventListener("loadend", () => elt.remove());
  });
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const event = pieceOf(detail.requestConfig);
  if (event === "mail-draft" && !paneMayGo()) {
    detail.shouldSwap = false; // begun, sent or typed in while it was asked for
    return;
  }
  // Read before what was pressed took effect, however late it comes: a sent reply would be a draft again.
  if (!event || (!pressed && !asks(event) && askedAt.get(detail.xhr) === times)) return;
  detail.shouldSwap = false;
  late.add(event);
});

/* Another time for a scheduled mail, being chosen while something happens to it, stays as it was chosen. */
document.addEventListener("htmx:beforeSwap", ({ detail: { target, requestConfig } }) => {
  if (target.id !== "sending" || requestConfig.verb !== "get") return;
  const { value, defaultValue } = document.getElementById("again-at") || {};
  if (value === defaultValue) return;
  document.addEventListener("htmx:afterSwap", () => {
    const field = document.getElementById("again-at");
    if (field) field.value = value;
  }, { once: true });
});

function tell(place, event) {
  if (pressed || asks(event) || asked.has(event)) late.add(event);
  else htmx.trigger(place, event);
}

function catchUp() {
  const place = document.querySelector("[data-mail]");
  for (const event of [...late]) {
    if (pressed || asks(event) || asked.has(event)) continue;
    late.delete(event);
    // What was pressed has brought the pane that it wants.
    if (event === "mail-draft" && paneHas("form[data-composer], #sending")) continue;
    if (place) htmx.trigger(place, event);
  }
}

function tellOpenMail(kind, id) {
  for (const place of document.querySelectorAll(`[data-mail="${CSS.escape(id)}"]`)) {
    tell(place, "mail-changed");
    if (kind === "mail.reread") htmx.trigger(place, "mail-reread");
    if (SHOWN.test(kind)) tell(place, "mail-lock");
    if (paneFollows(kind)) tell(place, "mail-draft");
  }
}

/* The draft's pane follows what becomes of the writing. A composer is only taken away when what it
   holds has gone elsewhere (sent in another tab, handed over), never from under somebody's typing,
   nor from a former holder; a sending follows itself. */
const GONE_ELSEWHERE = /^(outgoing\.(queued|scheduled)|lock\.handed_over|draft\.taken_over)$/;
const PANE = /^(outgoing\.|lock\.(handed_over|broken|expired|released|taken)$|draft\.(taken_over|started)$)/;
let composerGone = false; // what the composer on screen holds has gone elsewhere
const paneHas = (selector) => document.getElementById("panel-draft")?.querySelector(selector);

function paneFollows(kind) {
  if (!document.getElementById("panel-draft") || paneHas("#sending")) return false;
  if (!paneHas("form[data-composer]")) return PANE.test(kind);
  composerGone = !pressed && GONE_ELSEWHERE.test(kind);
  return composerGone && paneMayGo();
}

function paneMayGo() {
  if (paneHas("#sending")) return false;
  return !paneHas("form[data-composer]") || (composerGone && !unsaved() && !saving());
}

/** A mail that this person sent has come back. */
function tellUndelivered({ public_id: id, state }) {
  if (String(state?.author) === document.body.dataset.user) toast(t("undelivered", id), "bad");
}

/* Said to those whom it concerns: a comment calls them; Gmail has refused for good what they changed, and the mail
   goes back to Gmail's state; or a person has changed or deleted their saved draft in Gmail itself. */
const GOOD = new Set(["comment.added", "comment.edited", "lock.asked", "lock.handed_over"]);
const TOLD = { "comment.added": () => "called", "comment.edited": () => "called", "lock.asked": () => "lockAsked", "lock.declined": () => "lockDeclined", "lock.handed_over": () => "lockHandedOver", "outgoing.held": () => "sendingHeld", "outgoing.failed": () => "sendingFailed", "outgoing.uncertain": () => "sendingUncertain",
  "change.refused": () => "changeRefused", "label.refused": () => "labelRefused", "draft.let_go": (state) => (state.trouble === "draft_changed" ? "draftChanged" : "draftGone") };
/* A label was made, renamed, recoloured or deleted: it stands in every row, in the tree and in its list. */
const LABELS = /^labels?\./;
function followLabels() {
  askNav();
  htmx.trigger(document.body, "labels-changed");
  if (!document.querySelector("[data-list]")) return;
  for (const row of document.querySelectorAll("#rows tr[id]")) changed.add(idOf(row));
  if (changed.size) askRows();
}

const isTold = ({ state }) => [state?.told].flat().map(String).includes(document.body.dataset.user);

function tellWhom(event) {
  const { kind, public_id: id, state } = event;
  if (!isTold(event)) return;
  toast(t(TOLD[kind](state), state.draft || id || state.name), GOOD.has(kind) ? "ok" : "bad", id ? wayTo(id) : null);
  if (kind === "lock.handed_over" && document.querySelector(`[data-mail="${CSS.escape(id)}"]`)) document.getElementById("tab-draft")?.click();
}

/** A link to the mail that is told of, where it is not open already. */
function wayTo(id) {
  if (document.querySelector(`[data-mail="${CSS.escape(id)}"]`)) return null;
  const link = document.createElement("a");
  link.className = "toast-way";
  link.href = `${document.body.dataset.mails}${encodeURIComponent(id)}/`;
  link.textContent = t("openMail");
  return link;
}

function askRows() {
  if (timer) return;
  const wait = Math.max(jitter(120), lastAsked + ROWS_EVERY_MS - Date.now());
  timer = setTimeout(fetchRows, wait);
}

async function fetchRows() {
  timer = 0;
  lastAsked = Date.now();
  const list = document.querySelector("[data-list]");
  if (!list) return;
  const [ids, fresh] = [[...changed], [...news]];
  changed = new Set();
  news = new Set();
  const query = new URLSearchParams(list.dataset.query);
  if (ids.length) query.set("ids", ids.join(","));
  if (fresh.length) query.set("new", fresh.join(","));
  // Where rows are asked for, the numbers of the navigation need no request of their own.
  const counts = navTimer && Date.now() - navAskedAt > NAV_EVERY_MS / 2;
  if (counts) {
    query.set("nav", "1");
    clearTimeout(navTimer);
    navTimer = 0;
    navAskedAt = Date.now();
  }
  let answer;
  try {
    answer = await fetch(`${document.body.dataset.rows}?${query}`);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    answer = null; // the network: asked again below
  }
  if (!answer?.ok || answer.redirected) {
    for (const id of ids) changed.add(id);
    for (const id of fresh) news.add(id);
    if (counts) askNav();
    if (!answer || answer.status >= 500) timer = setTimeout(fetchRows, jitter(8000));
    return;
  }
  const box = document.createElement("template");
  box.innerHTML = await answer.text();
  if (list.isConnected) for (const row of [...box.content.querySelectorAll("tr[id]")]) place(row);
  if (counts) showNumbers(box.content);
  showBar();
}

/** A row's id in the page is «m-» and the mail's id. */
const idOf = (row) => row.id.slice(2);

function place(row) {
  const old = document.getElementById(row.id);
  if (!old) { waiting.set(idOf(row), row); return; }
  if (Number(old.dataset.v) > Number(row.dataset.v)) return;
  const [box, ticked] = [row, old].map((each) => each.querySelector("input[name=id]"));
  if (box && ticked) box.checked = ticked.checked; // neither where nothing may be done to many
  row.classList.toggle("is-at", old.classList.contains("is-at"));
  const focusables = "a, input, button";
  const at = [...old.querySelectorAll(focusables)].indexOf(document.activeElement);
  old.replaceWith(row);
  htmx.process(row);
  if (at >= 0) row.querySelectorAll(focusables)[at]?.focus({ preventScroll: true });
  showTicks();
}

function showBar() {
  const bar = document.querySelector("[data-new-mail]");
  if (!bar) return;
  const before = bar.textContent;
  bar.hidden = !waiting.size;
  bar.textContent = t("newMail", waiting.size);
  if (waiting.size && before !== bar.textContent) announce(bar.textContent);
}

document.addEventListener("click", (event) => {
  const bar = event.target.closest?.("[data-new-mail]");
  if (!bar) return;
  const body = document.getElementById("rows");
  if (!body) { location.reload(); return; }
  const date = (row) => Date.parse(row.querySelector("time").dateTime);
  // Of the same second, the one that came last is the newest.
  const rows = [...waiting.values()].reverse().sort((a, b) => date(b) - date(a));
  waiting.clear();
  body.prepend(...rows);
  for (const row of rows) htmx.process(row);
  showBar();
  showTicks();
  document.getElementById("list-scroll").scrollTop = 0;
  rows[0]?.querySelector(".sub a")?.focus({ preventScroll: true });
});

/** After a long absence: every row on screen and the open mail are asked for once. */
function refreshAll() {
  for (const row of document.querySelectorAll("#rows tr[id]")) changed.add(idOf(row));
  if (changed.size) askRows();
  for (const place of document.querySelectorAll("[data-mail]")) {
    tell(place, "mail-changed");
    tell(place, "mail-lock");
  }
}

let hiddenAt = 0;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenAt = Date.now();
  else if (hiddenAt && Date.now() - hiddenAt > AWAY_MS) refreshAll();
});

/* Another list: what waited for the old one is forgotten. */
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.boosted || event.detail.target === document.body) forget();
});
document.addEventListener("htmx:historyRestore", () => {
  forget();
  refreshAll(); // the page is as it was left, and the mail has gone on
});
function forget() {
  waiting.clear();
  news.clear();
  changed.clear();
}

/* The lock banner is read aloud when its holder has changed. */
let holder = null;
document.addEventListener("htmx:afterSettle", () => {
  const banner = document.getElementById("lock-banner");
  const now = banner ? banner.dataset.holder : null;
  if (banner && holder !== null && now !== holder) {
    const lost = banner.querySelector(".lock-lost .banner-body");
    // On a phone the banner may be far above what is being typed.
    if (lost && lost.getBoundingClientRect().bottom < 0) toast(lost.innerText, "bad");
    else announce(banner.querySelector(".banner-title")?.textContent || t("lockFree"));
  }
  holder = now;
});

/* Sync state and the numbers of the navigation */
function showSync(event) {
  const time = document.querySelector("#sync .sync-ok time[data-ago]");
  if (!time || !event.state?.at) return;
  time.dateTime = event.state.at;
  showAges();
}

/** The labels of the navigation, where they are not the same any more. */
function showTree(fresh) {
  const [before, now] = [document, fresh].map((page) => page.querySelector("[data-nav-labels]"));
  if (!before || !now) return;
  const said = (tree) => [...tree.querySelectorAll("a")].map((link) => `${link.href} ${link.querySelector(".dot").className} ${link.className} ${link.querySelector(".clip").title}`).join();
  if (said(before) === said(now)) return;
  const at = before.querySelector("[aria-current]")?.getAttribute("href");
  before.innerHTML = now.innerHTML;
  before.querySelector(`a[href="${CSS.escape(at || "")}"]`)?.setAttribute("aria-current", "page");
  htmx.process(before);
}

document.addEventListener("nav-changed", () => askNav(true)); // what was done here
let navTimer = 0;
let navAskedAt = 0;
function askNav(now = false) {
  if (!document.body.dataset.nav || (navTimer && !now)) return;
  clearTimeout(navTimer);
  navTimer = setTimeout(async () => {
    navTimer = 0;
    navAskedAt = Date.now();
    const answer = await fetch(document.body.dataset.nav).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    showNumbers(new DOMParser().parseFromString(await answer.text(), "text/html"));
  }, now ? 0 : jitter(NAV_EVERY_MS));
}

/** The numbers of a navigation that came anew, moved into the one on the page. */
function showNumbers(fresh) {
  showTree(fresh); // before its numbers are moved into the page
  for (const link of fresh.querySelectorAll("a.nav-link")) {
    const shown = document.querySelector(`#nav a[href="${CSS.escape(link.getAttribute("href"))}"]`);
    if (!shown) continue;
    shown.querySelector(".n")?.remove();
    const number = link.querySelector(".n");
    if (number) shown.append(number);
  }
}
