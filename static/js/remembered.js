/* Runs before the page is drawn, so that nothing jumps: what this browser remembers of how its person
   wants to look at things stands on <html>, which survives every swap of the page below it.
   `split` the width of the mail's pane in per cent · `density` "", "compact" or "roomy" ·
   `hidden` the columns left out of the list. Read by splitter.js and look.js, which write it. */
(() => {
  const root = document.documentElement;
  let kept = {};
  try {
    kept = { split: localStorage.getItem("split"), density: localStorage.getItem("density"), hidden: localStorage.getItem("hidden") };
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // a browser that keeps nothing
  }
  const split = Number(kept.split);
  if (split >= 30 && split <= 70) root.style.setProperty("--split", `${split}%`);
  if (/^(compact|roomy)$/.test(kept.density || "")) root.dataset.density = kept.density;
  if (/^[a-z ]+$/.test(kept.hidden || "")) root.dataset.hidden = kept.hidden;
})();
