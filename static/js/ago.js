/* time[data-ago]: «3 s ago», kept right while the page is open. */
import { t } from "./dom.js";

function words(moment) {
  const seconds = Math.max(0, Math.round((Date.now() - moment) / 1000));
  if (seconds < 2) return t("justNow");
  if (seconds < 60) return t("secondsAgo", seconds);
  if (seconds < 3600) return t("minutesAgo", Math.floor(seconds / 60));
  if (seconds < 86400) return t("hoursAgo", Math.floor(seconds / 3600));
  return null;
}

export function showAges() {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const text = words(Date.parse(time.dateTime));
    if (text && time.textContent !== text) time.textContent = text;
  }
}

setInterval(() => { if (!document.hidden) showAges(); }, 1000);
document.addEventListener("htmx:afterSettle", showAges);
showAges();
