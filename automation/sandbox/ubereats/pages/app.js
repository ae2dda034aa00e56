// Routes the one page by itself. A screen is a function that returns what is
// to be shown; the session is kept in local storage, as single-page sites do.
import { logIn } from "./login.js";
import { orderList, receipt } from "./orders.js";

const root = document.querySelector("#root");
const storage = { session: "larder.session", email: "larder.email", survey: "larder.survey" };

export const session = {
  get: () => localStorage.getItem(storage.session),
  set: (text, email) => { localStorage.setItem(storage.session, text); localStorage.setItem(storage.email, email); },
  email: () => localStorage.getItem(storage.email),
  end: () => localStorage.removeItem(storage.session),
};
export const surveyed = {
  get: () => localStorage.getItem(storage.survey) !== null,
  set: () => localStorage.setItem(storage.survey, "declined"),
};

// h makes an element: h("p", { class: "note" }, "text", …).
export function h(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...inside.flat().filter((part) => part !== null));
  return element;
}

export function show(...parts) {
  root.replaceChildren(...parts);
  root.removeAttribute("aria-busy");
}

// stops are where a visit ends.
const stops = {
  wall: ["One more step", "We think that you are a robot, and robots do not eat. Access is denied."],
  maintenance: ["Our kitchen is closed", "We are down for maintenance and back in an hour."],
  busy: ["Slow down", "Too many tries. Wait a while before the next one."],
  trouble: ["Something went wrong", "We could not load this. Try again later."],
  locked: ["Your account is locked", "We locked it for your safety. Write to our support to open it."],
  terms: ["Our terms have changed", "Accept them in our app to go on."],
  passkey: ["Use your passkey", "This account can only be opened with a passkey on one of your devices."],
};

class Stopped extends Error {}

// ask asks the server. Where a visit ends, it shows so and throws.
export async function ask(path, message) {
  const reply = await fetch(path, {
    method: message ? "POST" : "GET",
    headers: { "Content-Type": "application/json", Authorization: "Bearer " + session.get() },
    body: message && JSON.stringify(message),
  });
  const body = await reply.json();
  if (body.stop) {
    const [title, text] = stops[body.stop];
    show(h("main", { class: "stop", "data-testid": "screen-" + body.stop }, h("h1", {}, title), h("p", {}, text)));
    throw new Stopped(body.stop);
  }
  return { ok: reply.ok, status: reply.status, ...body };
}

export function go(path, replace = false) {
  history[replace ? "replaceState" : "pushState"](null, "", path);
  route();
}

function feed() {
  show(top(), h("main", { "data-testid": "feed" }, h("h1", {}, "Hungry?"), h("p", {}, "Logged in as ", h("span", { "data-testid": "account-email" }, session.email())), h("p", {}, "Nothing is open near you. It never is."),
    h("p", {}, link("/orders", "Your orders"))));
}

export const link = (path, text, attributes = {}) =>
  h("a", { href: path, ...attributes, click: (e) => { e.preventDefault(); go(path); } }, text);

export const top = () => h("header", {}, link("/feed", "Larder Lane", { class: "name" }),
  h("nav", {}, link("/orders", "Orders"), h("button", { click: () => { session.end(); go("/login"); } }, "Log out")));

function route() {
  scrollTo(0, 0);
  const path = location.pathname;
  if (path === "/login") return session.get() ? go("/feed", true) : logIn();
  if (!session.get()) return go("/login", true);
  if (path === "/orders") return orderList();
  if (path.startsWith("/orders/")) return receipt(path.slice("/orders/".length));
  if (path !== "/feed") return go("/feed", true);
  feed();
}

addEventListener("popstate", route);
addEventListener("unhandledrejection", (e) => { if (e.reason instanceof Stopped) e.preventDefault(); });
route();
