// The log-in: the address first, then whatever the server says comes next.
import { ask, go, h, session, show } from "./app.js";

const sheet = (title, ...inside) => show(h("main", { class: "login" }, h("p", { class: "name" }, "Larder Lane"), h("h1", {}, title), ...inside));
const fault = (text) => h("p", { class: "fault", "data-testid": "field-error", role: "alert" }, text);

// step shows one field and its button. send returns what to complain about.
function step(title, attributes, valid, send) {
  const field = h("input", { ...attributes, input: () => { next.disabled = !valid(field.value); } });
  const next = h("button", {
    id: "forward-button", type: "button", disabled: true,
    click: async () => {
      document.querySelector(".fault")?.remove();
      next.disabled = true;
      const complaint = await send(field.value);
      if (!complaint) return;
      field.after(fault(complaint));
      next.disabled = !valid(field.value);
    },
  }, "Continue");
  sheet(title, h("label", { for: attributes.id }, attributes["aria-label"]), field, next);
  field.focus();
}

function after({ ok, error, step: name, flow, sentTo, session: given, email }) {
  if (!ok) return error;
  if (given) {
    session.set(given, email);
    go("/feed", true);
  } else if (name === "password") passwordStep(flow);
  else codeStep(flow, sentTo);
}

export function logIn() {
  step("What’s your email?", { id: "PHONE_NUMBER_or_EMAIL_ADDRESS", type: "email", autocomplete: "username", "aria-label": "Email" },
    (text) => /^[^@\s]+@[^@\s]+$/.test(text), async (who) => after(await ask("/api/login/who", { who })));
}

function passwordStep(flow) {
  step("Welcome back", { id: "PASSWORD", type: "password", autocomplete: "current-password", "aria-label": "Password" },
    (text) => text !== "", async (password) => after(await ask("/api/login/password", { flow, password })));
}

// codeStep has a box for each digit, and sends the code without a button when
// the last one has its own.
function codeStep(flow, sentTo) {
  const boxes = [0, 1, 2, 3].map((i) => h("input", {
    id: "EMAIL_OTP_CODE-" + i, inputmode: "numeric", autocomplete: i ? "off" : "one-time-code", maxlength: 1, "aria-label": "Digit " + (i + 1),
    input: () => { if (boxes[i].value) boxes[i + 1] ? boxes[i + 1].focus() : send(); },
  }));
  const note = h("div", {});

  async function send() {
    note.replaceChildren();
    for (const box of boxes) box.disabled = true;
    const complaint = after(await ask("/api/login/code", { flow, code: boxes.map((box) => box.value).join("") }));
    if (!complaint) return;
    for (const box of boxes) Object.assign(box, { disabled: false, value: "" });
    note.replaceChildren(fault(complaint));
    boxes[0].focus();
  }
  async function again() {
    note.replaceChildren();
    const { notice } = await ask("/api/login/resend", { flow });
    note.replaceChildren(h("p", { "data-testid": "code-sent", role: "status" }, notice));
  }
  sheet("Check your inbox", h("p", {}, "Enter the 4-digit code we sent to ", h("b", { "data-testid": "otp-destination" }, sentTo)),
    h("div", { class: "boxes" }, boxes), note, h("button", { id: "alt-RESEND", type: "button", class: "plain", click: again }, "I haven’t received a code"));
  boxes[0].focus();
}
