// Runs in each frame before a picture is taken, in the world of page.js. It hides
// what was typed wherever it shows, until off is called. An observer covers what
// the site's scripts add meanwhile, before it is painted.
(() => {
  "use strict";
  if (passage.mask) return;

  const plainInputs = new Set(["checkbox", "radio", "submit", "button", "reset", "image", "hidden"]);
  const holdsText = (el) => (el instanceof HTMLInputElement ? !plainInputs.has(el.type) : /^(textarea|select)$/i.test(el.localName));
  const opaque = new Set(["canvas", "object", "embed", "video"]); // a script cannot read what they show
  const unseen = new Set(["script", "style", "noscript", "template", "title", "textarea", "option"]);

  // pattern finds a value however it is written: in other case, in groups, across elements.
  function pattern(values) {
    const gap = "[\\s\\u00a0\\u2000-\\u2015\\u202f.\\/-]*";
    const parts = values.map((value) => [...value].filter((c) => !/\s/.test(c)))
      .filter((chars) => chars.length >= 3)
      .sort((a, b) => b.length - a.length)
      .map((chars) => chars.map((c) => (/[-.\/]/.test(c) ? "" : c.replace(/[\\^$*+?()[\]{}|]/g, "\\$&"))).filter(Boolean).join(gap));
    const digits = "(?<!\\d)\\d(?:" + gap + "\\d){11,18}(?!\\d)"; // any card's number
    return new RegExp([...parts.filter(Boolean), digits].join("|"), "giu");
  }

  const bullets = (s) => s.replace(/\S/gu, "•");

  const gray = "rgb(158, 158, 158)";
  const noMotion = { "transition-property": "none", "animation-name": "none" };
  const covered = {
    "color": gray, "-webkit-text-fill-color": gray, "-webkit-text-stroke-width": "0px", "text-shadow": "none", "text-decoration-line": "none",
    "background-color": gray, "background-image": "none", "caret-color": gray, "-webkit-text-security": "disc", ...noMotion,
  };
  const invisible = { "opacity": "0", ...noMotion };

  const get = (node, key) => (key === "" ? node.data : node.getAttribute(key));
  const set = (node, key, value) => {
    if (key === "") node.data = value;
    else if (value === null) node.removeAttribute(key);
    else node.setAttribute(key, value);
  };

  class Mask {
    constructor(values, closedRoots) {
      this.pattern = pattern(values);
      this.texts = new Map(); // node and attribute ("" for the text) → its value before and now
      this.styles = new Map(); // element → its style attribute and properties before
      this.roots = new Set();
      this.frames = new Set(); // those that were there at the start; each has a mask of its own
      this.observer = new MutationObserver(() => this.cover());
      for (const root of [document, ...closedRoots]) this.add(root);
      this.starting = true;
      this.cover();
      this.starting = false;
    }

    add(root) {
      this.roots.add(root);
      this.observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    }

    change(node, key, value) {
      const entries = this.texts.get(node) ?? this.texts.set(node, {}).get(node);
      const was = get(node, key);
      if (entries[key]?.is === was) return;
      set(node, key, value);
      entries[key] = { was, is: get(node, key) };
    }

    style(el, rules) {
      if (!this.styles.has(el)) {
        const properties = Object.keys(rules).map((name) => [name, el.style.getPropertyValue(name), el.style.getPropertyPriority(name)]);
        this.styles.set(el, { was: el.getAttribute("style"), properties });
      }
      for (const [name, value] of Object.entries(rules)) el.style.setProperty(name, value, "important");
      this.styles.get(el).is ??= el.getAttribute("style");
    }

    cover() {
      for (const root of this.roots) this.coverRoot(root);
      this.observer.takeRecords(); // our own changes
    }

    coverRoot(root) {
      const texts = [];
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node.nodeType === Node.ELEMENT_NODE) this.coverElement(node);
        else if (!unseen.has(node.parentNode.localName)) {
          if (node.parentNode.isContentEditable) this.change(node, "", bullets(node.data));
          else texts.push(node);
        }
      }
      this.coverTexts(texts);
    }

    coverElement(el) {
      if (el.shadowRoot && !this.roots.has(el.shadowRoot)) this.add(el.shadowRoot); // the loop over roots reaches it
      if (holdsText(el)) this.hide(el);
      else if (opaque.has(el.localName)) this.style(el, invisible);
      else if (/^i?frame$/.test(el.localName)) {
        if (this.starting) this.frames.add(el);
        if (!this.frames.has(el)) this.style(el, invisible);
      }
      for (const { name, value } of [...el.attributes]) {
        const shown = /^(placeholder|title|alt|label|content|aria-.*|data-.*)$/.test(name) || (name === "value" && /^(submit|button|reset)$/.test(el.type));
        if (shown && this.matches(value)) this.change(el, name, bullets(value));
      }
    }

    matches(value) { return value.search(this.pattern) >= 0; } // unlike test, search does not move lastIndex

    hide(el) {
      this.style(el, covered);
      if (el.localName === "select") for (const option of el.querySelectorAll("option, optgroup")) this.style(option, covered);
    }

    coverTexts(nodes) {
      const whole = nodes.map((node) => node.data).join("");
      const hidden = [];
      for (const match of whole.matchAll(this.pattern)) hidden.push([match.index, match.index + match[0].length]);
      let start = 0, next = 0;
      for (const node of nodes) {
        const end = start + node.data.length;
        let text = node.data;
        while (next < hidden.length && hidden[next][1] <= start) next++;
        for (let i = next; i < hidden.length && hidden[i][0] < end; i++) {
          const from = Math.max(hidden[i][0], start) - start, to = Math.min(hidden[i][1], end) - start;
          text = text.slice(0, from) + text.slice(from, to).replace(/\S/g, "•") + text.slice(to);
        }
        start = end;
        if (text !== node.data) this.change(node, "", text);
      }
    }

    off() {
      this.observer.disconnect();
      for (const [node, entries] of this.texts)
        for (const [key, { was, is }] of Object.entries(entries))
          if (get(node, key) === is) set(node, key, was); // otherwise the site has changed it
      for (const [el, { was, is, properties }] of this.styles) {
        if (el.getAttribute("style") === is) set(el, "style", was);
        else for (const [name, value, priority] of properties) el.style.setProperty(name, value, priority);
      }
    }
  }

  let mask = null;
  passage.mask = {
    // on returns how many frames the document holds: each must have a mask.
    async on(values, ...closedRoots) {
      mask?.off();
      mask = new Mask(values, closedRoots);
      if (window === top) for (let i = 0; i < 2; i++) await new Promise((done) => { requestAnimationFrame(done); setTimeout(done, 100); });
      return window.length;
    },
    // off returns whether there was a mask.
    off() {
      const was = mask !== null;
      mask?.off();
      mask = null;
      return was;
    },
  };
})();
