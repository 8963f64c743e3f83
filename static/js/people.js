/* Lists of people as text: what is typed and pasted into an address field, and the one line that is
   posted. Written as callcenter.addresses and mail.mime.addresses read it. */

const LOCAL = /^(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}|"(?:[^"\\]|\\.){1,62}")$/;
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u;
const PLAIN_NAME = /^[^\x00-\x1f\x7f()<>@,;:\\".[\]]+$/;
const SEPARATORS = ",;、，；\n\r";

/** Whether a mail can be sent there. */
export function isAddress(text) {
  const at = text.lastIndexOf("@");
  if (at < 1 || text.length > 254) return false;
  const labels = text.slice(at + 1).split(".");
  const local = text.slice(0, at);
  return LOCAL.test(local) && /[^.]/.test(local) && labels.length > 1
    && labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1));
}

/** The form in which two addresses are compared. */
export const keyOf = (person) => (person.address || person.name).normalize("NFKC").toLowerCase();

/** `name <address>`; the name in quotes where it must be. */
export function formatPerson({ name, address }) {
  const plain = name.split(/\s+/).filter(Boolean).join(" ");
  if (!plain) return address;
  const safe = PLAIN_NAME.test(plain) && !plain.includes("=?") && !plain.startsWith("'");
  const shown = safe || !address ? plain : `"${plain.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  return address ? `${shown} <${address}>` : shown;
}

export const formatPeople = (people) => people.map(formatPerson).join(", ");

/** The pieces between separators that stand outside of quotes and angles: [text, what ended it]. */
function pieces(text) {
  const found = [];
  let piece = "", quoted = false, angled = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (quoted && sign === "\\") { piece += sign + (text[at += 1] ?? ""); continue; }
    // A quote that never closes is only a sign.
    if (sign === '"' && (quoted || text.indexOf('"', at + 1) > 0)) quoted = !quoted;
    else if (!quoted && sign === "<") angled = text.indexOf(">", at) > 0;
    else if (!quoted && sign === ">") angled = false;
    if (!quoted && !angled && SEPARATORS.includes(sign)) { found.push([piece, sign]); piece = ""; } else piece += sign;
  }
  found.push([piece, ""]);
  return found;
}

const unquote = (text) => text.trim().replace(/^"((?:[^"\\]|\\.)*)"$/, "$1").replace(/\\(.)/g, "$1").trim();
const clean = (address) => address.normalize("NFKC").trim().replace(/^mailto:/i, "");

function person(piece) {
  const text = piece.replace(/[\s\u3000]+/g, " ").trim();
  const angles = /^(.*)<([^<>]*)>$/.exec(text);
  if (angles) return [{ name: unquote(angles[1]), address: clean(angles[2]) }];
  const words = text.split(" ");
  const addresses = words.filter((word) => isAddress(clean(word)));
  // Several addresses with mere blanks between them; or a line of a table: name, address.
  if (addresses.length === words.length) return addresses.map((word) => ({ name: "", address: clean(word) }));
  if (addresses.length === 1) return [{ name: unquote(words.filter((word) => word !== addresses[0]).join(" ")), address: clean(addresses[0]) }];
  return [{ name: "", address: clean(text) }];
}

/** The people that a text names, in order; what is no address stays as it was typed. */
export function parsePeople(text) {
  const found = [];
  let held = null; // without an address: perhaps the first half of «Last, First <a@b>»
  for (const [piece, end] of pieces(text)) {
    if (!piece.trim()) { if (held && end !== ",") { found.push(held); held = null; } continue; }
    const [first, ...others] = person(piece);
    if (held && first.name && isAddress(first.address)) first.name = `${held.address}, ${first.name}`;
    else if (held && isAddress(first.address) && text.includes("\n")) first.name = held.address; // «name,address» lines
    else if (held) found.push(held);
    held = null;
    if (!first.name && !first.address.includes("@") && end === ",") held = first;
    else found.push(first, ...others);
  }
  if (held) found.push(held);
  return found;
}
