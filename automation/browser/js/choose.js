// Runs once per document, after act.js: choosing from a list, be it a select
// element, a field with suggestions of the browser's, or a widget that shows its
// options when it is opened.
(() => {
  "use strict";
  if (!globalThis.passage || passage.choosing) return;
  passage.choosing = true;
  const { operations, visible, enabled, editable, spot, inReach, enter, valueOf } = passage.kit;
  const { norm, all, textOf, byText } = selecting;
  const isEnabled = ["disabled", enabled];

  const options = "[role=option], [role=menuitem], [role=menuitemradio], [role=menuitemcheckbox], [role=treeitem]";
  const nameOf = (el) => norm(el.getAttribute("aria-label") || textOf(el));
  const is = (wanted) => (el) => [nameOf(el), el.getAttribute("data-value"), el.getAttribute("value")].some((s) => s !== null && norm(s) === wanted);
  const same = (wanted) => byText(`"${wanted}"`, document).filter(visible);

  // wrappers are what a widget consists of around an element of it: no more
  // than has no other control in it.
  const controls = "input:not([type=hidden]), button, select, textarea, [role=combobox], [role=listbox]";
  function wrappers(el) {
    const found = [];
    for (let up = el.parentElement; up && up !== document.body && found.length < 3; up = up.parentElement) {
      if ([...up.querySelectorAll(controls)].filter((other) => other !== el && other.localName !== "button").length) break;
      found.push(up);
    }
    return found;
  }

  // shown is what a widget shows of its choice, but not its list.
  const listed = options + ", [role=listbox], [role=menu]";
  function shown(el) {
    const around = wrappers(el).at(-1) ?? el;
    const fields = all("input, output", around).map((field) => field.value);
    const texts = selecting.roots(around).map((root) => textOf(root, "script, style, template, " + listed));
    return norm([valueOf(el), ...texts, ...fields].join(" "));
  }

  // What was there before the list was opened: what reads like the option, and
  // what the widget showed.
  let before = [], showed = "";

  // find gives the option to click: one that says that it is an option, or else
  // just the text. What was to be seen before is something else.
  function find(el, wanted) {
    const fresh = (o) => enabled(o) && !before.some((old) => o.contains(old));
    return all(options).find((o) => visible(o) && is(wanted)(o) && fresh(o)) ?? same(wanted).find((o) => fresh(o) && !el.contains(o));
  }

  // further scrolls the list on, which may make its options only then.
  function further(el) {
    const last = all(options).filter(visible).at(-1);
    for (let box = last?.parentElement; box && box !== document.body && !box.contains(el); box = box.parentElement) {
      if (box.scrollHeight <= box.clientHeight + 1 || !/auto|scroll|hidden/.test(getComputedStyle(box).overflowY)) continue;
      const at = box.scrollTop;
      box.scrollBy({ top: box.clientHeight * 0.8, behavior: "instant" });
      if (box.scrollTop === at) box.scrollTo({ top: 0, behavior: "instant" });
      return;
    }
  }

  const pick = (call) => call.pick(isEnabled);

  Object.assign(operations, {
    // select chooses at once where the browser's own list is; of a widget it
    // returns whether it is a text field, too.
    select: async (call) => {
      const wanted = call.wish.text ?? "";
      const own = (el) => el.options ?? el.list?.options;
      const option = (el) => [...own(el)].find((o) => o.value === wanted && !o.disabled) ??
        [...own(el)].find((o) => norm(o.label) === norm(wanted) && !o.disabled);
      const el = await call.until(() => call.pick(isEnabled, ["without that option", (el) => !own(el) || option(el)]));
      if (!own(el)) return { typed: editable(el) };
      if (el.list) return void enter(el, option(el).value);
      el.focus();
      if (option(el).selected && !el.multiple) return;
      option(el).selected = true;
      for (const name of ["input", "change"]) el.dispatchEvent(new Event(name, { bubbles: true, composed: true }));
    },
    // open returns where to click to see a widget's options, null where they
    // are to be seen already.
    open: async (call) => {
      const el = await call.until(() => pick(call));
      showed = shown(el);
      before = [];
      if (el.matches("[role=listbox], [role=radiogroup], [aria-expanded=true]") && all(options).some(visible)) return null;
      before = same(norm(call.wish.text));
      return spot(call, () => {
        const el = pick(call);
        return el && ([el, ...wrappers(el)].find(inReach) ?? el);
      });
    },
    // option returns where to click to choose.
    option: async (call) => {
      const wanted = norm(call.wish.text);
      let scrolled = performance.now();
      return spot(call, () => {
        const el = pick(call);
        const option = el && find(el, wanted);
        if (option || !el) return option;
        call.why = all(options).some(visible) ? "without that option" : "without a list of options";
        if (performance.now() - scrolled > 200) {
          scrolled = performance.now();
          further(el);
        }
      });
    },
    // chosen waits until the widget shows the choice, or at least another one
    // than before, or is gone.
    chosen: (call) => call.until(() => {
      const wanted = norm(call.wish.text);
      const el = pick(call);
      call.why = "not shown as chosen";
      if (!el) return true;
      const now = shown(el);
      return now !== showed || now.includes(wanted) || all("[aria-selected=true], [aria-checked=true], [data-selected]").some(is(wanted)) || undefined;
    }),
  });
})();
