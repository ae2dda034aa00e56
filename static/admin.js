// The dashboard with JavaScript: a click copies an id, and the source of a
// script is scrolled to the line that failed.
(() => {
  "use strict";
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button || !navigator.clipboard) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1200);
  });
  const failedLine = document.querySelector("[data-script] .line-failed");
  const source = failedLine?.closest("[data-script]");
  if (source) source.scrollTop = failedLine.offsetTop - source.clientHeight / 2;
})();
