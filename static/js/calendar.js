/* [data-calendar="#field"] opens a calendar for a period. Days are picked inclusively: one press is that day, a second
   one makes it a period up to and with that day; what is written has an exclusive end, as a period is typed (M2b).
   Keys: arrows move by day and week, PageUp and PageDown by month, Home and End within the week, Escape closes. */
import { announce, icon, on, t } from "./dom.js";

const DAY = 86_400_000;
const lang = () => document.documentElement.lang || "ja";
// Days are reckoned in UTC, where every one has 24 hours; only «today» is the clock's.
const utc = (year, month, day) => new Date(Date.UTC(year, month, day));
const plus = (date, days) => new Date(date.getTime() + days * DAY);
const two = (number) => String(number).padStart(2, "0");
const text = (date) => `${String(date.getUTCFullYear()).padStart(4, "0")}/${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}`;
const key = (date) => text(date).replaceAll("/", "-");
const format = (date, how) => new Intl.DateTimeFormat(lang(), { ...how, timeZone: "UTC" }).format(date);

function today() {
  const now = new Date();
  return utc(now.getFullYear(), now.getMonth(), now.getDate());
}

function day(written) {
  const found = /^(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})$/.exec(written);
  if (!found) return null;
  const date = utc(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
  return date.getUTCMonth() === Number(found[2]) - 1 ? date : null;
}

/** The first and the last day of what stands in the field, both included; null where open or unreadable. */
function read(value) {
  const found = /^\s*([\d/.]*)\s*[-~〜]?\s*([\d/.]*)\s*$/.exec(value.normalize("NFKC"));
  const first = found && day(found[1]);
  let last = found && day(found[2]);
  if (first && last && last > first) last = plus(last, -1);
  else if (first && (last || !/[-~〜]/.test(value))) last = first;
  return { first, last };
}

let open = null; // {button, field, element, month, at, first, last, picking}

function close(focus = false) {
  if (!open) return;
  open.element.remove();
  open.button.setAttribute("aria-expanded", "false");
  if (focus) open.button.focus();
  open = null;
}

function write(first, last) {
  open.first = first;
  open.last = last;
  open.field.value = `${text(first)}-${text(plus(last, 1))}`;
  open.field.dispatchEvent(new Event("change", { bubbles: true }));
  const days = first.getTime() === last.getTime() ? [first] : [first, last];
  announce(days.map((each) => format(each, { dateStyle: "long" })).join(" – "));
}

function pick(date) {
  if (open.picking) {
    const [first, last] = [open.picking, date].sort((a, b) => a - b);
    write(first, last);
    close(true);
    return;
  }
  open.picking = date;
  write(date, date);
  draw(true);
}

