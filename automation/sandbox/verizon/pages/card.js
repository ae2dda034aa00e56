// Sends the form once the processor's frame has made a token of the card. On
// the way it asks, as an aside, for something else; and a page that was typed
// into does not like to be left.
const form = document.querySelector("#card-form");
const frame = document.querySelector("#secure-form");
const refused = document.querySelector("#card-refused");
let typed = false;

form.addEventListener("input", () => { typed = true; });
addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });

form.addEventListener("submit", (event) => {
  event.preventDefault();
  refused.hidden = true;
  if (confirm("While you are here: switch to bills without paper?")) document.querySelector("#paperfree").value = "yes";
  frame.contentWindow.postMessage({ type: "tokenize" }, location.origin);
});

addEventListener("message", (event) => {
  if (event.origin !== location.origin || event.source !== frame.contentWindow) return;
  if (event.data.token) {
    typed = false;
    document.querySelector("#card-token").value = event.data.token;
    form.submit();
  } else {
    refused.textContent = event.data.error;
    refused.hidden = false;
  }
});
