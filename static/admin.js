// What the dashboard does where script runs: ids are copied by a click, and
// the script's pane starts at the line that failed.
(() => {
  "use strict";
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button || !navigator.clipboard) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1200);
  });
  const failed = document.querySelector("[data-script] .line-failed");
  const pane = failed?.closest("[data-script]");
  if (pane) pane.scrollTop = failed.offsetTop - pane.clientHeight / 2;
})();
