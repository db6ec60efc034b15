// Shortcuts and small comforts. Every page works without this file.
"use strict";
(() => {
  const on = () => document.body.dataset.keys === "on";
  const typing = (where) => where.closest("input, select, textarea, [contenteditable]") !== null;
  let after = "";

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details.pick[open]").forEach((each) => { each.open = false; });
    if (!on() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const letter = after === "g" ? event.key : "";
    after = event.key === "g" ? "g" : "";
    if (letter) {
      const tab = document.querySelector(`[data-letter="${CSS.escape(letter)}"]`);
      if (tab) tab.click();
    } else if (event.key === "/") {
      const find = document.querySelector(".find");
      if (find) { event.preventDefault(); find.focus(); }
    } else if (event.key === "?") {
      const help = document.getElementById("shortcuts");
      help.open = true;
      help.querySelector("summary").focus();
    }
  });

  // What a list of boxes has chosen stands in its heading; one list is open at a time.
  document.addEventListener("change", (event) => {
    const pick = event.target.closest("details.pick");
    if (!pick) return;
    const chosen = [...pick.querySelectorAll("input:checked")].map((each) => each.parentElement.textContent.trim());
    pick.querySelector("summary .chosen").textContent = chosen.join(pick.dataset.comma) || pick.dataset.none;
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.pick[open]").forEach((each) => { if (!each.contains(event.target)) each.open = false; });
  });

  // Paper shows what the screen folds away.
  addEventListener("beforeprint", () => document.querySelectorAll("main details:not([open], .pick)").forEach((each) => { each.dataset.unfolded = ""; each.open = true; }));
  addEventListener("afterprint", () => document.querySelectorAll("[data-unfolded]").forEach((each) => { each.open = false; delete each.dataset.unfolded; }));
})();
