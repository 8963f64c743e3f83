/* Boot. Everything listens on the document (delegation by data attributes), so that swapped and
   restored pages need no wiring; each module says what it looks for.
   What only some pages need is named in parts.js and fetched there. */
import "./http.js";
import "./order.js";
import "./toasts.js";
import "./copy.js";
import "./dialog.js";
import "./menus.js";
import "./scroll.js";
import "./tabs.js";
import "./list.js";
import "./keyboard.js";
import "./composer.js";
import "./filedrop.js";
import "./ago.js";
import "./parts.js";
import { start } from "./live.js";

start();
