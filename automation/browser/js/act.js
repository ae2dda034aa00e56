// Runs once per document, after page.js: what a person does to it, and fetch.
(() => {
  "use strict";
  if (!globalThis.passage || passage.acting) return;
  passage.acting = true;
  const { operations, Fault, Late, pause, nextFrame, visible, enabled, editable, shadow } = passage.kit;
  const isEnabled = ["disabled", enabled];
  const isEditable = ["not a text field, or read-only", editable];

  // hitAt is the innermost element at a point, shadow roots included.
  function hitAt(x, y) {
    let hit = document.elementFromPoint(x, y);
    for (let inner; hit && shadow(hit); hit = inner) {
      inner = shadow(hit).elementFromPoint(x, y);
      if (!inner || inner === hit) break;
    }
    return hit;
  }

  // spot waits until an element stands still and is not covered, and returns
  // the point to click, in the frame's own coordinates. With on, the gate waits
  // for the click.
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
      if (still && point && reachable(el, point)) {
        if (call.wish.press) setGate(el, point);
        return point;
      }
      call.why = !still ? "moving" : point ? cover(el, point) : "out of reach";
      if (call.left <= 0) throw new Late();
      if (still) el.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
      await pause(20);
    }
  }

  // The gate stands before the element that is about to be clicked: what comes
  // up over it between the look and the click would take the click in its
  // place. The first event of a press decides; one that is not on the element
  // comes to nothing, and another look can follow. Without an element (where it
  // is inside of a frame) nothing here may take the press.
  let gate = null;
  const pressing = ["pointerdown", "mousedown", "pointerup", "mouseup", "click"];
  function onPress(e) {
    if (!gate || !e.isTrusted) return;
    if (gate.landed === undefined) {
      const point = { x: e.clientX, y: e.clientY };
      gate.landed = !!gate.el && reachable(gate.el, point);
      if (!gate.landed) gate.why = cover(gate.el, point);
    }
    if (gate.landed) return;
    e.preventDefault();
    e.stopImmediatePropagation();
  }
  function setGate(el, point) {
    if (!gate) for (const type of pressing) addEventListener(type, onPress, true);
    gate = { el, point, landed: undefined, why: "" };
  }

  // openGate takes the gate away and returns what the press came to instead, or
  // "". One that was not seen here went into a frame that covers the element,
  // or else the element has taken it with it.
  function openGate() {
    const was = gate;
    if (!was) return "";
    for (const type of pressing) removeEventListener(type, onPress, true);
    gate = null;
    const lost = was.landed === undefined && was.el?.isConnected && !reachable(was.el, was.point);
    return lost ? cover(was.el, was.point) : was.landed === false ? was.why : "";
  }

  // cover names what is over an element: the outermost that has an id, but not
  // what the element itself is in.
  function cover(el, { x, y }) {
    const hit = hitAt(x, y);
    let over = hit;
    for (let node = hit; node; node = node.parentNode ?? node.host) {
      if (el && holds(node, el)) break;
      if (node.id) over = node;
    }
    return over ? "covered by " + near.describe(over) : "covered by another element";
  }
  function holds(node, el) {
    for (; el; el = el.parentNode ?? el.host) if (el === node) return true;
    return false;
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
    const hit = hitAt(x, y);
    if (!hit) return false;
    if (holds(el, hit)) return true;
    return hit.closest("label")?.control === el || !!el.closest("a, button, label, summary")?.contains(hit);
  }

  // active is where the focus is, shadow roots included.
  function active() {
    let el = document.activeElement;
    while (el && shadow(el)?.activeElement) el = shadow(el).activeElement;
    return el;
  }

  const typed = new WeakSet(); // fields that something was typed into
  const valueOf = (el) => (el.isContentEditable ? el.textContent : el.value);
  const untyped = new Set(["date", "time", "datetime-local", "month", "week", "color", "range"]);

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
  function boxes(el, length) {
    const single = (box) => box.maxLength === 1 && visible(box) && enabled(box) && editable(box);
    for (let around = el.parentNode; around; around = around.parentNode ?? around.host) {
      const all = selecting.all("input", around.nodeType === Node.DOCUMENT_NODE ? document : around).filter(single);
      if (all.length >= length) return all.slice(all.indexOf(el), all.indexOf(el) + length);
    }
    return [];
  }

  // blurOnce leaves the field that has the focus, as a person does on the way
  // to a button: some enable the button only then.
  function blurOnce(call) {
    if (call.blurred || call.why !== "disabled" || performance.now() - call.start < 250) return;
    call.blurred = true;
    const el = active();
    if (el && editable(el)) el.blur();
  }

  // Boxes are the browser's own, or say by their role that they are such.
  const isBox = (el) => /^(checkbox|radio)$/.test(el.type) || /^(checkbox|radio|switch)$/.test(el.getAttribute("role"));
  const isChecked = (el) => (el instanceof HTMLInputElement ? el.checked : el.getAttribute("aria-checked") === "true");

  // scroller is what a page scrolls: the document, or the largest box that can.
  function scroller() {
    const page = document.scrollingElement;
    if (page && page.scrollHeight > page.clientHeight + 1) return page;
    const area = (el) => el.clientWidth * el.clientHeight;
    const found = selecting.all("*").filter((el) => el.scrollHeight > el.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(el).overflowY));
    return found.sort((a, b) => area(b) - area(a))[0] ?? page;
  }

  Object.assign(operations, {
    // through waits until a point inside an iframe is not covered, and gives it
    // in the coordinates of the frame that holds it; null if the iframe is gone.
    through: (call) => call.until(() => {
      const el = passage.frames.get(call.selector);
      if (!el?.isConnected) return null; // the frame has to be found again
      const box = el.getBoundingClientRect(), style = getComputedStyle(el);
      const x = box.left + el.clientLeft + parseFloat(style.paddingLeft) + (call.wish.x ?? 0);
      const y = box.top + el.clientTop + parseFloat(style.paddingTop) + (call.wish.y ?? 0);
      if (hitAt(x, y) === el) {
        if (call.wish.press) setGate(null, null);
        return { x, y };
      }
      call.why = "its frame is " + cover(el, { x, y });
    }),
    missed: openGate,
    // fill returns whether the field did not take the text and wants real keys.
    fill: async (call) => {
      const el = await call.until(() => call.pick(isEnabled, isEditable));
      const value = call.wish.text ?? "", letters = [...value];
      if (el.maxLength !== 1 || letters.length < 2) {
        enter(el, value);
        return !took(el, value);
      }
      const split = boxes(el, letters.length);
      if (split.length < letters.length) throw new Fault("the field takes one character, and there are not as many like it as the text has");
      split.forEach((box, i) => enter(box, letters[i]));
      return false;
    },
    // focus is what comes before real keys. With on, they replace what is there.
    focus: async (call) => {
      const el = await call.until(() => call.pick(isEnabled, isEditable));
      typed.add(el);
      if (!focus(el)) throw new Fault("the field does not take the focus");
      if (call.wish.on) selectAll(el);
      else if (el.isContentEditable) getSelection().selectAllChildren(el), getSelection().collapseToEnd();
      else if (el.selectionEnd !== null) el.setSelectionRange(el.value.length, el.value.length);
    },
    click: (call) => spot(call, () => {
      const el = call.pick(isEnabled);
      if (!el) blurOnce(call);
      return el;
    }),
    ready: (call) => call.until(() => !!call.pick(isEnabled)),
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
      const box = await call.until(() => {
        const found = selecting.all(call.selector);
        call.why = found.some(isBox) ? "disabled" : found.length ? "not a checkbox" : "";
        return call.read((el) => isBox(el) && enabled(el));
      });
      if (isChecked(box) === !!call.wish.on) return null;
      if ((box.type ?? box.getAttribute("role")) === "radio" && !call.wish.on) throw new Fault("a radio button cannot be switched off");
      const target = [box, ...(box.labels ?? [])].find(visible);
      if (target) return spot(call, () => (target.isConnected ? target : undefined));
      box.click();
      return null;
    },
    // value is what a field holds, and isChecked whether a box is on.
    value: async (call) => {
      const el = await call.until(() => call.read((el) => "value" in el || el.isContentEditable));
      if (el.type === "password" || typed.has(el)) throw new Fault("what was typed is not told, nor what a password field holds");
      return String(valueOf(el));
    },
    isChecked: async (call) => isChecked(await call.until(() => call.read(isBox))),
    checked: (call) => call.until(() => {
      call.why = "did not change when it was clicked";
      return selecting.all(call.selector).some((el) => enabled(el) && isBox(el) && isChecked(el) === !!call.wish.on) || undefined;
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
