// The whole log-in is one document: the server says which step is open, and
// this shows it.
const main = document.querySelector("main");
const ops = { user: "login", password: "login", tiles: "OTP", delivery: "OTP", code: "OTP", question: "QUESTION", stop: "error" };

async function send(path, body) {
  for (const error of main.querySelectorAll(".error, .said")) error.hidden = true;
  const reply = await fetch(path, body === undefined ? {} : { method: "POST", body: new URLSearchParams(body) });
  show(await reply.json());
}

function show(state) {
  if (state.go) {
    location.assign(state.go);
    return;
  }
  const name = state.step === "code" ? (state.older ? "older" : "newer") : state.step;
  main.replaceChildren(document.querySelector(`template#${name}`).content.cloneNode(true));
  history.replaceState(null, "", `?IAM_OP=${ops[state.step]}`);
  const error = main.querySelector(".error");
  if (state.fault && error) {
    error.textContent = state.fault;
    error.hidden = false;
  } else if (state.fault) {
    const above = document.createElement("p");
    above.className = "error";
    above.id = "appErrorAbove";
    above.textContent = state.fault;
    main.prepend(above);
  }
  const form = main.querySelector("form");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form.getAttribute("action"), new FormData(form));
  });
  ({ user, password, tiles, delivery, code })[state.step]?.(state);
}

const field = (selector) => main.querySelector(selector);

function user(state) {
  const name = field("#userID");
  name.addEventListener("input", () => { field("#continueFromUserLogin").disabled = name.value.trim().length < 3; });
  if (!state.saved) return;
  const fresh = [name.parentElement, field("#continueFromUserLogin")];
  const saved = [field("#savedUserUserButton0"), field("#anotherUser")];
  saved[0].textContent = state.saved;
  for (const el of fresh) el.hidden = true;
  for (const el of saved) el.hidden = false;
  saved[1].addEventListener("click", () => {
    for (const el of fresh) el.hidden = false;
    for (const el of saved) el.hidden = true;
  });
}

function password(state) {
  const ask = () => document.body.append(veil(document.querySelector("template#keep")));
  field("#keepMeIn").addEventListener("change", ask);
  if (state.keeps) field("#password").addEventListener("input", ask, { once: true });
}

// veil is a modal that goes when its cross is clicked.
function veil(template) {
  const box = template.content.cloneNode(true).firstElementChild;
  box.querySelector("#cancelModalXBtn").addEventListener("click", () => box.remove());
  return box;
}

function radio(name, value, title, text) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name, value });
  input.setAttribute("label", title);
  label.append(input, " ", text);
  return label;
}

function tiles(state) {
  for (const { id, label } of state.channels) {
    const tile = radio("to", id, label, label);
    tile.className = "tile";
    field("#radio-form-container").append(tile);
  }
}

function delivery(state) {
  const form = field("#deliveryForm");
  for (const { id, label } of state.channels.toReversed()) form.prepend(radio("selectCTN", id, label, label));
  form.addEventListener("change", () => { field("#continueButton").disabled = false; });
  form.addEventListener("formdata", ({ formData }) => formData.set("to", formData.get("selectCTN")));
}

function code(state) {
  field("#codeSentTo").textContent = state.to;
  field("#codeResentText").hidden = !state.resent;
  field("#resendCode").addEventListener("click", () => send("/resend", {}));
}

send("/state");
