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

  class Fault extends Error {} // the call itself is wrong; waiting would not help
  class Late extends Error {}

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const nextFrame = () => new Promise((done) => { requestAnimationFrame(done); setTimeout(done, 50); });
  const status = () => performance.getEntriesByType("navigation")[0]?.responseStatus ?? 0;
  const broken = () => location.protocol === "chrome-error:";
  const failed = () => broken() || status() >= 500 || status() === 429;

  // all is the one place that knows what a selector is.
  function all(selector) {
    try {
      return [...document.querySelectorAll(selector)];
    } catch {
      throw new Fault("not a valid CSS selector: " + selector);
    }
  }

  function visible(el) {
    if (!el.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: false })) return false;
    const box = el.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  }
  const enabled = (el) => !el.matches(":disabled") && !el.closest('[aria-disabled="true"]');

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
    }
    get selector() { return this.wish.selectors[0]; }
    get left() { return this.wish.timeout - (performance.now() - this.start); }

    // until resolves with the first thing but undefined that look returns.
    until(look) {
      return new Promise((resolve, reject) => {
        let soon = 0, failedAt = 0;
        const finish = (how, what) => {
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
            const found = look();
            if (found !== undefined) return finish(resolve, found);
          } catch (e) {
            return finish(reject, e);
          }
          if (document.readyState === "complete" && failed()) failedAt ||= performance.now();
          if (last || broken() || (failedAt && performance.now() - failedAt >= failedPatience)) finish(reject, new Late());
        };
        const observer = new MutationObserver(() => { soon ||= setTimeout(check, 10); });
        const timer = setInterval(check, tick);
        const end = setTimeout(check, Math.max(0, this.left), true);
        check(this.left <= 0);
        observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      });
    }

    // pick finds the first visible match that passes every test, [name, test].
    pick(...tests) {
      const found = all(this.selector);
      this.why = found.length ? "not visible" : "";
      for (const el of found) {
        if (!visible(el)) continue;
        const miss = tests.find(([, test]) => !test(el));
        if (!miss) return el;
        this.why = miss[0];
      }
    }

    // read finds the first match, a visible one rather than a hidden one.
    read() {
      const found = all(this.selector);
      return found.find(visible) ?? found[0];
    }
  }

  const isEnabled = ["disabled", enabled];

  // spot waits until an element stands still and is not covered, and returns
  // the point to click, in the frame's own coordinates.
  async function spot(call, find) {
    for (;;) {
      const el = await call.until(find);
      el.scrollIntoViewIfNeeded(true);
      const before = el.getBoundingClientRect();
      await nextFrame();
      await nextFrame();
      const box = el.getBoundingClientRect();
      const still = el.isConnected && ["x", "y", "width", "height"].every((k) => before[k] === box[k]);
      const point = middle(el);
      if (still && point && reachable(el, point)) return point;
      call.why = still ? "covered by another element" : "moving";
      if (call.left <= 0) throw new Late();
      if (still) el.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
      await pause(20);
    }
  }

  // middle is the middle of the element's first box, as far as it can be seen.
  function middle(el) {
    const box = [...el.getClientRects()].find((r) => r.width > 0 && r.height > 0);
    if (!box) return null;
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
    return left < right && top < bottom ? { x: (left + right) / 2, y: (top + bottom) / 2 } : null;
  }

  // reachable: a click at the point is one on the element, on what is inside
  // it, or on the control or label that it belongs to.
  function reachable(el, { x, y }) {
    let hit = document.elementFromPoint(x, y);
    while (hit?.shadowRoot?.elementFromPoint(x, y) && hit.shadowRoot.elementFromPoint(x, y) !== hit)
      hit = hit.shadowRoot.elementFromPoint(x, y);
    for (let node = hit; node; node = node.parentNode ?? node.host) if (node === el) return true;
    if (!hit) return false;
    return hit.closest("label")?.control === el || !!el.closest("a, button, label, summary")?.contains(hit);
  }

  function enter(el, value) {
    el.scrollIntoViewIfNeeded(true);
    el.focus({ preventScroll: true });
    const focused = el.getRootNode().activeElement === el;
    if (el.isContentEditable) getSelection().selectAllChildren(el);
    else if (focused) el.select();
    const typed = new Set(["date", "time", "datetime-local", "month", "week", "color", "range"]).has(el.type)
      ? false
      : focused && (value === "" ? document.execCommand("delete") : document.execCommand("insertText", false, value));
    const now = () => (el.isContentEditable ? el.textContent : el.value);
    if (!typed || (value === "") !== (now() === "")) {
      if (el.isContentEditable) el.textContent = value;
      else el.value = value;
      el.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true, inputType: "insertText", data: value }));
    }
    el.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // column reads one value of a row: "" or "." its text, "@name" its
  // attribute, "selector" and "selector@name" those of the first match in it.
  function column(row, wanted) {
    const [, selector, name] = wanted.match(/^(.*?)(?:@([A-Za-z_:][\w:.-]*))?$/s);
    let el = row;
    if (selector !== "" && selector !== ".") {
      try {
        el = row.querySelector(selector);
      } catch {
        throw new Fault("not a valid CSS selector: " + selector);
      }
    }
    if (!el) return null;
    return name ? el.getAttribute(name) : text(el);
  }

  function glob(pattern) {
    const source = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*");
    return new RegExp("^" + source + "$", "s");
  }

  const operations = {
    parsed: (call) => call.until(() => (!leaving && document.readyState !== "loading") || undefined),
    frame: async (call) => {
      passage.frames.set(call.selector, await call.until(() => all(call.selector).find((el) => el.matches("iframe, frame"))));
    },
    // through gives a point inside an iframe in the coordinates of the frame that holds it.
    through: (call) => {
      const el = passage.frames.get(call.selector);
      if (!el?.isConnected) throw new Late();
      const box = el.getBoundingClientRect(), style = getComputedStyle(el);
      const x = box.left + el.clientLeft + parseFloat(style.paddingLeft) + (call.wish.x ?? 0);
      const y = box.top + el.clientTop + parseFloat(style.paddingTop) + (call.wish.y ?? 0);
      if (document.elementFromPoint(x, y) === el) return { x, y };
      call.why = "its frame is covered by another element";
      throw new Late();
    },
    fill: async (call) => {
      const el = await call.until(() => call.pick(isEnabled, ["not a text field, or read-only", editable]));
      enter(el, call.wish.text ?? "");
    },
    click: (call) => spot(call, () => call.pick(isEnabled)),
    select: async (call) => {
      const wanted = call.wish.text ?? "";
      const option = (el) => [...(el.options ?? [])].find((o) => o.value === wanted && !o.disabled) ??
        [...(el.options ?? [])].find((o) => o.label.trim() === wanted.trim() && !o.disabled);
      const el = await call.until(() => call.pick(isEnabled, ["without that option", option]));
      el.focus();
      if (option(el).selected && !el.multiple) return;
      option(el).selected = true;
      for (const name of ["input", "change"]) el.dispatchEvent(new Event(name, { bubbles: true, composed: true }));
    },
    // check returns the point to click, of the box or of its label, or nothing when all is well.
    check: async (call) => {
      const boxes = () => all(call.selector).filter((el) => /^(checkbox|radio)$/.test(el.type));
      const box = await call.until(() => {
        call.why = boxes().length ? "disabled" : all(call.selector).length ? "not a checkbox" : "";
        return boxes().find(enabled);
      });
      if (box.checked === !!call.wish.on) return null;
      if (box.type === "radio" && !call.wish.on) throw new Fault("a radio button cannot be switched off");
      const target = [box, ...box.labels].find(visible);
      if (target) return spot(call, () => (target.isConnected ? target : undefined));
      box.click();
      return null;
    },
    checked: (call) => call.until(() => {
      call.why = "did not change when it was clicked";
      return all(call.selector).some((el) => enabled(el) && el.checked === !!call.wish.on) || undefined;
    }),
    text: async (call) => text(await call.until(() => call.read())),
    attr: async (call) => (await call.until(() => call.read())).getAttribute(call.wish.text),
    count: (call) => call.until(() => all(call.selector).length),
    rows: (call) => call.until(() => {
      const rows = all(call.selector).map((row) => call.wish.names.map((wanted) => column(row, wanted)));
      if (JSON.stringify(rows).length > 2000000) throw new Fault("the rows are too large");
      return rows;
    }),
    race: (call) => call.until(() => {
      const first = call.wish.selectors.findIndex((selector) => all(selector).some(visible));
      return first < 0 ? undefined : first;
    }),
    address: (call) => {
      const pattern = glob(call.wish.text);
      return call.until(() => {
        const whole = location.origin + location.pathname;
        return pattern.test(call.wish.text.startsWith("/") ? location.pathname : whole) || undefined;
      });
    },
  };

  globalThis.passage = {
    frames: new Map(), // selector → the iframe that it found
    stay() { leaving = false; },
    async run(wish) {
      const call = new Call(wish);
      const answer = {};
      try {
        if (wish.settle) await pause(0); // a form is sent in a task of its own after the click
        answer.value = (await operations[wish.op](call)) ?? null;
      } catch (e) {
        if (e instanceof Fault) answer.fault = e.message;
        else if (e instanceof Late) Object.assign(answer, { late: true, why: call.why, leaving, broken: broken() });
        else throw e;
      }
      answer.status = status();
      answer.url = location.origin === "null" ? location.protocol : location.origin + location.pathname;
      if (!answer.fault) answer.matches = (wish.selectors ?? []).map((selector) => all(selector).length);
      return answer;
    },
  };
  return self.origin;
})();
