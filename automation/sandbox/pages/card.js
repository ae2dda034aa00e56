// The carrier never sees the card: the processor's frame turns it into a
// token, and only that is sent with this form.
const form = document.querySelector("#card-form");
const frame = document.querySelector("#card-frame");
const save = document.querySelector("#save-card");
const refused = document.querySelector("#card-refused");
const processor = new URL(frame.src).origin;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  refused.hidden = true;
  save.disabled = true;
  frame.contentWindow.postMessage({ type: "tokenize" }, processor);
});

addEventListener("message", (event) => {
  if (event.origin !== processor || event.source !== frame.contentWindow) return;
  if (event.data.type === "token") {
    document.querySelector("#card-token").value = event.data.token;
    form.submit();
  } else if (event.data.type === "problem") {
    refused.textContent = event.data.problem;
    refused.hidden = false;
    save.disabled = false;
  }
});
