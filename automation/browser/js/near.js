// Runs once per document, between select.js and page.js: what on the page comes
// nearest to a selector that matched nothing, for the author of the script. It
// reports ids, classes, names and labels, and never the content of a field.
(() => {
  "use strict";
  if (globalThis.near) return;
  const { norm, controls, labels, textOf, beside, roots } = selecting;

  const most = 3, looked = 4000;
  const noise = new Set(["css", "text", "label", "placeholder", "role", "name", "nth", "not", "has", "is", "where", "first", "last", "child", "of", "type", "id", "class", "data", "aria", "input", "button", "div", "span"]);
  const words = (s) => new Set(norm(s).replace(/([a-z])([A-Z0-9])/g, "$1 $2").replace(/([0-9])([a-zA-Z])/g, "$1 $2").toLowerCase()
    .split(/[^\p{L}\p{N}]+/u).filter((w) => w.length > 1 && !noise.has(w)));
  const pressable = "button, a[href], summary, input[type=submit], input[type=button], [role=button], [role=link], [onclick]";
  const fields = controls.replace(", button", "");

  // short returns the part of a label that may be reported: no numbers, and not all
  // of it.
  const short = (s) => {
    const text = norm(s).replace(/\d[\d .,-]{2,}/g, "…");
    return text.length > 30 ? text.slice(0, 29) + "…" : text;
  };
  const label = (el) => labels(el)[0] || el.getAttribute("placeholder") ||
    (!el.isContentEditable && (el.matches(pressable) || /^h\d$/.test(el.localName)) ? (el instanceof HTMLInputElement ? el.value : textOf(el)) : el.matches(fields) ? beside(el) : "");

  // own returns a name of an element: its id, or else the best of its attributes.
  function own(el) {
    let path = el.id ? "#" + CSS.escape(el.id) : el.localName;
    if (!el.id) {
      const [key, value] = ["data-testid", "name", "type"].map((k) => [k, el.getAttribute(k)]).find(([, v]) => v) ?? [];
      if (key) path += `[${key}=${JSON.stringify(value)}]`;
      else path += [...el.classList].slice(0, 2).map((c) => "." + CSS.escape(c)).join("");
    }
    return path;
  }
  const describe = (el, text = short(label(el))) => (text ? `${own(el)} “${text}”` : own(el));

  // like returns how much two sets of words have in common. A common beginning of
  // two words counts half.
  function like(wanted, has) {
    if (!wanted.size || !has.size) return 0;
    let common = 0;
    for (const w of wanted) {
      if (has.has(w)) common += 1;
      else if ([...has].some((h) => h.length > 3 && w.length > 3 && (h.startsWith(w) || w.startsWith(h)))) common += 0.5;
    }
    return (2 * common) / (wanted.size + Math.min(has.size, wanted.size + 3));
  }

  function visible(el) { return el.checkVisibility({ visibilityProperty: true }) && el.getClientRects().length > 0; }

  const works = {
    fill: fields, focus: fields, select: "select, [role=combobox], [role=listbox], [aria-haspopup]",
    check: "input[type=checkbox], input[type=radio], [role=checkbox], [role=radio], [role=switch]", click: pressable, frame: "iframe, frame", race: "h1, h2, [role=heading], [role=alert], " + pressable,
  };

  // near returns the nearest candidates for the part of a selector that matches
  // nothing, inside of what the parts before it match; or if nothing resembles it,
  // what the call could have worked on.
  globalThis.near = ({ part, within }, op) => {
    const wanted = words(part.replace(/^has=/, ""));
    const scored = [];
    let count = 0;
    const until = performance.now() + 60; // ms: the call has timed out already
    const around = within.flatMap((scope) => roots(scope));
    for (const root of around) {
      for (const el of root.querySelectorAll("*")) {
        if (++count > looked || performance.now() > until) break;
        if (el.matches("html, body, head, head *, script, style, option, br, svg *")) continue;
        const names = `${el.id} ${el.getAttribute("class") ?? ""} ${el.getAttribute("name") ?? ""} ${el.getAttribute("data-testid") ?? ""}`;
        const score = Math.max(like(wanted, words(names)), like(wanted, words(label(el))));
        if (score >= 0.3) scored.push([score, el]);
      }
    }
    let found = scored.filter(([, el]) => visible(el)).sort((a, b) => b[0] - a[0]).map(([, el]) => el);
    if (works[op] && op !== "race") found = found.filter((el) => el.matches(works[op]));
    if (!found.length && works[op]) found = around.flatMap((root) => [...root.querySelectorAll(works[op])]).filter(visible);
    return [...new Set(found.slice(0, 20).map((el) => describe(el)))].slice(0, most).join(", ");
  };

  // identify describes an element that a call found, for the day when it is no
  // longer there. It must hold nothing of the user's: so it has labels of fields,
  // and of buttons that were pressed to send a form, but no other text of the page
  // (a button of a menu may show the user's name), and no numbers or addresses.
  globalThis.near.identify = (el, op) => {
    const text = el.matches(fields) || (op === "click" && el.type === "submit" && el.form) ? short(label(el)) : "";
    return describe(el, text).replace(/\S*@\S*/g, "…").replace(/\d{3,}/g, "…").slice(0, 120);
  };
  globalThis.near.describe = describe;

  // hiddenBy returns what must be shown before a hidden element can be: the
  // outermost element around it that is not displayed, or else the element itself.
  globalThis.near.hiddenBy = (el) => {
    let outer = el;
    for (let at = el; at; at = at.assignedSlot ?? at.parentElement ?? at.getRootNode().host)
      if (getComputedStyle(at).display === "none") outer = at;
    return own(outer).replace(/\d{3,}/g, "…");
  };

  // invalidFields returns the fields because of which the browser does not send a
  // form, each with the check that failed.
  globalThis.near.invalidFields = () => {
    const found = roots().flatMap((root) => [...root.querySelectorAll(":is(input, select, textarea):user-invalid")]);
    return found.slice(0, most).map((el) => {
      for (const rule in el.validity) if (el.validity[rule]) return `${describe(el)} (${rule})`;
      return describe(el);
    });
  };

  // messages returns what the page says that is wrong: in alerts, and beside fields
  // that it or the browser finds invalid. The browser's own message may quote what
  // was typed, so it is not among them.
  globalThis.near.messages = () => {
    const find = (selector) => roots().flatMap((root) => [...root.querySelectorAll(selector)]);
    const said = find("[role=alert], [role=alertdialog], [aria-live=assertive]").filter(visible).map((el) => textOf(el));
    for (const el of find("[aria-invalid=true], :user-invalid")) {
      if (!visible(el)) continue;
      const ids = [el.getAttribute("aria-errormessage"), el.getAttribute("aria-describedby")].join(" ").split(/\s+/).filter(Boolean);
      const beside = ids.map((id) => el.getRootNode().getElementById?.(id)).filter((note) => note && visible(note));
      said.push(...beside.map((note) => textOf(note)));
    }
    return [...new Set(said.map((s) => quoted(s)).filter(Boolean))].slice(0, most);
  };

  // signs returns by what captchas and walls can be known: the title, and where
  // frames and scripts come from, without queries. A frame counts as seen if a user
  // could: reCAPTCHA has one in a corner that only says that it is there.
  globalThis.near.signs = () => {
    const place = (address) => {
      if (!URL.canParse(address, document.baseURI)) return null;
      const url = new URL(address, document.baseURI);
      return /^https?:$/.test(url.protocol) ? { host: url.hostname, path: url.pathname.slice(0, 100) } : null;
    };
    const find = (selector) => roots().flatMap((root) => [...root.querySelectorAll(selector)]).slice(0, 200);
    const places = (list) => list.map((el) => place(el.src)).filter(Boolean);
    const frames = find("iframe[src], frame[src]");
    const seen = (el) => visible(el) && el.offsetWidth >= 80 && el.offsetHeight >= 40 && !/[?&]size=invisible/.test(el.src) && !el.closest(".grecaptcha-badge");
    return { title: document.title.slice(0, 100), frames: places(frames.filter(seen)), hidden: places(frames.filter((el) => !seen(el))), scripts: places(find("script[src]")) };
  };

  const quoted = (s) => {
    const text = norm(s).replace(/\d[\d .,-]{2,}/g, "…");
    return text.length > 120 ? text.slice(0, 119) + "…" : text;
  };
  globalThis.near.short = short;
})();
