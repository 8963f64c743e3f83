/* What every module needs: the words of the page, and the announcer for screen readers. */

/** A word from templates/shell/_strings.html; %n is replaced. */
export function t(key, n = "") {
  const found = document.getElementById("strings")?.content.querySelector(`[data-key="${key}"]`);
  return (found ? found.textContent : key).replace("%n", n);
}

/** A clone of an icon of the page: "circle-check", "circle-alert", "x". */
export function icon(name) {
  const use = document.getElementById("icons")?.content.querySelector(`use[href$="#i-${name}"]`);
  return use ? use.parentNode.cloneNode(true) : document.createElement("span");
}

export function announce(text) {
  const place = document.getElementById("announcer");
  if (!place) return;
  place.textContent = "";
  // The same words twice are only read twice when the region was empty in between.
  setTimeout(() => { place.textContent = text; }, 50);
}

/** Whether a key event belongs to a kana conversion. 229 is what some browsers report instead. */
export function composing(event) {
  return event.isComposing || event.keyCode === 229;
}

export function csrf() {
  const headers = document.body.getAttribute("hx-headers");
  return headers ? JSON.parse(headers)["X-CSRFToken"] : "";
}

export function on(type, selector, handler, options) {
  document.addEventListener(type, (event) => {
    const element = event.target instanceof Element ? event.target.closest(selector) : null;
    if (element) handler(event, element);
  }, options);
}
