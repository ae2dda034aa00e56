// Runs once per document, after page.js: where to click an element, and whether
// the click came to it.
(() => {
  "use strict";
  if (!globalThis.passage || passage.kit.spot) return;
  const { operations, Late, pause, nextFrame, editable, shadow } = passage.kit;

  // slotOf is where a component shows what stands between its tags.
  const slotOf = (node) => node.assignedSlot ?? (node.parentElement && shadow(node.parentElement) &&
    [...shadow(node.parentElement).querySelectorAll("slot")].find((slot) => slot.assignedNodes().includes(node)));

  // above is what an element is shown in: the slot that shows it, its parent,
  // or the component around its shadow root.
  const above = (el) => slotOf(el) ?? el.parentNode ?? el.host;

  // hitAt is the innermost element at a point, shadow roots included. Where it
  // is the bare text of a component, that is the slot which shows it.
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

  // spot waits until an element stands still and is not covered, and returns
  // the point to click, in the frame's own coordinates. Before a press, the gate
  // is set for it.
  async function spot(call, find) {
    for (;;) {
      const el = await call.until(find);
      el.scrollIntoViewIfNeeded(true);
      const before = el.getBoundingClientRect();
      await nextFrame();
      await nextFrame();
      const box = el.getBoundingClientRect();
      const still = el.isConnected && ["x", "y", "width", "height"].every((k) => before[k] === box[k]) && !appearing(el, call);
      const point = aim(el);
      if (still && point && reachable(el, point)) {
        if (call.wish.press) setGate(el, point);
        return point;
      }
      if (still && point) blurOnce(call);
      call.why = !still ? "moving" : point ? cover(el, point) : "out of reach";
      if (call.left <= 0) throw new Late();
      if (still) el.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
      await pause(20);
    }
  }

  // appearing: an animation that ends is under way on the element or on what it
  // is in. A dialog stands still for a moment before it grows, and takes no
  // click or the wrong one until it is there. One that takes longer than a
  // second is none to wait for.
  const paint = /color|shadow|background|outline|filter|fill|stroke|offset|easing|composite/i;
  function appearing(el, call) {
    call.sought ??= performance.now();
    if (performance.now() - call.sought > 1000) return false;
    for (; el; el = above(el)) if (el.getAnimations?.().some(moves)) return true;
    return false;
  }
  function moves(animation) {
    if (!/running|paused/.test(animation.playState) || !Number.isFinite(animation.effect?.getComputedTiming().endTime)) return false;
    return animation.effect.getKeyframes().some((frame) => Object.keys(frame).some((name) => !paint.test(name)));
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

  // middle is the middle of the element's first box, as far as it can be seen.
  function middle(el) {
    const box = [...el.getClientRects()].find((r) => r.width > 0 && r.height > 0);
    if (!box) return null;
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
    return left < right && top < bottom ? { x: (left + right) / 2, y: (top + bottom) / 2 } : null;
  }

  // aim is where to click an element: in the middle, but beside the links and
  // buttons that a label may hold.
  function aim(el) {
    const links = el.localName === "label" && el.querySelector("a[href], button");
    for (const box of links ? el.getClientRects() : []) {
      for (let part = 1; part < 10; part++) {
        const point = { x: box.left + (box.width * part) / 10, y: box.top + box.height / 2 };
        const hit = hitAt(point.x, point.y);
        if (hit && holds(el, hit) && !elsewhere(hit, el)) return point;
      }
    }
    return middle(el);
  }

  // elsewhere: what was hit belongs to a link or button that the element is not in.
  function elsewhere(hit, el) {
    const link = hit.closest("a[href], button");
    return !!link && !holds(link, el);
  }

  // lends: a field that the mouse goes through is clicked by way of what it is in.
  const lends = (el) => el.matches("input, textarea, [role=combobox]") && getComputedStyle(el).pointerEvents === "none";

  // reachable: a click at the point is one on the element, on what is inside
  // it, or on the control or label that it belongs to.
  function reachable(el, { x, y }) {
    const hit = hitAt(x, y);
    if (!hit) return false;
    if (holds(el, hit) || (lends(el) && holds(hit, el))) return true;
    const part = el.closest("a, button, label, summary")?.contains(hit) || hit.closest("label")?.control === el;
    return part && !elsewhere(hit, el);
  }

  // inReach: the element could be clicked, if need be after scrolling. Many a
  // box is hidden under what is drawn in its place.
  function inReach(el) {
    el.scrollIntoViewIfNeeded(true);
    const point = el.isConnected && aim(el);
    return !!point && reachable(el, point);
  }

  // active is where the focus is, shadow roots included.
  function active() {
    let el = document.activeElement;
    while (el && shadow(el)?.activeElement) el = shadow(el).activeElement;
    return el;
  }

  // blurOnce leaves the field that has the focus, as a person does on the way
  // to a button: some enable the button only then, some then close a list that
  // is over it.
  function blurOnce(call) {
    if (call.blurred || performance.now() - call.start < 250) return;
    call.blurred = true;
    const el = active();
    if (el && editable(el)) el.blur();
  }

  Object.assign(passage.kit, { spot, inReach, active, blurOnce });

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
  });
})();
