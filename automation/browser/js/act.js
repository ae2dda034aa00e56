// Runs once per document, after mouse.js: what a person does to it, and fetch.
(() => {
  "use strict";
  if (!globalThis.passage || passage.acting) return;
  passage.acting = true;
  const { operations, Fault, Late, pause, nextFrame, visible, enabled, editable, shadow, spot, inReach, active, blurOnce } = passage.kit;
  const isEnabled = ["disabled", enabled];
  const isEditable = ["not a text field, or read-only", editable];

  const typed = new WeakSet(); // fields that something was typed into
  const valueOf = (el) => (el.isContentEditable ? el.textContent : el.value);
  const untyped = new Set(["date", "time", "datetime-local", "month", "week", "color", "range"]);
  const forms = {
    date: "a date field takes 2026-08-12", time: "a time field takes 09:30", "datetime-local": "this field takes 2026-08-12T09:30",
    month: "a month field takes 2026-08", week: "a week field takes 2026-W33",
  };

  // focus gives an element the focus, and says whether it keeps it.
  function focus(el) {
    el.scrollIntoViewIfNeeded(true);
    el.focus({ preventScroll: true });
    return el.getRootNode().activeElement === el;
  }

  function selectAll(el) {
    if (el.isContentEditable) getSelection().selectAllChildren(el);
    else if (el.getRootNode().activeElement === el) el.select?.();
  }

  // enter replaces what a field holds. The keys around the text are those of
  // an input method, which name no key: widgets that wait for any key see one.
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

  // took: the field holds what it was given, give or take how it writes it.
  function took(el, value) {
    if (untyped.has(el.type) || !el.isConnected) return true;
    const plain = (s) => s.replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();
    const wanted = plain(value), now = plain(valueOf(el));
    return now.includes(wanted) || (wanted.includes(now) && now.length * 2 >= wanted.length);
  }

  // boxes are the inputs of one character each that a code is split into, from
  // the first empty-handed one on: those around el that take no more than it.
  // The place of the first is kept: a widget may build them anew at every key.
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

  // Boxes are the browser's own, or say by their role that they are such.
  const isBox = (el) => /^(checkbox|radio)$/.test(el.type) || /^(checkbox|radio|switch)$/.test(el.getAttribute("role"));
  const isChecked = (el) => (el instanceof HTMLInputElement ? el.checked : el.getAttribute("aria-checked") === "true");

  // inner has a component stand for the one thing of a kind in its shadow root.
  const inner = (is) => (el) => {
    const root = is(el) ? null : shadow(el);
    const found = root ? selecting.all("*", root).filter(is) : [];
    return found.length === 1 ? found[0] : el;
  };
  const [innerField, innerBox] = [inner(editable), inner(isBox)];

  // scroller is what a page scrolls: the document, or the largest box that can.
  function scroller() {
    const page = document.scrollingElement;
    if (page && page.scrollHeight > page.clientHeight + 1) return page;
    const area = (el) => el.clientWidth * el.clientHeight;
    const found = selecting.all("*").filter((el) => el.scrollHeight > el.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(el).overflowY));
    return found.sort((a, b) => area(b) - area(a))[0] ?? page;
  }

  Object.assign(passage.kit, { enter, valueOf });

  Object.assign(operations, {
    // fill returns "keys" for a field that did not take the text and wants real
    // keys, and "boxes" for one that takes a single character of several.
    fill: async (call) => {
      call.meant = innerField;
      const field = () => call.until(() => call.pick(isEnabled, isEditable));
      let el = await field();
      const value = call.wish.text ?? "", letters = [...value];
      if (el.maxLength === 1 && letters.length > 1) {
        if (boxes(el, letters.length).length < letters.length) throw new Fault("the field takes one character, and there are not as many like it as the text has");
        return "boxes";
      }
      if (active() !== el) {
        focus(el);
        await pause(0); // for what the page does at that: some set the field afresh, or make it anew
        el = await field();
      }
      enter(el, value);
      if (untyped.has(el.type) && el.value !== value) throw new Fault(forms[el.type] ?? "a field of this kind does not take such a text");
      return took(el, value) ? "" : "keys";
    },
    // box gives the focus to one of the boxes that fill found, the wish.x-th.
    box: async (call) => {
      const box = await call.until(() => {
        if (!first?.around.isConnected) {
          const el = call.pick(isEditable);
          if (!el || !boxes(el, 1).length) return undefined;
        }
        const box = inside(first.around)[first.at + (call.wish.x ?? 0)];
        call.why = !box ? "there are no more boxes" : !enabled(box) ? "disabled" : !editable(box) ? "read-only" : "";
        return call.why ? undefined : box;
      });
      typed.add(box);
      if (active() !== box) focus(box);
      if (box.value) box.select();
    },
    // focus is what comes before real keys. With on, they replace what is there.
    focus: async (call) => {
      call.meant = innerField;
      const el = await call.until(() => call.pick(isEnabled, isEditable));
      typed.add(el);
      if (!focus(el)) throw new Fault("the field does not take the focus");
      if (call.wish.on) selectAll(el);
      else if (el.isContentEditable) getSelection().selectAllChildren(el), getSelection().collapseToEnd();
      else if (el.selectionEnd !== null) el.setSelectionRange(el.value.length, el.value.length);
    },
    click: (call) => spot(call, () => {
      const el = call.pick(isEnabled);
      if (call.why === "disabled") blurOnce(call);
      return el;
    }),
    ready: (call) => call.until(() => !!call.pick(isEnabled)),
    // check returns the point to click, of the box or of its label, or nothing when all is well.
    check: async (call) => {
      call.meant = innerBox;
      const box = await call.until(() => {
        const found = selecting.all(call.selector).map(innerBox);
        call.why = found.some(isBox) ? "disabled" : found.length ? "not a checkbox" : "";
        return call.read((el) => isBox(el) && enabled(el));
      });
      if (isChecked(box) === !!call.wish.on) return null;
      if ((box.type ?? box.getAttribute("role")) === "radio" && !call.wish.on) throw new Fault("a radio button cannot be switched off");
      const targets = [box, ...(box.labels ?? [])].filter(visible);
      if (targets.length) return spot(call, () => targets.find(inReach) ?? targets.find((el) => el.isConnected));
      box.click();
      return null;
    },
    // value is what a field holds, and isChecked whether a box is on.
    value: async (call) => {
      const el = await call.until(() => call.read((el) => "value" in el || el.isContentEditable));
      if ([el, innerField(el)].some((field) => field.type === "password" || typed.has(field))) throw new Fault("what was typed is not told, nor what a password field holds");
      return String(valueOf(el));
    },
    isChecked: async (call) => {
      call.meant = innerBox;
      return isChecked(await call.until(() => call.read(isBox)));
    },
    checked: (call) => call.until(() => {
      call.why = "did not change when it was clicked";
      return selecting.all(call.selector).map(innerBox).some((el) => enabled(el) && isBox(el) && isChecked(el) === !!call.wish.on) || undefined;
    }),
    // scroll goes to the end of a list and returns whether more of it came.
    scroll: async (call) => {
      const box = call.wish.selectors ? await call.until(() => call.read()) : scroller();
      if (!box) return false;
      const size = () => `${box.scrollHeight} ${box.querySelectorAll("*").length}`;
      const before = size();
      box.scrollBy({ top: -2, behavior: "instant" }); // at the end already, the next line alone would not be an event
      await nextFrame();
      box.scrollTo({ top: box.scrollHeight, behavior: "instant" });
      const start = performance.now();
      return call.until(() => (size() !== before ? true : performance.now() - start > call.wish.x ? false : undefined));
    },
    // step scrolls a list on by most of what it shows and returns whether it
    // did; at the end only if more of the list comes.
    step: async (call) => {
      const box = call.wish.selectors ? await call.until(() => call.read()) : scroller();
      if (!box) return false;
      const moved = () => {
        const before = box.scrollTop;
        box.scrollBy({ top: Math.max(1, box.clientHeight * 0.8), behavior: "instant" });
        return box.scrollTop > before;
      };
      const listening = new AbortController();
      const told = new Promise((done) => box.getRootNode().addEventListener("scroll", done, { capture: true, signal: listening.signal }));
      const start = performance.now();
      try {
        const went = await call.until(() => moved() || (performance.now() - start > call.wish.x ? false : undefined));
        if (went) { // rows are drawn at the event of it, or in the frame after that
          await Promise.race([told, pause(1000)]);
          for (let i = 0; i < 2; i++) await nextFrame();
        }
        return went;
      } finally {
        listening.abort();
      }
    },
    // fetch gets something of the site's as its own scripts would, of at most
    // wish.x bytes.
    fetch: async (call) => {
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), Math.max(0, call.left));
      try {
        const reply = await fetch(call.wish.text, { credentials: "include", headers: { Accept: "application/json" }, signal: stop.signal });
        const type = (reply.headers.get("Content-Type") ?? "").split(";")[0];
        const reader = reply.body?.getReader(), decoder = new TextDecoder();
        let body = "";
        for (let size = 0; reader;) {
          const { done, value } = await reader.read();
          if (done) break;
          size += value.length;
          if (size > call.wish.x) throw new Fault(`the answer is larger than ${call.wish.x >> 10} KiB`);
          body += decoder.decode(value, { stream: true });
        }
        return { status: reply.status, type, body };
      } catch (e) {
        if (e instanceof Fault) throw e;
        if (stop.signal.aborted) throw new Late();
        return { status: 0, type: "", body: "" };
      } finally {
        clearTimeout(timer);
      }
    },
  });
})();
