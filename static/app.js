// What the hosted pages do where script runs; without it they are ordinary
// forms and a refresh. htmx brings each revision of #live over the stream and
// the replies to forms; this file says when a revision must wait, keeps the
// focus and the screen reader informed, and follows the way back at the end.
(() => {
  "use strict";
  const find = (selector, root = document) => root.querySelector(selector);
  const live = () => document.getElementById("live");
  let source = null; // the event stream, once htmx has opened it
  let sent = false; // a form of this page is on its way
  let held = false; // the focus was inside #live
  let hiddenAt = 0;
  let lostTimer = 0;

  // ---- what may replace what ------------------------------------------------

  const parse = (html) => new DOMParser().parseFromString(html, "text/html").getElementById("live");

  // Someone is typing: a form with input, or with the focus while being looked at.
  const typing = (region) => {
    const fields = [...region.querySelectorAll("form[data-ask] input:not([type=hidden])")];
    return fields.some((field) => field.checked !== field.defaultChecked || field.value !== field.defaultValue)
      || (document.hasFocus() && fields.includes(document.activeElement));
  };

  // A revision of the stream is refused when it is not newer, when it asks what
  // is already being asked, and when it would take a form from under someone's hands.
  const refused = (next) => {
    const now = live();
    if (!now || !next) return true;
    if (Number(next.dataset.revision) <= Number(now.dataset.revision)) return true;
    if (next.dataset.prompt && next.dataset.prompt === now.dataset.prompt) return true;
    if (sent || !typing(now)) return false;
    const moved = find("[data-moved]", now);
    if (moved) {
      moved.hidden = false;
      say(moved.firstElementChild.textContent);
    }
    return true;
  };
  document.addEventListener("htmx:sseBeforeMessage", (event) => {
    if (event.target.id === "stream" && refused(parse(event.detail.data))) event.preventDefault();
  });

  // The reply to a form is a whole page of which #live is shown, unless the
  // stream was faster. Something else than a page of ours is like no reply.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id !== "stream" || !event.detail.xhr) return;
    const next = parse(event.detail.serverResponse);
    if (!next) {
      event.detail.shouldSwap = false;
      release();
      lost();
      return;
    }
    const ahead = Number(live()?.dataset.revision) - Number(next.dataset.revision);
    if (ahead > 0 || (ahead === 0 && !sent)) event.detail.shouldSwap = false;
  });

  // ---- after something arrived ----------------------------------------------

  const say = (text) => {
    const said = document.getElementById("said");
    if (said && said.textContent !== text) said.textContent = text;
  };

  const arrived = () => {
    const region = live();
    if (!region) return;
    sent = false;
    if (region.dataset.title) document.title = region.dataset.title;
    say(region.dataset.announce || "");
    // htmx focuses a new question's [autofocus]; otherwise the focus must only not get lost.
    if (held && document.activeElement === document.body) find("#title", region)?.focus({ preventScroll: true });
    dress(region);
    tick();
    tell("link.status");
    leave(region);
  };

  // The person goes back at once. The link stays for where script may not.
  const leave = (region) => {
    const link = find("#return[data-auto]", region);
    if (!link) return;
    link.removeAttribute("data-auto");
    if (!leaveToHost(link)) navigate(link);
  };

  const navigate = (link) => {
    if (["javascript:", "data:", "vbscript:", "blob:", "file:"].includes(link.protocol)) return;
    if (framed) open(link.href, "_top");
    else if (/^https?:$/.test(link.protocol)) location.replace(link.href);
    else location.assign(link.href);
  };

  // leaveToHost tells the page that opened this window, or holds it in a frame,
  // to close it, and reports whether such a page listens. The window must not
  // navigate in the same moment, or the message may arrive without its source.
  // It navigates if it is still open later.
  const leaveToHost = (link) => {
    if ("required" in link.dataset || !tell("link.leave")) return false;
    if (!framed) setTimeout(navigate, 2000, link);
    return true;
  };

  // ---- the page that holds this one in a frame, or opened it as a pop-up ------

  // The merchant's connect.js answers that it heard, and the window's name keeps
  // from where over the pages to come: only then somebody waits for the end. A
  // window that a frame of ours opened, for want of a cookie, has a name of its own.
  const framed = parent !== self;
  const host = framed ? parent : opener;
  const own = name === "passage-window";
  const hosts = () => (live()?.dataset.hosts ?? "").split(" ").filter(Boolean);
  const listener = () => (own ? location.origin : hosts().find((origin) => name === `passage ${origin}`));
  let told = "";
  const tell = (type, status = live()?.dataset.status) => {
    const known = listener();
    const there = host && !host.closed;
    const news = `${type} ${status}`;
    if (there && news !== told) {
      told = news;
      for (const origin of known ? [known] : hosts()) {
        host.postMessage({ type, linkId: live().dataset.link, status }, origin);
      }
    }
    if (own && type === "link.leave") close();
    return Boolean(known && (there || own));
  };

  addEventListener("message", ({ origin, source, data }) => {
    if (data?.type === "link.heard" && source === host && hosts().includes(origin)) name = `passage ${origin}`;
    // The window that this frame opened was left.
    if (data?.type === "link.leave" && framed && origin === location.origin) tell("link.leave", data.status);
  });

  // Who goes back by hand goes back to the page that waits.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#return, a#cancel");
    if (link && leaveToHost(link)) event.preventDefault();
  });

  const dress = (root) => {
    for (const time of root.querySelectorAll("time[data-local]")) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.getTime())) {
        time.textContent = at.toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
      }
    }
  };

  // ---- forms -----------------------------------------------------------------

  // A form is sent once; its button becomes the progress.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.hasAttribute("aria-busy")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.setAttribute("aria-busy", "true");
    if (form.matches("[data-ask]")) sent = true;
    const button = event.submitter || find("button[type=submit]", form);
    if (button?.dataset.busy) {
      button.dataset.label = button.textContent;
      button.classList.add("busy");
      button.textContent = button.dataset.busy;
      say(button.dataset.busy);
    }
  }, true);

  // Nothing came back, or the page came back out of the browser's memory: the form can be sent again.
  const release = () => {
    sent = false;
    for (const form of document.querySelectorAll("form[aria-busy]")) {
      form.removeAttribute("aria-busy");
      for (const button of form.querySelectorAll(".busy")) {
        button.classList.remove("busy");
        button.textContent = button.dataset.label;
      }
    }
  };
  document.addEventListener("htmx:sendError", () => { release(); lost(); });
  document.addEventListener("htmx:timeout", () => { release(); lost(); });

  document.addEventListener("input", (event) => {
    const field = event.target;
    const wanted = Number(field.dataset?.digits);
    if (!wanted || field.value.replace(/\D/g, "").length !== wanted || field.dataset.sentOnce) return;
    field.dataset.sentOnce = "yes";
    field.form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    const reveal = event.target.closest?.("[data-reveal]");
    if (reveal) {
      const field = document.getElementById(reveal.dataset.reveal);
      const show = field.type === "password";
      field.type = show ? "text" : "password";
      reveal.textContent = show ? reveal.dataset.hide : reveal.dataset.show;
      reveal.setAttribute("aria-pressed", String(show));
    }
    if (event.target.closest?.("[data-reload]")) {
      event.preventDefault();
      location.reload();
    }
  });

  // ---- clocks ----------------------------------------------------------------

  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const since = (element) => {
    element.startedAt ??= performance.now();
    return Math.floor((performance.now() - element.startedAt) / 1000);
  };
  const tick = () => {
    for (const element of document.querySelectorAll("[data-elapsed]")) {
      const seconds = Number(element.dataset.elapsed) + since(element);
      element.textContent = clock(seconds);
      element.classList.toggle("clock-early", seconds < 10);
    }
    for (const element of document.querySelectorAll("[data-left]")) {
      element.textContent = clock(Math.max(0, Number(element.dataset.left) - since(element)));
    }
    for (const form of document.querySelectorAll("[data-still]")) {
      form.hidden = Number(form.dataset.still) - since(form) > 120;
    }
  };
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target;
    if (!form.matches?.("[data-still]") || !event.detail.successful) return;
    form.dataset.still = form.dataset.more;
    form.startedAt = performance.now();
    tick();
  });
  setInterval(tick, 1000);

  // ---- the stream ------------------------------------------------------------

  const offline = (is) => {
    const notice = document.getElementById("offline");
    if (notice && notice.hidden === is) {
      notice.hidden = !is;
      if (is) say(notice.textContent.trim());
    }
  };
  const lost = () => { lostTimer ||= setTimeout(() => offline(true), 3000); };
  document.addEventListener("htmx:sseError", lost);
  document.addEventListener("htmx:sseOpen", () => {
    clearTimeout(lostTimer);
    lostTimer = 0;
    offline(false);
  });

  // A phone that slept may hold a dead stream that looks alive, so it is renewed:
  // the extension connects again when it sees an error on a closed source.
  const renew = () => {
    if (!source || !live() || live().dataset.end) return;
    if (source.readyState === EventSource.CLOSED) {
      if (!typing(live())) location.reload();
      return;
    }
    source.close();
    source.onerror?.(new Event("error"));
  };
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    release();
    renew();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = Date.now();
    else if (Date.now() - hiddenAt > 5000) renew();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-print]")) print();
  });

  // ---- start -----------------------------------------------------------------

  document.addEventListener("focusin", (event) => { held = Boolean(event.target.closest?.("#live")); });
  if (globalThis.htmx) htmx.createEventSource = (url) => (source = new EventSource(url));
  const stream = document.getElementById("stream");
  if (stream) new MutationObserver(arrived).observe(stream, { childList: true });
  dress(document);
  tick();
  if (live()) {
    tell("link.status");
    leave(live());
  }
})();
