// Runs once per document, after mouse.js: filling, clicking, scrolling and fetching.
(() => {
  "use strict";
  if (!globalThis.passage || passage.acting) return;
  passage.acting = true;
  const { operations, InvalidCall, TimedOut, pause, nextFrame, visible, enabled, editable, shadow, pointFor, isReachable, active, blurOnce } = passage.shared;
  const isEnabled = ["disabled", enabled];
  const isEditable = ["not a text field, or read-only", editable];

  const typed = new WeakSet(); // fields into which something was typed
  const valueOf = (el) => (el.isContentEditable ? el.textContent : el.value);
  const untyped = new Set(["date", "time", "datetime-local", "month", "week", "color", "range"]);
  const forms = {
    date: "a date field takes 2026-08-12", time: "a time field takes 09:30", "datetime-local": "this field takes 2026-08-12T09:30",
    month: "a month field takes 2026-08", week: "a week field takes 2026-W33",
  };

  // focus focuses an element, and returns whether the element keeps the focus.
  function focus(el) {
    el.scrollIntoViewIfNeeded(true);
    el.focus({ preventScroll: true });
    return el.getRootNode().activeElement === el;
  }

  // encode returns the bytes of a blob in base64.
  function encode(blob) {
    return new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(blob);
    });
  }

  function selectAll(el) {
    if (el.isContentEditable) getSelection().selectAllChildren(el);
    else if (el.getRootNode().activeElement === el) el.select?.();
  }

  // enter replaces the content of a field. The key events around the text are
  // those of an input method, which name no key: widgets that wait for any key
  // get one.
  function enter(el, value) {
    typed.add(el);
    const focused = focus(el);
    selectAll(el);
    const key = (type) => el.dispatchEvent(new KeyboardEvent(type, { key: "Unidentified", keyCode: 229, bubbles: true, composed: true, cancelable: true }));
    key("keydown");
    const done = !untyped.has(el.type) && focused && (value === "" ? document.execCommand("delete") : document.execCommand("insertText", false, value));
    if (!done || (value === "") !== (valueOf(el) === "")) {
      if (el.isContentEditable) el.textContent = value;
      else el.value = value;
      el.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true, inputType: "insertText", data: value }));
    }
    key("keyup");
    el.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // plain returns the letters and digits of a text, which a field that formats it
  // must keep.
  const plain = (s) => s.normalize("NFKD").replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();

  // accepted reports whether a field holds a value, however the field formats it.
  function accepted(el, value) {
    if (untyped.has(el.type) || !el.isConnected) return true;
    const now = valueOf(el);
    if (el.type === "password" || !plain(value)) return now === value;
    if (value.includes("@")) return now.toLowerCase().includes(value.trim().toLowerCase());
    if (/^\d+[.,]\d{1,2}$/.test(value) && !/[.,]/.test(now)) return false; // 85.00 is not 8500
    return plain(now).includes(plain(value));
  }

  // boxes returns the inputs of one character each that a code is split into,
  // from el on. It records where the first one is, because a widget may replace
  // the inputs at every key.
  let first = null;
  const single = (box) => box.maxLength === 1 && visible(box);
  const inside = (around) => selecting.all("input", around.nodeType === Node.DOCUMENT_NODE ? document : around).filter(single);
  function boxes(el, length) {
    for (let around = el.parentNode; around; around = around.parentNode ?? around.host) {
      const all = inside(around), at = all.indexOf(el);
      if (all.length >= length) {
        first = { around, at };
        return all.slice(at, at + length);
      }
    }
    return [];
  }

  // A checkbox is one of the browser's own, or an element with such a role.
  const isBox = (el) => /^(checkbox|radio)$/.test(el.type) || /^(checkbox|radio|switch)$/.test(el.getAttribute("role"));
  // isChecked takes aria-pressed too: libraries write it where aria-checked belongs.
  const isChecked = (el) => (el instanceof HTMLInputElement ? el.checked : (el.getAttribute("aria-checked") ?? el.getAttribute("aria-pressed")) === "true");

  // inner returns the only element of a kind in a component's shadow root, or else
  // the component itself.
  const inner = (is) => (el) => {
    const root = is(el) ? null : shadow(el);
    const found = root ? selecting.all("*", root).filter(is) : [];
    return found.length === 1 ? found[0] : el;
  };
  const [innerField, innerBox] = [inner(editable), inner(isBox)];

  // scroller returns what a page scrolls: the document, or the largest element that
  // can scroll.
  function scroller() {
    const page = document.scrollingElement;
    if (page && page.scrollHeight > page.clientHeight + 1) return page;
    const area = (el) => el.clientWidth * el.clientHeight;
    const found = selecting.all("*").filter((el) => el.scrollHeight > el.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(el).overflowY));
    return found.sort((a, b) => area(b) - area(a))[0] ?? page;
  }

  // waiting returns a function that reports whether some milliseconds have passed
  // in which the page could have done something. It counts steps of 100 ms, so a
  // machine that is too busy to run the page does not count.
  function waiting(ms) {
    let steps = 0, last = performance.now();
    return () => {
      const now = performance.now();
      if (now - last >= 90) steps++, last = now;
      return steps * 100 >= ms;
    };
  }

  // scrolled is the box that scroll has scrolled, with its size before.
  let scrolled = { size: "" };

  Object.assign(passage.shared, { enter, valueOf });

  Object.assign(operations, {
    // fill returns "keys" for a field that did not accept the text and needs real
    // keys, and "boxes" for one that holds one character of several.
    fill: async (call) => {
      const value = call.request.text ?? "", letters = [...value];
      call.target = innerField;
      call.isOne = (found) => letters.length > 1 && found.every(single);
      const field = () => call.until(() => call.pick([isEditable], [isEnabled]));
      let el = await field();
      if (el.maxLength === 1 && letters.length > 1) {
        if (boxes(el, letters.length).length < letters.length) throw new InvalidCall("the field takes one character, and there are not as many like it as the text has");
        return "boxes";
      }
      if (active() !== el) {
        focus(el);
        await pause(0); // for what the page does then: some reset the field, or replace it
        el = await field();
      }
      enter(el, value);
      await pause(0); // for a framework that renders the field anew
      if (untyped.has(el.type) && el.value !== value) throw new InvalidCall(forms[el.type] ?? "a field of this kind does not take such a text");
      return accepted(el, value) ? "" : "keys";
    },
    // kept returns null if the field holds the text that was typed with real keys, or
    // is gone, and otherwise how much of it the field holds.
    kept: async (call) => {
      call.target = innerField;
      const value = call.request.text ?? "";
      const el = call.pick([isEditable], []);
      for (let i = 0; i < 10 && el && !accepted(el, value); i++) await pause(20);
      if (!el || accepted(el, value)) return null;
      const [holds, of] = el.type === "password" || !plain(value) ? [valueOf(el), value] : [plain(valueOf(el)), plain(value)];
      return { holds: [...holds].length, of: [...of].length, maxLength: Math.max(el.maxLength ?? 0, 0) };
    },
    // box focuses one of the boxes that fill found, the one with index request.x.
    box: async (call) => {
      call.isOne = (found) => found.every(single);
      const box = await call.until(() => {
        if (!first?.around.isConnected) {
          const el = call.pick([isEditable], []);
          if (!el || !boxes(el, 1).length) return undefined;
        }
        const box = inside(first.around)[first.at + (call.request.x ?? 0)];
        call.reason = !box ? "there are no more boxes" : !enabled(box) ? "disabled" : !editable(box) ? "read-only" : "";
        return call.reason ? undefined : box;
      });
      typed.add(box);
      if (active() !== box) focus(box);
      if (box.value) box.select();
    },
    // focus prepares for real keys. With on, they replace the content.
    focus: async (call) => {
      call.target = innerField;
      const el = await call.until(() => call.pick([isEditable], [isEnabled]));
      typed.add(el);
      if (!focus(el)) throw new InvalidCall("the field does not take the focus");
      if (call.request.on) selectAll(el);
      else if (el.isContentEditable) getSelection().selectAllChildren(el), getSelection().collapseToEnd();
      else if (el.selectionEnd !== null) el.setSelectionRange(el.value.length, el.value.length);
    },
    click: (call) => pointFor(call, () => {
      const el = call.pick([], [isEnabled]);
      if (call.reason === "disabled") blurOnce(call);
      return el;
    }),
    ready: (call) => call.until(() => !!call.pick([], [isEnabled]) || !!call.several),
    // check returns the point to click, of the checkbox or of its label, or null if
    // nothing has to be done.
    check: async (call) => {
      call.target = innerBox;
      const box = await call.until(() => {
        const found = selecting.all(call.selector).map(innerBox);
        call.reason = found.some(isBox) ? "disabled" : found.length ? "not a checkbox" : "";
        const box = call.read(isBox);
        return box && enabled(box) ? box : undefined;
      });
      if (isChecked(box) === !!call.request.on) return null;
      if ((box.type ?? box.getAttribute("role")) === "radio" && !call.request.on) throw new InvalidCall("a radio button cannot be switched off");
      const targets = [box, ...(box.labels ?? [])].filter(visible);
      if (targets.length) return pointFor(call, () => targets.find(isReachable) ?? targets.find((el) => el.isConnected));
      box.click();
      return null;
    },
    // value returns the content of a field, and isChecked whether a checkbox is on.
    value: async (call) => {
      const el = await call.until(() => call.read((el) => "value" in el || el.isContentEditable, valueOf));
      if ([el, innerField(el)].some((field) => field.type === "password" || typed.has(field))) throw new InvalidCall("what was typed is not told, nor what a password field holds");
      return String(valueOf(el));
    },
    isChecked: async (call) => {
      call.target = innerBox;
      return isChecked(await call.until(() => call.read(isBox, isChecked)));
    },
    checked: (call) => call.until(() => {
      call.target = innerBox;
      call.reason = "did not change when it was clicked";
      const box = call.read(isBox);
      return (box && enabled(box) && isChecked(box) === !!call.request.on) || undefined;
    }),
    // scroll scrolls to the end of a list and returns whether more of it appeared.
    // With on it only goes on waiting.
    scroll: async (call) => {
      const box = call.request.selectors ? await call.until(() => call.read()) : scroller();
      if (!box) return false;
      const size = () => `${box.scrollHeight} ${box.querySelectorAll("*").length}`;
      if (!call.request.on || scrolled.box !== box) {
        scrolled = { box, size: size() };
        box.scrollBy({ top: -2, behavior: "instant" }); // at the end already, the next line alone would cause no event
        await nextFrame();
        box.scrollTo({ top: box.scrollHeight, behavior: "instant" });
      }
      const over = waiting(call.request.x);
      return call.until(() => (size() !== scrolled.size ? true : over() ? false : undefined));
    },
    // step scrolls a list by most of its height and returns whether it moved. At
    // the end it waits whether more of the list appears.
    step: async (call) => {
      const box = call.request.selectors ? await call.until(() => call.read()) : scroller();
      if (!box) return false;
      const moved = () => {
        const before = box.scrollTop;
        box.scrollBy({ top: Math.max(1, box.clientHeight * 0.8), behavior: "instant" });
        return box.scrollTop > before;
      };
      const listening = new AbortController();
      const event = new Promise((done) => box.getRootNode().addEventListener("scroll", done, { capture: true, signal: listening.signal }));
      const over = waiting(call.request.x);
      try {
        const movedOn = await call.until(() => moved() || (over() ? false : undefined));
        if (movedOn) { // rows are drawn at the scroll event, or in the next frame
          await Promise.race([event, pause(1000)]);
          for (let i = 0; i < 2; i++) await nextFrame();
        }
        return movedOn;
      } finally {
        listening.abort();
      }
    },
    // stored returns what the page keeps under a key.
    stored: (call) => localStorage.getItem(call.request.text) ?? sessionStorage.getItem(call.request.text),
    // fetch fetches an address as the site's own scripts would, up to request.x
    // bytes, as text or, for request.base64, in base64.
    fetch: async (call) => {
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), Math.max(0, call.left));
      try {
        const { text: address, body: sent, authorization, base64 } = call.request;
        const headers = { Accept: base64 ? "application/pdf" : "application/json" };
        if (sent) headers["Content-Type"] = "application/json";
        if (authorization) headers.Authorization = authorization;
        const reply = await fetch(address, { method: sent ? "POST" : "GET", body: sent, credentials: "include", headers, signal: stop.signal });
        const type = (reply.headers.get("Content-Type") ?? "").split(";")[0];
        const reader = reply.body?.getReader(), decoder = new TextDecoder(), chunks = [];
        let body = "";
        for (let size = 0; reader;) {
          const { done, value } = await reader.read();
          if (done) break;
          size += value.length;
          if (size > call.request.x) throw new InvalidCall(`the answer is larger than ${call.request.x >> 10} KiB`);
          if (base64) chunks.push(value);
          else body += decoder.decode(value, { stream: true });
        }
        if (base64) body = await encode(new Blob(chunks));
        return { status: reply.status, type, body };
      } catch (e) {
        if (e instanceof InvalidCall) throw e;
        if (stop.signal.aborted) throw new TimedOut();
        return { status: 0, type: "", body: "" };
      } finally {
        clearTimeout(timer);
      }
    },
  });
})();
