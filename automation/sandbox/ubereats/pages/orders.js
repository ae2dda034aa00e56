// The orders: a list that comes a few at a time, and a receipt for each.
import { ask, go, h, link, session, show, surveyed, top } from "./app.js";

async function fetched(path) {
  const body = await ask(path);
  if (body.status === 401) {
    session.end();
    go("/login", true);
  }
  return body.ok ? body : null;
}

const card = (o) => h("article", { class: "order", "data-testid": "order-card", "data-order": o.id },
  h("h2", {}, o.merchant), h("p", {}, h("span", {}, o.summary), " · ", h("span", {}, o.placed), " · ", h("span", {}, o.status)),
  link("/orders/" + o.id, "View receipt"));
// tile is the other design.
const tile = (o) => h("li", { class: "tile", "data-ref": o.id }, h("b", {}, o.merchant), " ", o.summary);

export async function orderList() {
  show(top(), h("main", { class: "waiting" }, h("h1", {}, "Past orders"), h("p", {}, "Looking through our books…")));
  const first = await fetched("/api/orders?from=0");
  if (!first || location.pathname !== "/orders") return;
  if (!first.orders.length) {
    return show(top(), h("main", { "data-testid": "no-orders" }, h("h1", {}, "Past orders"), h("p", {}, "You have not ordered anything yet.")));
  }
  if (first.crashes) return document.body.append(h("script", { src: "/assets/crash.js" }));
  if (first.redesigned) {
    return show(top(), h("main", {}, h("h1", {}, "Your table"), h("ul", { class: "tiles" }, first.orders.map(tile))));
  }
  const list = h("div", { "data-testid": "order-list" }, first.orders.map(card));
  const foot = h("p", { class: "foot" }, "Looking for more…");
  show(top(), h("main", {}, h("h1", {}, "Past orders"), list, foot));
  extend(list, foot, first.more);
  if (!surveyed.get()) setTimeout(invite, first.survey);
}

// extend makes the list longer whenever its foot comes into view, but not
// while a survey wants an answer.
function extend(list, foot, more) {
  const end = () => foot.replaceWith(h("p", { class: "foot", "data-testid": "end-of-orders" }, "That is all."));
  if (!more) return end();
  const watch = new IntersectionObserver(async ([seen]) => {
    if (!seen.isIntersecting) return;
    watch.disconnect();
    await answered();
    const next = await fetched("/api/orders?from=" + list.childElementCount);
    if (!next) return;
    list.append(...next.orders.map(card));
    if (next.more) watch.observe(foot);
    else end();
  });
  watch.observe(foot);
}

// answered waits until there is no survey any more.
const answered = () => new Promise((done) => {
  if (!document.querySelector(".survey")) return done();
  addEventListener("survey", done, { once: true });
});

// invite covers the window until it is answered.
function invite() {
  if (location.pathname !== "/orders" || document.querySelector(".survey")) return;
  const sheet = h("aside", { class: "survey", "data-testid": "survey", role: "dialog", "aria-label": "Survey" },
    h("h2", {}, "How hungry are you, from 0 to 10?"), h("p", {}, "Answer forty short questions and win nothing."),
    h("button", { type: "button", class: "plain" }, "Begin"),
    h("button", { type: "button", "data-testid": "survey-decline", click: () => { surveyed.set(); sheet.remove(); dispatchEvent(new Event("survey")); ask("/api/survey/declined", {}); } }, "No, thanks"));
  document.body.append(sheet);
}

export async function receipt(id) {
  show(top(), h("main", { class: "waiting" }, h("p", {}, "Looking for your receipt…")));
  const o = await fetched("/api/orders/" + encodeURIComponent(id));
  if (!o || location.pathname !== "/orders/" + id) return;
  show(top(), h("main", { class: "receipt", "data-testid": "receipt", "data-order": o.id },
    h("h1", {}, h("span", { "data-testid": "merchant" }, o.merchant)),
    h("p", {}, h("time", { datetime: o.datetime }, o.placed), " · ", h("span", { "data-testid": "order-status" }, o.status)),
    h("ul", {}, o.lines.map((line) => h("li", { "data-testid": "order-line" },
      h("span", { class: "quantity" }, line.quantity + " ×"), h("span", { class: "what" }, line.name), h("span", { class: "price" }, line.price)))),
    h("p", { class: "total" }, "Total ", h("b", { "data-testid": "order-total" }, o.total)),
    link("/orders", "Past orders")));
}
