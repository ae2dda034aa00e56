// Runs once per document, after act.js: choosing from a list, which is a select
// element, a field with a datalist, or a widget that shows its options when it is
// opened.
(() => {
  "use strict";
  if (!globalThis.passage || passage.choosing) return;
  passage.choosing = true;
  const { operations, InvalidCall, visible, enabled, editable, pointFor, isReachable, enter, valueOf } = passage.shared;
  const { norm, all, textOf, byText } = selecting;
  const isEnabled = ["disabled", enabled];

  const options = "[role=option], [role=menuitem], [role=menuitemradio], [role=menuitemcheckbox], [role=treeitem]";
  const nameOf = (el) => norm(el.getAttribute("aria-label") || textOf(el));
  const is = (wanted) => (el) => [nameOf(el), el.getAttribute("data-value"), el.getAttribute("value")].some((s) => s !== null && norm(s) === wanted);
  const same = (wanted) => byText(`"${wanted}"`, document).filter(visible);

  // wrappers returns the elements of a widget around one of its elements: up to
  // three, without another control in them.
  const controls = "input:not([type=hidden]), button, select, textarea, [role=combobox], [role=listbox]";
  function wrappers(el) {
    const found = [];
    for (let up = el.parentElement; up && up !== document.body && found.length < 3; up = up.parentElement) {
      if ([...up.querySelectorAll(controls)].filter((other) => other !== el && other.localName !== "button").length) break;
      found.push(up);
    }
    return found;
  }

  // shown returns what a widget shows of its choice, without its list.
  const listed = options + ", [role=listbox], [role=menu]";
  function shown(el) {
    const around = wrappers(el).at(-1) ?? el;
    const fields = all("input, output", around).map((field) => field.value);
    const texts = selecting.roots(around).map((root) => textOf(root, "script, style, template, " + listed));
    return norm([valueOf(el), ...texts, ...fields].join(" "));
  }

  // The state before the list was opened: elements with the text of the option, and
  // what the widget showed.
  let before = [], showed = "";

  // find returns the option to click: an element with the role of one, or else an
  // element with the text. What was visible before the list was opened is no option.
  function find(el, wanted) {
    const fresh = (o) => enabled(o) && !before.some((old) => o.contains(old));
    return all(options).find((o) => visible(o) && is(wanted)(o) && fresh(o)) ?? same(wanted).find((o) => fresh(o) && !el.contains(o));
  }

  // scrollList scrolls the list, which may create options only then.
  function scrollList(el) {
    const last = all(options).filter(visible).at(-1);
    for (let box = last?.parentElement; box && box !== document.body && !box.contains(el); box = box.parentElement) {
      if (box.scrollHeight <= box.clientHeight + 1 || !/auto|scroll|hidden/.test(getComputedStyle(box).overflowY)) continue;
      const at = box.scrollTop;
      box.scrollBy({ top: box.clientHeight * 0.8, behavior: "instant" });
      if (box.scrollTop === at) box.scrollTo({ top: 0, behavior: "instant" });
      return;
    }
  }

  const pick = (call) => call.pick([], [isEnabled]);

  Object.assign(operations, {
    // select chooses at once from the browser's own list. For a widget it returns
    // whether the widget is a text field too.
    select: async (call) => {
      const wanted = call.request.text ?? "";
      const own = (el) => el.options ?? el.list?.options;
      const option = (el) => {
        const enabled = [...own(el)].filter((o) => !o.disabled);
        const labelled = enabled.filter((o) => norm(o.label) === norm(wanted));
        const found = enabled.find((o) => o.value === wanted) ?? labelled[0];
        if (labelled.includes(found) && found.value !== wanted && labelled.some((o) => o.value !== found.value)) throw new InvalidCall("several options have this label; choose one by its value");
        if (!found) call.choices = enabled.map((o) => norm(o.label)).filter(Boolean);
        return found;
      };
      const el = await call.until(() => call.pick([], [isEnabled, ["without that option", (el) => !own(el) || option(el)]]));
      if (!own(el)) return { typed: editable(el) };
      if (el.list) return void enter(el, option(el).value);
      el.focus();
      if (option(el).selected && !el.multiple) return;
      option(el).selected = true;
      for (const name of ["input", "change"]) el.dispatchEvent(new Event(name, { bubbles: true, composed: true }));
    },
    // open returns where to click to see a widget's options, or null if they are
    // visible already.
    open: async (call) => {
      const el = await call.until(() => pick(call));
      showed = shown(el);
      before = [];
      if (el.matches("[role=listbox], [role=radiogroup], [aria-expanded=true]") && all(options).some(visible)) return null;
      before = same(norm(call.request.text));
      return pointFor(call, () => {
        const el = pick(call);
        return el && ([el, ...wrappers(el)].find(isReachable) ?? el);
      });
    },
    // option returns where to click to choose the option.
    option: async (call) => {
      const wanted = norm(call.request.text);
      let scrolled = performance.now();
      return pointFor(call, () => {
        const el = pick(call);
        const option = el && find(el, wanted);
        if (option || !el) return option;
        call.choices = all(options).filter(visible).map(nameOf).filter(Boolean);
        call.reason = call.choices.length ? "without that option" : "without a list of options";
        if (performance.now() - scrolled > 200) {
          scrolled = performance.now();
          scrollList(el);
        }
      });
    },
    // chosen waits until the widget shows the choice, or at least another one than
    // before, or was removed.
    chosen: (call) => call.until(() => {
      const wanted = norm(call.request.text);
      const el = pick(call);
      call.reason = "not shown as chosen";
      if (!el) return true;
      const now = shown(el);
      return now !== showed || now.includes(wanted) || all("[aria-selected=true], [aria-checked=true], [data-selected]").some(is(wanted)) || undefined;
    }),
  });
})();
