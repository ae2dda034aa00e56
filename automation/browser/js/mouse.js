// Runs once per document, after page.js: where to click an element, and whether
// the element received the click.
(() => {
  "use strict";
  if (!globalThis.passage || passage.shared.pointFor) return;
  const { operations, TimedOut, pause, nextFrame, editable, shadow } = passage.shared;

  // slotOf returns the slot in which a component shows a node.
  const slotOf = (node) => node.assignedSlot ?? (node.parentElement && shadow(node.parentElement) &&
    [...shadow(node.parentElement).querySelectorAll("slot")].find((slot) => slot.assignedNodes().includes(node)));

  // above returns what an element is shown in: its slot, its parent, or the
  // component around its shadow root.
  const above = (el) => slotOf(el) ?? el.parentNode ?? el.host;

  // hitAt returns the innermost element at a point, in shadow roots too. For bare
  // text of a component it returns the slot that shows the text.
  function hitAt(x, y) {
    let hit = document.elementFromPoint(x, y);
    for (let inner; hit && shadow(hit); hit = inner) {
      inner = shadow(hit).elementFromPoint(x, y);
      if (!inner || inner === hit) return slotAt(hit, x, y) ?? hit;
    }
    return hit;
  }
  function slotAt(host, x, y) {
    const range = document.createRange();
    const text = [...host.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).find((node) => {
      range.selectNodeContents(node);
      return [...range.getClientRects()].some((r) => r.left <= x && x <= r.right && r.top <= y && y <= r.bottom);
    });
    return text && slotOf(text);
  }

  // pointFor waits until an element does not move and is not covered, and returns
  // the point to click, in the frame's own coordinates. What still moves after a
  // while is clicked where it is. If a press follows, it sets the guard.
  const restless = 2000; // ms
  async function pointFor(call, find) {
    for (;;) {
      const el = await call.until(find);
      call.foundAt ??= performance.now();
      el.scrollIntoViewIfNeeded(true);
      const before = boxOf(el);
      await nextFrame();
      await nextFrame();
      const box = boxOf(el);
      const moves = ["x", "y", "width", "height"].some((k) => before[k] !== box[k]) || appearing(el, call);
      const still = el.isConnected && (!moves || performance.now() - call.foundAt > restless);
      const point = clickPoint(el);
      if (still && point && reachable(el, point)) {
        if (call.request.press) setGuard(el, point, moves);
        return point;
      }
      if (still && point) blurOnce(call);
      call.reason = !still ? "moving" : point ? cover(el, point) : "out of reach";
      if (call.left <= 0) throw new TimedOut();
      if (still) el.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
      await pause(20);
    }
  }
  const boxOf = (el) => reach.rectsOf(el)[0] ?? el.getBoundingClientRect();

  // appearing reports whether an animation that ends runs on an element or around
  // it. A dialog does not move for a moment before it grows, and until it is there
  // it takes no click, or the wrong one. Animations of more than a second are not
  // waited for.
  const paint = /color|shadow|background|outline|filter|fill|stroke|offset|easing|composite/i;
  function appearing(el, call) {
    call.searchedSince ??= performance.now();
    if (performance.now() - call.searchedSince > 1000) return false;
    for (; el; el = above(el)) if (el.getAnimations?.().some(moves)) return true;
    return false;
  }
  function moves(animation) {
    if (!/running|paused/.test(animation.playState) || !Number.isFinite(animation.effect?.getComputedTiming().endTime)) return false;
    return animation.effect.getKeyframes().some((frame) => Object.keys(frame).some((name) => !paint.test(name)));
  }

  // The guard protects the element that is about to be clicked: something that
  // comes up over it between the check and the click would take the click. The
  // first event of a press decides. A press that is not on the element is
  // stopped, and can be made again. Without an element (it is inside of a frame)
  // nothing in this document may take the press. An element that moves may leave
  // the mouse between the press and the release: then no click is its own.
  let guard = null;
  const pressing = ["pointerdown", "mousedown", "pointerup", "mouseup", "click"];
  function onPress(e) {
    if (!guard || !e.isTrusted) return;
    if (guard.landed === undefined) {
      const point = { x: e.clientX, y: e.clientY };
      guard.landed = !!guard.el && reachable(guard.el, point);
      if (!guard.landed) guard.reason = cover(guard.el, point);
    }
    if (e.type === "click") guard.clicked = e.composedPath()[0] === guard.el || !holds(e.composedPath()[0], guard.el);
    if (guard.landed) return;
    e.preventDefault();
    e.stopImmediatePropagation();
  }
  function setGuard(el, point, moves) {
    if (!guard) for (const type of pressing) addEventListener(type, onPress, true);
    guard = { el, point, moves, landed: undefined, clicked: false, reason: "" };
  }

  // removeGuard removes the guard and returns what received the press instead of
  // the element, or "". A press without an event here went into a frame that
  // covers the element, or the element was removed by it.
  function removeGuard() {
    const was = guard;
    if (!was) return "";
    for (const type of pressing) removeEventListener(type, onPress, true);
    guard = null;
    if (was.landed && was.moves && !was.clicked && was.el.isConnected) return "moving";
    const lost = was.landed === undefined && was.el?.isConnected && !reachable(was.el, was.point);
    return lost ? cover(was.el, was.point) : was.landed === false ? was.reason : "";
  }

  // cover describes what is over an element: the outermost element with an id that
  // does not contain the element itself.
  function cover(el, { x, y }) {
    const hit = hitAt(x, y);
    let over = hit;
    for (let node = hit; node; node = above(node)) {
      if (el && holds(node, el)) break;
      if (node.id) over = node;
    }
    return over ? "covered by " + near.describe(over) : "covered by another element";
  }

  function holds(node, el) {
    for (; el; el = above(el)) if (el === node) return true;
    return false;
  }

  // middle returns the middle of the visible part of an element's first box.
  function middle(el) {
    const [box] = reach.rectsOf(el);
    if (!box) return null;
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
    return left < right && top < bottom ? { x: (left + right) / 2, y: (top + bottom) / 2 } : null;
  }

  // clickPoint returns where to click an element: in the middle, but beside the
  // links and buttons in a label.
  function clickPoint(el) {
    const links = el.localName === "label" && el.querySelector("a[href], button");
    for (const box of links ? el.getClientRects() : []) {
      for (let part = 1; part < 10; part++) {
        const point = { x: box.left + (box.width * part) / 10, y: box.top + box.height / 2 };
        const hit = hitAt(point.x, point.y);
        if (hit && holds(el, hit) && !inOtherLink(hit, el)) return point;
      }
    }
    return middle(el);
  }

  // inOtherLink reports whether what was hit belongs to a link or button that does
  // not contain the element.
  function inOtherLink(hit, el) {
    const link = hit.closest("a[href], button");
    return !!link && !holds(link, el);
  }

  // passesClicks reports whether the mouse goes through a field. Such a field is
  // clicked through what it is in.
  const passesClicks = (el) => el.matches("input, textarea, [role=combobox]") && getComputedStyle(el).pointerEvents === "none";

  // reachable reports whether a click at a point is on the element, on something
  // inside it, or on the control or label that it belongs to.
  function reachable(el, { x, y }) {
    const hit = hitAt(x, y);
    if (!hit) return false;
    if (holds(el, hit) || (passesClicks(el) && holds(hit, el))) return true;
    const part = el.closest("a, button, label, summary")?.contains(hit) || hit.closest("label")?.control === el;
    return part && !inOtherLink(hit, el);
  }

  // isReachable reports whether the element could be clicked, possibly after
  // scrolling. Many checkboxes are hidden under what is drawn in their place.
  function isReachable(el) {
    el.scrollIntoViewIfNeeded(true);
    const point = el.isConnected && clickPoint(el);
    return !!point && reachable(el, point);
  }

  // active returns the element that has the focus, in shadow roots too.
  function active() {
    let el = document.activeElement;
    while (el && shadow(el)?.activeElement) el = shadow(el).activeElement;
    return el;
  }

  // blurOnce takes the focus from a field, as a user does on the way to a button:
  // some pages enable the button only then, or close a list that covers it.
  function blurOnce(call) {
    if (call.blurred || performance.now() - call.start < 250) return;
    call.blurred = true;
    const el = active();
    if (el && editable(el)) el.blur();
  }

  Object.assign(passage.shared, { pointFor, isReachable, active, blurOnce });

  Object.assign(operations, {
    // pointInParent waits until a point inside an iframe is not covered, and returns
    // it in the coordinates of the parent frame; null if the iframe was removed.
    pointInParent: (call) => call.until(() => {
      const el = passage.frames.get(call.selector);
      if (!el?.isConnected) return null; // the frame has to be found again
      const box = el.getBoundingClientRect(), style = getComputedStyle(el);
      const x = box.left + el.clientLeft + parseFloat(style.paddingLeft) + (call.request.x ?? 0);
      const y = box.top + el.clientTop + parseFloat(style.paddingTop) + (call.request.y ?? 0);
      if (hitAt(x, y) === el) {
        if (call.request.press) setGuard(null, null, false);
        return { x, y };
      }
      call.reason = "its frame is " + cover(el, { x, y });
    }),
    clickedInstead: removeGuard,
  });
})();
