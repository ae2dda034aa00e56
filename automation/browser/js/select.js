// Runs once per document, before the other scripts: selectors. A selector is CSS,
// or one of the kinds below. " >> " searches for the next part inside of what
// the previous part found, and lines are alternatives. Every part searches shadow
// roots too, however deep: open ones always, and closed ones after adopt.
(() => {
  "use strict";
  if (globalThis.selecting) return;

  class InvalidCall extends Error {} // the call itself is wrong, and waiting does not help

  const closed = new WeakMap(); // host → its closed root
  const shadow = (el) => el.shadowRoot ?? closed.get(el);

  // norm and fold make texts comparable: without the characters that nobody sees,
  // such as soft hyphens and zero-width spaces, and fold without upper and lower
  // case in any script. İ is i, ß is ss, and both small sigmas are one letter.
  const unseen = /[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]/g;
  const norm = (s) => (s ?? "").replace(unseen, "").replace(/\s+/g, " ").trim().normalize();
  const fold = (s) => norm(s).toLowerCase().toUpperCase().replace(/I\u0307/g, "I");

  // gather lists a scope and every shadow root in it, the outer ones first.
  function gather(scope, found) {
    found.push(scope);
    if (scope.nodeType === Node.ELEMENT_NODE && shadow(scope)) gather(shadow(scope), found);
    for (const el of scope.querySelectorAll("*")) if (shadow(el)) gather(shadow(el), found);
    return found;
  }
  let documentRoots = null; // until the page's scripts run again
  function roots(scope) {
    if (scope !== document) return gather(scope, []);
    if (!documentRoots) {
      documentRoots = gather(document, []);
      queueMicrotask(() => { documentRoots = null; });
    }
    return documentRoots;
  }

  const css = (selector, scope) => roots(scope).flatMap((root) => [...root.querySelectorAll(selector)]);
  function checkCSS(selector) {
    try {
      document.createDocumentFragment().querySelector(selector);
    } catch {
      throw new InvalidCall("not a valid selector: " + selector);
    }
  }

  // matcher returns the test of a text: a "quoted" text must be equal, and another
  // one a part, in upper or lower case.
  function matcher(value) {
    const quoted = value.match(/^\s*(["'])(.*)\1\s*$/s);
    const wanted = norm(quoted ? quoted[2] : value);
    if (!wanted) throw new InvalidCall("a selector without a text");
    if (quoted) return { holds: (s) => norm(s).includes(wanted), is: (s) => norm(s) === wanted };
    const folded = fold(wanted);
    const holds = (s) => fold(s).includes(folded);
    return { holds, is: holds };
  }

  const silent = "script, style, noscript, template, title";

  // textOf returns the text of a node as it is rendered: what is assigned to a
  // component's slot is shown there, and belongs to what is around the slot.
  function textOf(node, without = silent) {
    if (!node.querySelector?.(without + ", slot")) return node.textContent;
    const parts = (inside) => {
      if (inside.nodeType === Node.TEXT_NODE) return inside.data;
      if (inside.nodeType === Node.COMMENT_NODE || inside.matches?.(without)) return "";
      const assigned = inside.localName === "slot" ? inside.assignedNodes({ flatten: true }) : [];
      return [...(assigned.length ? assigned : inside.childNodes)].map(parts).join("");
    };
    return [...node.childNodes].map(parts).join("");
  }
  // labelText returns the text of a label, without the contents of controls in it.
  const labelText = (node) => textOf(node, silent + ", select, textarea, output, [contenteditable]");

  // byText finds the smallest elements that show a text, and input buttons, which
  // show their value.
  function byText(value, scope) {
    const { holds, is } = matcher(value);
    const found = [];
    const collect = (node) => {
      if (!holds(node.textContent) || node.matches?.(silent) || !holds(textOf(node))) return false;
      let inside = false;
      for (const child of node.children) inside = collect(child) || inside;
      if (!inside && node.nodeType === Node.ELEMENT_NODE && is(textOf(node))) {
        found.push(node);
        return true;
      }
      return inside;
    };
    for (const root of roots(scope)) {
      collect(root === document ? document.body ?? document : root);
      found.push(...[...root.querySelectorAll("input[type=submit], input[type=button], input[type=reset]")].filter((el) => is(el.value)));
    }
    return found;
  }

  const controls = "input:not([type=hidden]), textarea, select, button, meter, output, progress, [contenteditable]:not([contenteditable=false]), " +
    "[role=textbox], [role=combobox], [role=searchbox], [role=spinbutton], [role=checkbox], [role=radio], [role=switch], [role=slider], [role=listbox]";
  const labelled = (el) => (el.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean)
    .map((id) => labelText(el.getRootNode().getElementById?.(id) ?? document.createElement("i"))).join(" ");
  const byContent = "[role=checkbox], [role=radio], [role=switch]"; // the content is the label
  const labels = (el) => [labelled(el), el.getAttribute("aria-label"), ...[...(el.labels ?? [])].map((label) => labelText(label)),
    el.matches(byContent) ? textOf(el) : ""].filter((s) => norm(s));

  // beside returns the text that looks like the label of a control without one:
  // what stands right before it, with no other field in between. The boxes that
  // component libraries draw around a field are nested deeply: further up than
  // three of them, a box counts only if it holds no other field, and its text only
  // if it is short, as otherwise it may be any part of the page.
  const fields = controls.replace(", button", "");
  const shallow = 3, deep = 8, longest = 80;
  function beside(el, depth = deep) {
    for (let at = el, level = 0; at && level < depth; at = at.parentElement, level++) {
      if (level >= shallow && [...at.querySelectorAll(fields)].some((other) => other !== el && !other.contains(el))) return "";
      const before = at.previousElementSibling;
      if (before) {
        const text = before.matches(controls) || before.querySelector(controls) ? "" : labelText(before);
        return level >= shallow && norm(text).length > longest ? "" : text;
      }
      const text = at.previousSibling?.nodeType === Node.TEXT_NODE ? norm(at.previousSibling.data) : "";
      if (text) return text;
    }
    return "";
  }

  function byLabel(value, scope) {
    const { is } = matcher(value);
    const all = css(controls, scope);
    const found = all.filter((el) => labels(el).some(is));
    if (found.length) return found;
    const unlabelled = all.filter((el) => !labels(el).length && !/^(submit|button|reset|image)$/.test(el.type));
    const next = unlabelled.filter((el) => is(beside(el, shallow)));
    return next.length ? next : unlabelled.filter((el) => is(beside(el)));
  }

  const byPlaceholder = (value, scope) => {
    const { is } = matcher(value);
    return css("[placeholder]", scope).filter((el) => is(el.getAttribute("placeholder")));
  };

  // Elements with an implicit role (HTML-AAM).
  const implicit = {
    button: "button, summary, input[type=button], input[type=submit], input[type=reset], input[type=image]",
    link: "a[href], area[href]", checkbox: "input[type=checkbox]", radio: "input[type=radio]",
    textbox: "input:not([list]), textarea, [contenteditable=''], [contenteditable=true]",
    searchbox: "input[type=search]", spinbutton: "input[type=number]", slider: "input[type=range]",
    combobox: "select:not([multiple]):not([size]), input[list]", listbox: "select[multiple], select[size]", option: "option",
    heading: "h1, h2, h3, h4, h5, h6", list: "ul, ol, menu", listitem: "li", table: "table", row: "tr", cell: "td", columnheader: "th",
    img: "img:not([alt=''])", form: "form", navigation: "nav", main: "main", dialog: "dialog", banner: "header", contentinfo: "footer",
    article: "article", region: "section", group: "fieldset, details", status: "output", progressbar: "progress", paragraph: "p",
  };
  const texts = new Set(["text", "email", "tel", "url"]);
  function nameOf(el) {
    const own = labels(el).find((s) => norm(s));
    if (own) return own;
    if (el instanceof HTMLInputElement) return /^(submit|button|reset)$/.test(el.type) ? el.value : el.alt || el.title || el.placeholder;
    return el.getAttribute("alt") || norm(textOf(el)) || (shadow(el) && norm(textOf(shadow(el)))) ||
      [...el.querySelectorAll("img[alt], svg title")].map((i) => i.getAttribute("alt") ?? i.textContent).join(" ") || el.title || el.placeholder || "";
  }
  function parseRole(value) {
    const [, role, rest] = value.match(/^\s*([a-z]+)\s*(.*)$/s) ?? [];
    const named = rest?.match(/^\[\s*name\s*(\*?)=\s*(?:"([^"]*)"|'([^']*)'|([^\]"']+))\s*\]\s*$/s);
    if (!role || (rest && !named)) throw new InvalidCall('a role is written role=button or role=button[name="Sign in"]: role=' + value);
    return { role, named };
  }
  function byRole(value, scope) {
    const { role, named } = parseRole(value);
    const wanted = named && fold(named[2] ?? named[3] ?? named[4]);
    return css(`[role~="${role}"]` + (implicit[role] ? ", " + implicit[role] : ""), scope).filter((el) => {
      const says = el.getAttribute("role");
      if (says ? says.trim().split(/\s+/)[0] !== role : role === "textbox" && el instanceof HTMLInputElement && !texts.has(el.type)) return false;
      if (!named) return true;
      const name = fold(nameOf(el));
      return named[1] ? name.includes(wanted) : name === wanted;
    });
  }

  const kinds = { css, text: byText, label: byLabel, placeholder: byPlaceholder, role: byRole };
  const checks = { css: checkCSS, text: matcher, label: matcher, placeholder: matcher, role: parseRole };

  // parts splits a selector at each >> that is in no quoted text.
  function parts(selector) {
    const masked = selector.replace(/[=(]\s*("[^"]*"|'[^']*')/g, (quoted) => "x".repeat(quoted.length));
    const cuts = [...masked.matchAll(/>>/g)].map((found) => found.index);
    return [...cuts, selector.length].map((end, i) => selector.slice(i ? cuts[i - 1] + 2 : 0, end).trim());
  }

  // stepOf returns the function of a part, from the elements that the part before
  // it found to those that it finds.
  function stepOf(part, i) {
    const [, kind, value] = part.match(/^(css|text|label|placeholder|role|nth|has|visible)\s*=(.*)$/s) ?? [null, "css", part];
    if (!value.trim()) throw new InvalidCall("the selector is empty");
    if (!kinds[kind] && i === 0) throw new InvalidCall(kind + "= picks among the elements before it");
    if (kind === "nth") {
      if (!/^\s*-?\d+\s*$/.test(value)) throw new InvalidCall("nth= takes a number");
      return (found) => [found.at(+value)].filter(Boolean);
    }
    if (kind === "has") {
      const inside = stepOf(value.trim(), 0);
      return (found) => found.filter((el) => inside([el]).length);
    }
    if (kind === "visible") return (found) => found.filter(reach.visible);
    checks[kind](value);
    return (found) => [...new Set(found.flatMap((from) => kinds[kind](value, from)))];
  }

  // stepsOf returns the functions of all parts. It finds every mistake in a selector
  // before anything is searched for.
  const known = new Map();
  function stepsOf(selector) {
    if (!known.has(selector)) known.set(selector, parts(selector).map(stepOf));
    return known.get(selector);
  }

  // one returns the matches of a selector without alternatives.
  const one = (selector, scope) => stepsOf(selector).reduce((found, step) => step(found), [scope]);

  // missing returns the first part of a selector that finds nothing, what was
  // searched for it, and the parts that found that; null if all find something.
  function missing(selector) {
    let within = [document];
    for (const [i, step] of stepsOf(selector).entries()) {
      const found = step(within);
      if (!found.length) return { part: parts(selector)[i], within, before: parts(selector).slice(0, i).join(" >> ") };
      within = found;
    }
    return null;
  }

  const alternatives = (selector) => selector.split("\n");

  globalThis.selecting = {
    InvalidCall, norm, fold, shadow, controls, labels, textOf, beside, byText, alternatives, missing,
    each: (selector, scope = document) => alternatives(selector).map((s) => one(s, scope)),
    all: (selector, scope = document) => [...new Set(alternatives(selector).flatMap((s) => one(s, scope)))],
    roots: (scope = document) => roots(scope),
    adopt(...found) {
      for (const root of found) closed.set(root.host, root);
      documentRoots = null;
    },
  };
})();
