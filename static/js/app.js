/* Boot. Everything listens on the document (delegation by data attributes), so that swapped and
   restored pages need no wiring; each module says what it looks for. */
import "./http.js";
import "./toasts.js";
import "./copy.js";
import "./dialog.js";
import "./menus.js";
import "./scroll.js";
import "./splitter.js";
import "./tabs.js";
import "./beside.js";
import "./list.js";
import "./bulk.js";
import "./look.js";
import "./filter.js";
import "./search.js";
import "./calendar.js";
import "./drawers.js";
import "./variables.js";
import "./signature.js";
import "./labels.js";
import "./keyboard.js";
import "./composer.js";
import "./addresses.js";
import "./filedrop.js";
import "./senders.js";
import "./rich.js";
import "./heartbeat.js";
import "./presence.js";
import "./files.js";
import "./clientfile.js";
import "./ago.js";
import "./countdown.js";
import "./poll.js";
import { start } from "./live.js";

start();
