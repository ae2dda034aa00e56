// Runs once per document, after select.js: which elements a user sees, where they
// are, and which of them the user could get to.
(() => {
  "use strict";
  if (globalThis.reach) return;
  const { shadow } = selecting;

  const above = (el) => el.assignedSlot ?? el.parentElement ?? el.getRootNode().host;
  const isRendered = (el) => el.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: false });
  const withArea = (rects) => [...rects].filter((r) => r.width > 0 && r.height > 0);

  // contents lists the nodes that an element shows: of a component those of its
  // shadow root, and of a slot those assigned to it.
  function contents(el) {
    const assigned = el.localName === "slot" ? el.assignedNodes({ flatten: true }) : [];
    return assigned.length ? assigned : (shadow(el) ?? el).childNodes;
  }

  // rectsOf returns where an element is shown: its own boxes or, if it has none with
  // an area, those of the first thing inside of it that has. That is so for display:
  // contents, and for a link with only an image that floats.
  const mostInside = 100; // elements
  function rectsOf(el, budget = { left: mostInside }) {
    const style = getComputedStyle(el);
    if (style.visibility !== "visible") return [];
    if (style.display !== "contents") {
      if (!isRendered(el)) return [];
      const own = withArea(el.getClientRects());
      if (own.length || style.overflow !== "visible") return own;
    }
    for (const node of contents(el)) {
      if (budget.left-- <= 0) return [];
      const rects = node.nodeType === Node.TEXT_NODE ? withArea(textRects(node)) : node.nodeType === Node.ELEMENT_NODE ? rectsOf(node, budget) : [];
      if (rects.length) return rects;
    }
    return [];
  }
  function textRects(node) {
    const range = document.createRange();
    range.selectNodeContents(node);
    return range.getClientRects();
  }

  const visible = (el) => rectsOf(el).length > 0;

  // within reports whether a user could get to a visible element, by scrolling if
  // need be. Traps for programs are off the page, in a box without a height, or
  // transparent for the eye and for the mouse. What has the focus can be typed into
  // however it looks: a click on something else led there.
  function within(el) {
    if (el === el.getRootNode().activeElement) return true;
    if (isRendered(el) && !el.checkVisibility({ opacityProperty: true }) && getComputedStyle(el).pointerEvents === "none") return false;
    let box = rectsOf(el)[0];
    if (!box || (box.width <= 1 && box.height <= 1)) return false;
    for (let at = el; at; at = above(at)) {
      const style = getComputedStyle(at);
      if (clippedAway(style)) return false;
      if (at !== el && scrolls(at, style)) {
        const around = at.getBoundingClientRect();
        if (around.width <= 1 || around.height <= 1 || beforeStart(box, around, at, style)) return false;
        box = around;
      }
      if (style.position === "fixed") return box.right > 0 && box.bottom > 0;
    }
    const page = document.scrollingElement ?? document.documentElement;
    const least = getComputedStyle(page).direction === "rtl" ? Math.min(0, page.clientWidth - page.scrollWidth) : 0;
    return box.right + scrollX > least && box.bottom + scrollY > 0;
  }

  // scrolls reports whether an element shows its contents in a box of its own, which
  // may be scrolled or cut them off.
  const scrolls = (el, { display, overflow }) => !/^(visible|visible visible)$/.test(overflow) &&
    !/^(inline|contents)$/.test(display) && el !== document.body && el !== document.documentElement;

  // clippedAway reports whether an element's own style leaves nothing of it to see.
  const clippedAway = ({ position, clip, clipPath }) =>
    (/^(absolute|fixed)$/.test(position) && /^rect\(([01]px|auto),? ([01]px),? ([01]px),? ([01]px|auto)\)$/.test(clip)) ||
    /^inset\((5\d|[6-9]\d|100)%/.test(clipPath) || /^(circle|ellipse)\(0/.test(clipPath);

  // beforeStart reports whether a box is where its container cannot be scrolled to.
  function beforeStart(box, around, container, { direction }) {
    if (box.bottom + container.scrollTop <= around.top) return true;
    return direction === "ltr" && box.right + container.scrollLeft <= around.left;
  }

  // isAnnounced reports whether an element is there for screen readers. What is not,
  // with the same label, is a decoration or a trap.
  function isAnnounced(el) {
    for (; el; el = above(el)) if (el.getAttribute?.("aria-hidden") === "true") return false;
    return true;
  }

  globalThis.reach = {
    visible, rectsOf, within,
    // best returns those of several elements that a call is meant for.
    best(found) {
      const near = found.filter(within);
      const announced = near.length > 1 ? near.filter(isAnnounced) : near;
      return announced.length ? announced : near;
    },
  };
})();
