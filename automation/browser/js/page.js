// Runs once per document, in a world of its own beside the site's scripts, and
// returns the document's origin. Everything that waits, waits in here, so that
// a call costs one round trip.
(() => {
  "use strict";
  if (globalThis.passage) return self.origin;

  const tick = 100; // ms between looks where nothing in the document changed: a style sheet may have
  const failedPatience = 1000; // ms that a document with an error status gets after it has loaded

  // leaving: the document has asked to go elsewhere. Nothing is looked for in
  // a document that is about to be replaced; its old error would be taken for a new one.
  let leaving = false;
  navigation.addEventListener("navigate", (e) => {
    if (e.hashChange || e.downloadRequest !== null || e.destination.sameDocument) return;
    if (/^(https?|about|blob|data):/.test(e.destination.url)) leaving = true;
  });
  for (const name of ["navigatesuccess", "navigateerror"])
    navigation.addEventListener(name, () => { leaving = false; });

  const { Fault, shadow, alternatives, each, all } = selecting;
  const dismissed = new WeakMap(); // element → when it was clicked away
  class Late extends Error {}
  class Hidden extends Error {} // what is looked for may be in a closed shadow root

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const nextFrame = () => new Promise((done) => { requestAnimationFrame(done); setTimeout(done, 50); });
  const status = () => performance.getEntriesByType("navigation")[0]?.responseStatus ?? 0;
  const broken = () => location.protocol === "chrome-error:";
  const failed = () => broken() || status() >= 500 || status() === 429;

  function visible(el) {
    let shown = el;
    if (!el.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: false })) {
      const { display, visibility } = getComputedStyle(el);
      if (display !== "contents" || visibility !== "visible") return false;
      shown = document.createRange(); // it has no box of its own, and shows what is in it
      shown.selectNodeContents(el);
    }
    const box = shown.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  }
  const enabled = (el) => !el.matches(":disabled") && !el.closest('[aria-disabled="true"], [inert], button:disabled');

  const notText = new Set(["checkbox", "radio", "file", "button", "submit", "reset", "image", "hidden"]);
  const editable = (el) => el.isContentEditable ||
    ((el instanceof HTMLTextAreaElement || (el instanceof HTMLInputElement && !notText.has(el.type))) && !el.readOnly);

  const text = (el) => {
    const value = (el.innerText ?? el.textContent ?? "").trim();
    if (value.length > 200000) throw new Fault("an element's text is too long");
    return value;
  };

  // Call is one call with its time. pick keeps why nothing could be done, for
  // the account that is given when the time is over.
  class Call {
    constructor(wish) {
      this.wish = wish;
      this.start = performance.now();
      this.why = "";
      this.won = null; // which alternative it was
      this.touched = false; // the document has changed since
      this.meant = (el) => el; // what an element that matches stands for
    }
    get selector() { return this.wish.selectors[0]; }
    get left() { return this.wish.timeout - (performance.now() - this.start); }

    // until resolves with the first thing but undefined that look returns.
    until(look) {
      return new Promise((resolve, reject) => {
        let soon = 0, failedAt = 0;
        const pierce = this.wish.pierce ? setTimeout(() => finish(reject, new Hidden()), this.wish.pierce) : 0;
        const finish = (how, what) => {
          clearTimeout(pierce);
          observer.disconnect();
          clearInterval(timer);
          clearTimeout(end);
          clearTimeout(soon);
          how(what);
        };
        const check = (last) => {
          soon = 0;
          if (last && window !== top) leaving = false; // nobody calls stay in here
          if (!last && (leaving || document.readyState === "loading")) return;
          try {
            this.dismiss();
            const found = look();
            if (found !== undefined) return finish(resolve, found);
          } catch (e) {
            return finish(reject, e);
          }
          if (document.readyState === "complete" && failed()) failedAt ||= performance.now();
          if (last || broken() || (failedAt && performance.now() - failedAt >= failedPatience)) finish(reject, new Late());
        };
        const observer = new MutationObserver(() => {
          this.touched = true;
          soon ||= setTimeout(check, 10);
        });
        const timer = setInterval(check, tick);
        const end = setTimeout(check, Math.max(0, this.left), true);
        observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
        check(this.left <= 0); // may finish at once, which ends what was begun above
      });
    }

    // dismiss clicks away what the script has said may get in the way.
    dismiss() {
      for (const selector of this.wish.dismiss ? alternatives(this.wish.dismiss) : []) {
        const el = all(selector).find((el) => visible(el) && enabled(el));
        if (!el || performance.now() - (dismissed.get(el) ?? -Infinity) < 1000) continue;
        dismissed.set(el, performance.now());
        el.click();
      }
    }

    // pick finds the first visible match that passes every test, [name, test].
    pick(...tests) {
      this.why = "";
      for (const [i, found] of each(this.selector).entries()) {
        if (found.length) this.why ||= "not visible";
        for (const el of found.map(this.meant)) {
          if (!visible(el)) continue;
          const miss = tests.find(([, test]) => !test(el));
          if (!miss) {
            this.won = i;
            return el;
          }
          this.why = miss[0];
        }
      }
    }

    // read finds the first match, a visible one rather than a hidden one.
    read(test = () => true) {
      const found = each(this.selector).map((list) => list.map(this.meant).filter(test));
      const seen = found.findIndex((list) => list.some(visible));
      const i = seen < 0 ? found.findIndex((list) => list.length) : seen;
      if (i < 0) return undefined;
      this.won = i;
      return found[i].find(visible) ?? found[i][0];
    }

    // holds says which alternative is to be seen, or is the address; -1 if none.
    holds(selector) {
      return alternatives(selector).findIndex((s) => (s.startsWith("url=") ? at(s.slice(4)) : all(s).some(visible)));
    }
  }

  // at: the document's address is as in a pattern, where * stands for anything.
  // The fragment counts where the pattern has one: some sites route by it.
  function at(pattern) {
    const path = location.pathname + (pattern.includes("#") ? location.hash : "");
    return glob(pattern).test(pattern.startsWith("/") ? path : location.origin + path);
  }
  // matches lists what each alternative matches; an address that is the page's matches the document.
  const matches = (selector) => alternatives(selector).map((s) => (!s.startsWith("url=") ? all(s) : at(s.slice(4)) ? [document] : []));
  // seen tells, once per document, what a selector has found: of several, one
  // that is to be seen. Of one alone that is not asked: it may cost a layout.
  const told = new Set();
  const seen = (s, list, op) => {
    const key = (op === "click") + s;
    if (!list.length || list[0] === document || told.has(key)) return "";
    told.add(key);
    return near.seen((list.length > 1 && list.slice(0, 20).find(visible)) || list[0], op);
  };

  // column reads one value of a row: "" or "." its text, "@name" its
  // attribute, "selector" and "selector@name" those of the first match in it.
  // Of alternatives it is the first that is there.
  function column(row, wanted) {
    for (const one of alternatives(wanted)) {
      const [, selector, name] = one.match(/^(.*?)(?:@([A-Za-z_:][\w:.-]*))?$/s);
      const el = selector === "" || selector === "." ? row : all(selector, row)[0];
      const value = !el ? null : name ? el.getAttribute(name) : text(el);
      if (value !== null) return value;
    }
    return null;
  }

  function glob(pattern) {
    const source = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*");
    return new RegExp("^" + source + "$", "s");
  }

  const operations = {
    parsed: (call) => call.until(() => (!leaving && document.readyState !== "loading") || undefined),
    reload: () => location.reload(), // which is leaving: whoever asks next waits for the next document
    frame: async (call) => {
      passage.frames.set(call.selector, await call.until(() => call.read((el) => el.matches("iframe, frame"))));
    },
    text: async (call) => text(await call.until(() => call.read())),
    attr: async (call) => (await call.until(() => call.read())).getAttribute(call.wish.text),
    count: (call) => call.until(() => {
      const found = each(call.selector);
      call.won = Math.max(0, found.findIndex((list) => list.length > 0));
      return new Set(found.flat()).size;
    }),
    rows: (call) => call.until(() => {
      const rows = all(call.selector).map((row) => call.wish.names.map((wanted) => column(row, wanted)));
      if (JSON.stringify(rows).length > 2000000) throw new Fault("the rows are too large");
      return rows;
    }),
    // race gives the first that holds; with watch also -1, when the document
    // has changed, or might have, so that the caller can look for itself; with
    // look -1 at once.
    race: (call) => call.until(() => {
      for (const [i, selector] of (call.wish.selectors ?? []).entries()) {
        call.won = call.holds(selector);
        if (call.won >= 0) return i;
      }
      call.won = null;
      if (call.wish.look) return -1;
      const waited = performance.now() - call.start;
      return call.wish.watch && (waited >= 250 || (call.touched && waited >= 50)) ? -1 : undefined;
    }),
    address: (call) => call.until(() => at(call.wish.text) || undefined),
  };

  globalThis.passage = {
    frames: new Map(), // selector → the iframe that it found
    kit: { operations, Fault, Late, pause, nextFrame, visible, enabled, editable, shadow },
    stay() { leaving = false; },
    async run(wish) {
      const call = new Call(wish);
      const answer = {};
      try {
        if (wish.settle) await pause(0); // a form is sent in a task of its own after the click
        answer.value = (await operations[wish.op](call)) ?? null;
      } catch (e) {
        if (e instanceof Fault) answer.fault = e.message;
        else if (e instanceof Hidden) answer.hidden = true;
        else if (e instanceof Late) Object.assign(answer, { late: true, why: call.why, leaving, broken: broken() });
        else throw e;
      }
      answer.status = status();
      answer.url = location.origin === "null" ? location.protocol : location.origin + location.pathname;
      if (answer.fault || answer.hidden) return answer;
      answer.won = call.won;
      const found = (wish.selectors ?? []).map(matches);
      answer.matches = found.map((lists) => lists.map((list) => list.length));
      if (!answer.late) answer.seen = found.map((lists, i) => lists.map((list, j) => seen(alternatives(wish.selectors[i])[j], list, wish.op)));
      if (answer.late && !leaving && !broken()) {
        answer.held = near.held();
        answer.hiding = found.map((lists) => lists.map((list) => (!list.length || list[0] === document || list.some(visible) ? "" : near.hiding(list[0]))));
        answer.near = (wish.selectors ?? []).map((selector, i) =>
          alternatives(selector).map((s, j) => (answer.matches[i][j] || s.startsWith("url=") ? "" : near(s, wish.op))));
      }
      return answer;
    },
  };
  return self.origin;
})();
