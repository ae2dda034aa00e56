// The account's pages are one document, and what they show is loaded after
// they are there.
const main = document.querySelector("main");
const template = (selector) => document.querySelector(`template${selector}`).content.cloneNode(true);
let account = {};

async function load(path) {
  const reply = await fetch(path);
  if (!reply.ok) throw new Error(`${reply.status}`);
  return reply.json();
}

function make(tag, attributes, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, value);
  el.append(...children);
  return el;
}

// go shows a page without asking the server for it.
function go(address) {
  history.pushState(null, "", address);
  show();
}

async function show() {
  const page = document.createElement("section");
  page.append(template(`[data-path="${location.pathname}"]`));
  main.replaceChildren(page);
  try {
    await fill(page);
  } catch {
    page.append(make("p", { role: "alert", class: "error" }, "We can't load this right now. Something went wrong on our side."));
  }
  if (account.redesigned && location.pathname !== "/acctmgmt/overview") redesign(page);
}

// fill loads what a page shows. Somebody may have gone on to another meanwhile.
async function fill(page) {
  const list = page.querySelector("[data-list]");
  const entries = list && (await load(list.dataset.list));
  if (list?.id === "historyList") bills(page, list, entries.content.historyList ?? []);
  else if (list) cards(list, entries ?? []);
  else if (page.querySelector("#addCardForm")) form(page.querySelector("#addCardForm"));
  else if (location.pathname === "/acctmgmt/overview") await overview(page);
}

// redesign renames all that a selector could go by.
function redesign(page) {
  for (const el of page.querySelectorAll("*"))
    for (const name of ["id", "class", "data-testid", "href"]) if (el.hasAttribute(name)) el.setAttribute(name, "v2-" + el.getAttribute(name));
}

async function overview(page) {
  account = await load("/msapi/account");
  if (account.crashes) return document.body.append(make("script", { src: "/pages/crash.js" }));
  page.querySelector('[data-testid="accountNumber"]').textContent = account.number;
  page.querySelector('[data-testid="billandpay_BalanceCard"]').textContent = `Your bill: ${account.balance}`;
  if (account.modal && page.isConnected) veil("#interstitial", "#cancelModalXBtn");
  if (account.surveys)
    page.querySelector("a[href$=mybillingcenter]").addEventListener("pointermove", () => veil("#invitation", ".uws-invite__button-decline"), { once: true });
}

function veil(name, cross) {
  const box = template(name).firstElementChild;
  box.querySelector(cross).addEventListener("click", () => box.remove());
  document.body.append(box);
}

// bills come eight at a time, the rest when it is asked for.
function bills(page, list, entries) {
  const more = page.querySelector("#showMoreHistory");
  const next = () => {
    for (const bill of entries.splice(0, 8)) {
      const title = make("button", { type: "button", "data-testid": `bill_activity_accordion_title_${list.children.length}`, "data-bill-id": bill.billId },
        make("span", { class: "period" }, `${bill.startDate} - ${bill.endDate}`), " ",
        make("span", { class: "due" }, `Due ${bill.dueDate}`), " ",
        make("span", { class: "amount" }, bill.amount));
      list.append(make("div", { class: "entry" }, title));
    }
    more.hidden = entries.length === 0;
  };
  more.addEventListener("click", next);
  if (entries.length === 0) list.append("There are no bills yet.");
  next();
  list.setAttribute("data-loaded", "yes");
}

function cards(list, entries) {
  for (const card of entries)
    list.append(make("div", { class: "card", "data-profile-id": card.profileId, "data-type": card.type },
      make("span", { class: "label" }, card.label), " ending in ", make("span", { class: "lastFour" }, card.lastFour), " ",
      ...(card.expires ? [make("span", { class: "expires" }, card.expires), " "] : []),
      ...(card.autopay ? [make("b", { class: "autopay" }, "AutoPay"), " "] : []),
      make("button", { type: "button" }, "Edit"), " ", make("button", { type: "button" }, "Delete")));
  if (entries.length === 0) list.append("Nothing is stored.");
  list.setAttribute("data-loaded", "yes");
}

// The button to add a card is inside a closed shadow root.
customElements.define("harbor-add", class extends HTMLElement {
  connectedCallback() {
    const button = make("button", { type: "button" }, "Add");
    button.addEventListener("click", () => go("/acctmgmt/settings/payments/add"));
    this.style.display = "inline-block";
    this.attachShadow({ mode: "closed" }).append(button);
  }
});

function form(el) {
  const two = (n) => String(n).padStart(2, "0");
  for (let month = 1; month <= 12; month++) el.month.append(make("option", {}, two(month)));
  for (let year = 2020; year <= 2045; year++) el.year.append(make("option", {}, year));
  el.addEventListener("submit", async (event) => {
    event.preventDefault();
    const error = el.querySelector(".error");
    error.hidden = true;
    const reply = await fetch("/msapi/paymentmethods", { method: "POST", body: new URLSearchParams(new FormData(el)) });
    if (reply.ok) return go("/acctmgmt/settings/payments/storedpaymentmethods");
    if (reply.status === 422) {
      error.textContent = (await reply.json()).fault;
      error.hidden = false;
      return;
    }
    el.append(make("p", { role: "alert", class: "error" }, "Something went wrong on our side."));
  });
}

addEventListener("popstate", show);
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="/acctmgmt/"]');
  if (!link) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});
show();
