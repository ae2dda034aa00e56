// Runs once per document, after select.js and near.js, in a world of its own
// beside the site's scripts. Everything that waits does so in here, so that a
// call costs one round trip.
(() => {
  "use strict";
  if (globalThis.passage) return self.origin;

  const tick = 100; // ms between checks of a document that did not change: a style sheet may have
  const failedPatience = 1000; // ms that a document with an error status gets after it has loaded

  // navigating: the document is about to be replaced. Nothing is searched for in
  // it, because its old error would be taken for a new one.
  let navigating = false;
  navigation.addEventListener("navigate", (e) => {
    if (e.hashChange || e.downloadRequest !== null || e.destination.sameDocument) return;
    if (/^(https?|about|blob|data):/.test(e.destination.url)) navigating = true;
  });
  for (const name of ["navigatesuccess", "navigateerror"])
    navigation.addEventListener(name, () => { navigating = false; });

  const { InvalidCall, shadow, alternatives, each, all } = selecting;
  const { visible, best } = reach;
  const dismissed = new WeakMap(); // element → when it was clicked
  class TimedOut extends Error {}
  class NeedsClosedRoots extends Error {} // the element may be in a closed shadow root

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const nextFrame = () => new Promise((done) => { requestAnimationFrame(done); setTimeout(done, 50); });
  const status = () => performance.getEntriesByType("navigation")[0]?.responseStatus ?? 0;
  const isErrorPage = () => location.protocol === "chrome-error:";
  const isFailed = () => isErrorPage() || status() >= 500 || status() === 429;

  const enabled = (el) => !el.matches(":disabled") && !el.closest('[aria-disabled="true"], [inert], button:disabled');

  const notText = new Set(["checkbox", "radio", "file", "button", "submit", "reset", "image", "hidden"]);
  const editable = (el) => el.isContentEditable ||
    ((el instanceof HTMLTextAreaElement || (el instanceof HTMLInputElement && !notText.has(el.type))) && !el.readOnly);

  const text = (el) => {
    const value = (el.innerText ?? el.textContent ?? "").trim();
    if (value.length > 200000) throw new InvalidCall("an element's text is too long");
    return value;
  };

  // Call is one call with its deadline. pick records why nothing could be done,
  // for the answer to a call that times out.
  class Call {
    constructor(request) {
      this.request = request;
      this.start = performance.now();
      this.reason = "";
      this.several = null; // elements, if there are several and the call is about one
      this.alternative = null; // index of the alternative that was used
      this.changed = false; // the document has changed since the start
      this.target = (el) => el; // the element to use in place of one that matches
      this.isOne = () => false; // whether several elements are one thing, used from its first element on
    }
    get selector() { return this.request.selectors[0]; }
    get left() { return this.request.timeout - (performance.now() - this.start); }

    // until resolves with the first value but undefined that check returns.
    until(check) {
      return new Promise((resolve, reject) => {
        let soon = 0, failedAt = 0;
        const after = this.request.closedRootsAfter;
        const closedRoots = after ? setTimeout(() => finish(reject, new NeedsClosedRoots()), after) : 0;
        const finish = (how, what) => {
          clearTimeout(closedRoots);
          observer.disconnect();
          clearInterval(timer);
          clearTimeout(end);
          clearTimeout(soon);
          how(what);
        };
        const tryOnce = (last) => {
          soon = 0;
          if (last && window !== top) navigating = false; // only the main frame is told that it stays
          if (!last && (navigating || (document.readyState === "loading" && !this.request.early))) return;
          try {
            this.dismiss();
            const found = check();
            if (found !== undefined) return finish(resolve, found);
          } catch (e) {
            return finish(reject, e);
          }
          if (document.readyState === "complete" && isFailed()) failedAt ||= performance.now();
          if (last || isErrorPage() || (failedAt && performance.now() - failedAt >= failedPatience)) finish(reject, new TimedOut());
        };
        const observer = new MutationObserver(() => {
          this.changed = true;
          soon ||= setTimeout(tryOnce, 10);
        });
        const timer = setInterval(tryOnce, tick);
        const end = setTimeout(tryOnce, Math.max(0, this.left), true);
        observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
        tryOnce(this.left <= 0); // may finish at once, which also ends the timers above
      });
    }

    // dismiss clicks what the script has told to dismiss.
    dismiss() {
      for (const selector of this.request.dismiss ? alternatives(this.request.dismiss) : []) {
        const el = all(selector).find((el) => visible(el) && enabled(el));
        if (!el || performance.now() - (dismissed.get(el) ?? -Infinity) < 1000) continue;
        dismissed.set(el, performance.now());
        el.click();
      }
    }

    // targets returns the elements that the matches of an alternative stand for.
    targets(found) { return [...new Set(found.map(this.target))]; }

    // pick returns the visible match that passes every test, [name, test]. Tests of
    // what an element is tell it from other matches; tests of its state, such as
    // being enabled, do not.
    pick(kinds, states) {
      this.reason = "";
      this.several = null;
      for (const [i, found] of each(this.selector).entries()) {
        const el = this.only(this.fitting(found, kinds));
        if (this.several) return undefined;
        const failed = el && states.find(([, test]) => !test(el));
        if (el && !failed) {
          this.alternative = i;
          return el;
        }
        if (failed) this.reason = failed[0];
      }
    }

    // fitting returns the matches that a user could use, of the kinds wanted.
    fitting(found, kinds) {
      const shown = this.targets(found).filter(visible), usable = best(shown);
      const fit = usable.filter((el) => kinds.every(([, test]) => test(el)));
      if (usable.length && !fit.length) this.reason = kinds.find(([, test]) => !test(usable.at(-1)))[0];
      else if (found.length && !fit.length) this.reason ||= shown.length ? "where no user can see or reach it" : "not visible";
      return fit;
    }

    // only returns the element of a list, or undefined if there is none. There must
    // not be several, unless the request takes the first, they are one thing, or
    // same(el) is equal for all of them.
    only(list, same = (el) => el) {
      if (list.length < 2 || this.request.first || this.isOne(list) || list.every((el) => same(el) === same(list[0]))) return list[0];
      this.several = list;
      return undefined;
    }

    // read returns the match to read, preferring visible ones.
    read(test = () => true, same) {
      this.several = null;
      const found = each(this.selector).map((list) => this.targets(list).filter(test));
      const shown = found.findIndex((list) => list.some(visible));
      const i = shown < 0 ? found.findIndex((list) => list.length) : shown;
      if (i < 0) return undefined;
      const seen = found[i].filter(visible), usable = best(seen);
      const el = this.only(usable.length ? usable : seen.length ? seen : found[i], same);
      if (el) this.alternative = i;
      return el;
    }

    // holds returns the index of the alternative that holds, or -1: it is visible, or
    // is the address, or is there and hidden. Whether a response came is not known here.
    holds(selector) {
      return alternatives(selector).findIndex((s) => {
        if (s.startsWith("response=")) return false;
        if (s.startsWith("url=")) return at(s.slice(4));
        const found = all(s.replace(/^hidden=/, ""));
        return s.startsWith("hidden=") ? found.length > 0 && !found.some(visible) : found.some(visible);
      });
    }
  }

  // at reports whether the document's address matches a pattern, in which * stands
  // for anything. The fragment counts if the pattern has one: some sites route by it.
  function at(pattern) {
    const path = location.pathname + (pattern.includes("#") ? location.hash : "");
    return glob(pattern).test(pattern.startsWith("/") ? path : location.origin + path);
  }
  // matches lists the elements of each alternative. An address that is the page's
  // matches the document.
  const isElement = (s) => !/^(url|response)=/.test(s);
  const matches = (selector) => alternatives(selector).map((s) => (isElement(s) ? all(s.replace(/^hidden=/, "")) : s.startsWith("url=") && at(s.slice(4)) ? [document] : []));
  // identify describes, once per document, what a selector has found: of several
  // elements a visible one. It does not ask whether a single one is visible,
  // which may cost a layout.
  const identified = new Set();
  const identify = (s, list, op) => {
    const key = (op === "click") + s;
    if (!list.length || list[0] === document || identified.has(key)) return "";
    identified.add(key);
    return near.identify((list.length > 1 && list.slice(0, 20).find(visible)) || list[0], op);
  };

  // column reads one value of a row: "" or "." its text, "@name" its
  // attribute, "selector" and "selector@name" those of the first match in it.
  // Of several alternatives the first one that exists counts.
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

  const showsSomething = () => !!document.body && [...document.body.querySelectorAll("*")].some(visible);

  // pending lists the scripts and style sheets that a document which is not parsed
  // yet waits for, without queries.
  function pending() {
    if (document.readyState !== "loading") return [];
    const done = new Set(performance.getEntriesByType("resource").map((entry) => entry.name));
    const addresses = [...document.querySelectorAll("script[src], link[rel~=stylesheet][href]")].map((el) => el.src || el.href);
    return addresses.filter((address) => !done.has(address)).slice(0, 3).map((address) => address.split(/[?#]/)[0]);
  }

  const operations = {
    // parsed waits until the document is parsed, or with early until it shows
    // something.
    parsed: (call) => call.until(() => (!navigating && (document.readyState !== "loading" || (call.request.early && showsSomething()))) || undefined),
    frame: async (call) => {
      passage.frames.set(call.selector, await call.until(() => call.read((el) => el.matches("iframe, frame"))));
    },
    text: async (call) => text(await call.until(() => call.read(undefined, text))),
    attr: async (call) => {
      const attribute = (el) => el.getAttribute(call.request.text);
      return attribute(await call.until(() => call.read(undefined, attribute)));
    },
    count: (call) => call.until(() => {
      const found = each(call.selector);
      call.alternative = Math.max(0, found.findIndex((list) => list.length > 0));
      return new Set(found.flat()).size;
    }),
    hidden: (call) => call.until(() => {
      const found = all(call.selector);
      return found.length > 0 && !found.some(visible);
    }),
    rows: (call) => call.until(() => {
      const rows = all(call.selector).map((row) => call.request.names.map((wanted) => column(row, wanted)));
      if (JSON.stringify(rows).length > 2000000) throw new InvalidCall("the rows are too large");
      return rows;
    }),
    // race returns the index of the first condition that holds. With watch it
    // also returns -1 when the document has changed, or might have, and with poll
    // it does so at once.
    race: (call) => call.until(() => {
      for (const [i, selector] of (call.request.selectors ?? []).entries()) {
        call.alternative = call.holds(selector);
        if (call.alternative >= 0) return i;
      }
      call.alternative = null;
      if (call.request.poll) return -1;
      const waited = performance.now() - call.start;
      return call.request.watch && (waited >= 250 || (call.changed && waited >= 50)) ? -1 : undefined;
    }),
    address: (call) => call.until(() => at(call.request.text) || undefined),
  };

  globalThis.passage = {
    frames: new Map(), // selector → iframe
    shared: { operations, InvalidCall, TimedOut, pause, nextFrame, visible, enabled, editable, shadow },
    stayed() { navigating = false; },
    async run(request) {
      const call = new Call(request);
      const answer = {};
      try {
        if (request.afterAction) await pause(0); // a form is sent in a task of its own after the click
        answer.value = (await operations[request.op](call)) ?? null;
      } catch (e) {
        if (e instanceof InvalidCall) answer.invalid = e.message;
        else if (e instanceof NeedsClosedRoots) answer.needsClosedRoots = true;
        else if (e instanceof TimedOut) Object.assign(answer, { timedOut: true, reason: call.reason, navigating, errorPage: isErrorPage(), pending: pending() });
        else throw e;
      }
      answer.status = status();
      answer.url = location.origin === "null" ? location.protocol : location.origin + location.pathname;
      if (answer.invalid || answer.needsClosedRoots) return answer;
      if (answer.timedOut || answer.status >= 400) answer.signs = near.signs();
      answer.alternative = call.alternative;
      const found = (request.selectors ?? []).map(matches);
      answer.matches = found.map((lists) => lists.map((list) => list.length));
      if (!answer.timedOut) answer.elements = found.map((lists, i) => lists.map((list, j) => identify(alternatives(request.selectors[i])[j], list, request.op)));
      if (answer.timedOut && call.several) {
        answer.several = call.several.length;
        answer.candidates = call.several.slice(0, 5).map((el) => near.describe(el));
      }
      if (answer.timedOut && !navigating && !isErrorPage()) {
        answer.invalidFields = near.invalidFields();
        answer.messages = near.messages();
        if (call.reason === "without that option") Object.assign(answer, { choices: call.choices.slice(0, 5).map(near.short), choiceCount: call.choices.length });
        answer.hiddenBy = found.map((lists) => lists.map((list) => (!list.length || list[0] === document || list.some(visible) ? "" : near.hiddenBy(list[0]))));
        const missing = (request.selectors ?? []).map((selector, i) =>
          alternatives(selector).map((s, j) => (answer.matches[i][j] || !isElement(s) ? null : selecting.missing(s.replace(/^hidden=/, "")))));
        answer.missing = missing.map((list) => list.map((at) => (at?.before ? `${at.part} in the ${at.within.length} of ${at.before}` : "")));
        answer.near = missing.map((list) => list.map((at) => (at ? near(at, request.op) : "")));
      }
      return answer;
    },
  };
  return self.origin;
})();
