// The processor's frame turns the card into a token, and only that is sent.
const form = document.querySelector("#cardForm");
const frame = document.querySelector("#cardFrame");
const save = document.querySelector("#saveCard");
const fault = document.querySelector("#cardFault");
const processor = new URL(frame.src).origin;
let complete = false;

const look = () => {
  save.disabled = !complete || ![...form.querySelectorAll("input:not([type=hidden])")].every((input) => input.value.trim());
};
form.addEventListener("input", look);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  save.disabled = true;
  frame.contentWindow.postMessage("tokenize", processor);
});

addEventListener("message", (event) => {
  if (event.origin !== processor) return;
  const { token, problem } = event.data;
  if ("complete" in event.data) complete = event.data.complete;
  if (token) {
    document.querySelector("#cardToken").value = token;
    form.submit();
    return;
  }
  if (problem) {
    fault.textContent = problem;
    fault.hidden = false;
  }
  look();
});

// A careless site: it asks even whoever has just saved the form.
if (form.dataset.holds) addEventListener("beforeunload", (event) => event.preventDefault());