function node(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

function arrow(step, label) {
  const button = node("button", { type: "button", class: "btn btn-quiet btn-icon btn-s", "aria-label": label, "data-month": step });
  button.append(icon(`chevron-${step < 0 ? "left" : "right"}`));
  return button;
}

function draw(focus) {
  const { element, month, at } = open;
  const title = format(month, { year: "numeric", month: "long" });
  const begin = plus(month, -month.getUTCDay());
  const head = node("tr");
  for (let i = 0; i < 7; i += 1) {
    const name = format(plus(begin, i), { weekday: "short" });
    head.append(node("th", { scope: "col", abbr: format(plus(begin, i), { weekday: "long" }) }, name));
  }
  const body = node("tbody");
  for (let week = 0; week < 6; week += 1) {
    const row = node("tr");
    for (let i = 0; i < 7; i += 1) {
      const date = plus(begin, week * 7 + i);
      const chosen = open.first && open.last && date >= open.first && date <= open.last;
      const button = node("button", {
        type: "button", "data-day": key(date), tabindex: date.getTime() === at.getTime() ? "0" : "-1",
        "aria-label": format(date, { dateStyle: "full" }), "aria-pressed": String(Boolean(chosen)),
        "aria-current": date.getTime() === today().getTime() ? "date" : null,
        class: date.getUTCMonth() === month.getUTCMonth() ? "cal-day" : "cal-day cal-out",
      }, String(date.getUTCDate()));
      row.append(node("td", {}, button));
    }
    body.append(row);
  }
  const presets = node("div", { class: "cal-presets" });
  for (const name of ["today", "yesterday", "lastWeek", "thisMonth", "lastMonth"]) {
    presets.append(node("button", { type: "button", class: "btn btn-s", "data-preset": name }, t(name)));
  }
  element.replaceChildren(
    node("div", { class: "cal-head" }, arrow(-1, t("previousMonth")), node("span", { class: "strong", "aria-live": "polite" }, title), arrow(1, t("nextMonth"))),
    node("table", { "aria-label": title }, node("thead", {}, head), body),
    presets,
    node("p", { class: "field-note" }, t(open.picking ? "pickLast" : "pickFirst")),
  );
  if (focus) element.querySelector(`[data-day="${key(at)}"]`)?.focus();
}

function go(date, focus = true) {
  open.at = date;
  open.month = utc(date.getUTCFullYear(), date.getUTCMonth(), 1);
  draw(focus);
}

function byMonth(date, step) {
  const last = utc(date.getUTCFullYear(), date.getUTCMonth() + step + 1, 0);
  return utc(last.getUTCFullYear(), last.getUTCMonth(), Math.min(date.getUTCDate(), last.getUTCDate()));
}

on("click", "[data-calendar]", (event, button) => {
  if (open) { const same = open.button === button; close(true); if (same) return; }
  const field = document.querySelector(button.dataset.calendar);
  const { first, last } = read(field.value);
  const at = first || last || today();
  const element = node("div", { class: "cal", role: "dialog", "aria-label": button.getAttribute("aria-label") });
  button.parentNode.append(element);
  button.setAttribute("aria-expanded", "true");
  open = { button, field, element, at, first, last, month: at, picking: null };
  go(at);
  element.scrollIntoView({ block: "nearest" });
});

on("click", ".cal [data-month]", (event, button) => {
  const step = button.dataset.month;
  go(byMonth(open.at, Number(step)), false);
  open.element.querySelector(`[data-month="${step}"]`).focus();
});
on("click", ".cal [data-day]", (event, button) => {
  const date = day(button.dataset.day);
  open.at = date;
  if (date.getUTCMonth() !== open.month.getUTCMonth()) open.month = utc(date.getUTCFullYear(), date.getUTCMonth(), 1);
  pick(date);
});
on("click", ".cal [data-preset]", (event, button) => {
  const now = today();
  const month = utc(now.getUTCFullYear(), now.getUTCMonth(), 1);
  const before = utc(now.getUTCFullYear(), now.getUTCMonth() - 1, 1);
  const periods = {
    today: [now, now],
    yesterday: [plus(now, -1), plus(now, -1)],
    lastWeek: [plus(now, -6), now],
    thisMonth: [month, plus(utc(now.getUTCFullYear(), now.getUTCMonth() + 1, 1), -1)],
    lastMonth: [before, plus(month, -1)],
  };
  write(...periods[button.dataset.preset]);
  close(true);
});

on("keydown", ".cal", (event) => {
  if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(true); return; }
  if (!event.target.matches("[data-day]")) return;
  const { at } = open;
  const weekday = at.getUTCDay();
  const next = {
    ArrowLeft: () => plus(at, -1), ArrowRight: () => plus(at, 1), ArrowUp: () => plus(at, -7), ArrowDown: () => plus(at, 7),
    Home: () => plus(at, -weekday), End: () => plus(at, 6 - weekday),
    PageUp: () => byMonth(at, -1), PageDown: () => byMonth(at, 1),
  }[event.key]?.();
  if (!next) return;
  event.preventDefault();
  go(next);
}, true);

document.addEventListener("pointerdown", (event) => {
  if (open && !open.element.contains(event.target) && !open.button.contains(event.target)) close();
});
document.addEventListener("focusin", (event) => {
  if (open && !open.element.contains(event.target) && event.target !== open.button) close();
});
