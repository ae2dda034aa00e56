// The hosted pages with JavaScript; without it they are ordinary forms and a
// refresh. htmx inserts each revision of #live, from the event stream and from
// the replies to forms. This file decides which revisions are shown, keeps the
// focus, informs screen readers, and returns to the merchant at the end.
(() => {
  "use strict";
  const find = (selector, root = document) => root.querySelector(selector);
  const liveRegion = () => document.getElementById("live");
  let eventSource = null; // the event stream, once htmx has opened it
  let submitting = false; // a form of this page was submitted and has no reply yet
  let focusInRegion = false; // the focus was inside #live
  let hiddenAt = 0;
  let offlineTimer = 0;

  // ---- which revisions are shown ------------------------------------------------

  const parseRegion = (html) => new DOMParser().parseFromString(html, "text/html").getElementById("live");

  // A person is typing: a form has input, or the focus in the active window.
  const isTyping = (region) => {
    const fields = [...region.querySelectorAll("form[data-ask] input:not([type=hidden])")];
    return fields.some((field) => field.checked !== field.defaultChecked || field.value !== field.defaultValue)
      || (document.hasFocus() && fields.includes(document.activeElement));
  };

  // A revision of the stream is not shown if it is not newer, if it has the same
  // prompt, or if it would replace a form in which a person is typing.
  const mustNotShow = (next) => {
    const current = liveRegion();
    if (!current || !next) return true;
    if (Number(next.dataset.revision) <= Number(current.dataset.revision)) return true;
    if (next.dataset.prompt && next.dataset.prompt === current.dataset.prompt) return true;
    if (submitting || !isTyping(current)) return false;
    const outdated = find("[data-moved]", current);
    if (outdated) {
      outdated.hidden = false;
      announce(outdated.firstElementChild.textContent);
    }
    return true;
  };
  document.addEventListener("htmx:sseBeforeMessage", (event) => {
    if (event.target.id === "stream" && mustNotShow(parseRegion(event.detail.data))) event.preventDefault();
  });

  // The reply to a form is a whole page, of which #live is shown unless the stream
  // was faster. Anything but one of our pages counts as no reply.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id !== "stream" || !event.detail.xhr) return;
    const next = parseRegion(event.detail.serverResponse);
    if (!next) {
      event.detail.shouldSwap = false;
      enableForms();
      noteLostConnection();
      return;
    }
    const ahead = Number(liveRegion()?.dataset.revision) - Number(next.dataset.revision);
    if (ahead > 0 || (ahead === 0 && !submitting)) event.detail.shouldSwap = false;
  });

  // ---- after a new revision ----------------------------------------------

  const announce = (text) => {
    const status = document.getElementById("said");
    if (status && status.textContent !== text) status.textContent = text;
  };

  const onNewRegion = () => {
    const region = liveRegion();
    if (!region) return;
    submitting = false;
    if (region.dataset.title) document.title = region.dataset.title;
    announce(region.dataset.announce || "");
    // htmx focuses the [autofocus] of a new prompt. Otherwise the focus must not be lost.
    if (focusInRegion && document.activeElement === document.body) find("#title", region)?.focus({ preventScroll: true });
    localizeTimes(region);
    updateClocks();
    postToHost("link.status");
    returnToMerchant(region);
  };

  // Follows the return link at once. The link remains where script may not.
  const returnToMerchant = (region) => {
    const link = find("#return[data-auto]", region);
    if (!link) return;
    link.removeAttribute("data-auto");
    if (!closeByHost(link)) navigate(link);
  };

  const navigate = (link) => {
    if (["javascript:", "data:", "vbscript:", "blob:", "file:"].includes(link.protocol)) return;
    if (inIframe) open(link.href, "_top");
    else if (/^https?:$/.test(link.protocol)) location.replace(link.href);
    else location.assign(link.href);
  };

  // closeByHost asks the page that opened or embeds this one to close it, and
  // reports whether such a page listens. The window must not navigate in the same
  // moment, or the message may arrive without its source. It navigates if it is
  // still open later.
  const closeByHost = (link) => {
    if ("required" in link.dataset || !postToHost("link.leave")) return false;
    if (!inIframe) setTimeout(navigate, 2000, link);
    return true;
  };

  // ---- the host: the page that embeds this one or opened it as a pop-up ------

  // The merchant's connect.js acknowledges messages. The origin is then kept in the
  // window's name, which outlives the page: that host listens until the end. A
  // window that one of our iframes opened, which kept no cookie, has its own name.
  const inIframe = parent !== self;
  const host = inIframe ? parent : opener;
  const isSeparateWindow = name === "passage-window";
  const allowedOrigins = () => (liveRegion()?.dataset.hosts ?? "").split(" ").filter(Boolean);
  const listeningOrigin = () => (isSeparateWindow ? location.origin : allowedOrigins().find((origin) => name === `passage ${origin}`));
  let lastMessage = "";
  const postToHost = (type, status = liveRegion()?.dataset.status) => {
    const listening = listeningOrigin();
    const hostIsOpen = host && !host.closed;
    const message = `${type} ${status}`;
    if (hostIsOpen && message !== lastMessage) {
      lastMessage = message;
      for (const origin of listening ? [listening] : allowedOrigins()) {
        host.postMessage({ type, linkId: liveRegion().dataset.link, status }, origin);
      }
    }
    if (isSeparateWindow && type === "link.leave") close();
    return Boolean(listening && (hostIsOpen || isSeparateWindow));
  };

  addEventListener("message", ({ origin, source, data }) => {
    if (data?.type === "link.heard" && source === host && allowedOrigins().includes(origin)) name = `passage ${origin}`;
    // The window that this iframe opened is done.
    if (data?.type === "link.leave" && inIframe && origin === location.origin) postToHost("link.leave", data.status);
  });

  // A click on the return link also returns to the host that listens.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#return, a#cancel");
    if (link && closeByHost(link)) event.preventDefault();
  });

  const localizeTimes = (root) => {
    for (const time of root.querySelectorAll("time[data-local]")) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.getTime())) {
        time.textContent = at.toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
      }
    }
  };

  // ---- forms -----------------------------------------------------------------

  // A form is submitted once; its button shows the progress.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.hasAttribute("aria-busy")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.setAttribute("aria-busy", "true");
    if (form.matches("[data-ask]")) submitting = true;
    const button = event.submitter || find("button[type=submit]", form);
    if (button?.dataset.busy) {
      button.dataset.label = button.textContent;
      button.classList.add("busy");
      button.textContent = button.dataset.busy;
      announce(button.dataset.busy);
    }
  }, true);

  // There was no reply, or the page was restored from the cache: the form can be submitted again.
  const enableForms = () => {
    submitting = false;
    for (const form of document.querySelectorAll("form[aria-busy]")) {
      form.removeAttribute("aria-busy");
      for (const button of form.querySelectorAll(".busy")) {
        button.classList.remove("busy");
        button.textContent = button.dataset.label;
      }
    }
  };
  document.addEventListener("htmx:sendError", () => { enableForms(); noteLostConnection(); });
  document.addEventListener("htmx:timeout", () => { enableForms(); noteLostConnection(); });

  // A code that is complete is sent at once. It is read as the server reads it:
  // without spaces, dashes and invisible characters, in the digits of any script,
  // with that many digits in a row in one place only.
  const hasCode = (text, digits) => {
    const plain = text.replace(/[\s\p{Cc}\p{Cf}\p{Z}\p{DI}\p{VS}\p{Pd}\u2212\u30fc\uff70]/gu, "");
    return (plain.match(/\p{Nd}+/gu) ?? []).filter((run) => [...run].length === digits).length === 1;
  };

  document.addEventListener("input", (event) => {
    const field = event.target;
    const wanted = Number(field.dataset?.digits);
    if (!wanted || !hasCode(field.value, wanted) || field.dataset.sentOnce) return;
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

  const formatClock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const secondsSince = (element) => {
    element.startedAt ??= performance.now();
    return Math.floor((performance.now() - element.startedAt) / 1000);
  };
  const updateClocks = () => {
    for (const element of document.querySelectorAll("[data-elapsed]")) {
      const seconds = Number(element.dataset.elapsed) + secondsSince(element);
      element.textContent = formatClock(seconds);
      element.classList.toggle("clock-early", seconds < 10);
    }
    for (const element of document.querySelectorAll("[data-left]")) {
      element.textContent = formatClock(Math.max(0, Number(element.dataset.left) - secondsSince(element)));
    }
    for (const form of document.querySelectorAll("[data-still]")) {
      form.hidden = Number(form.dataset.still) - secondsSince(form) > 120;
    }
  };
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target;
    if (!form.matches?.("[data-still]") || !event.detail.successful) return;
    form.dataset.still = form.dataset.more;
    form.startedAt = performance.now();
    updateClocks();
  });
  setInterval(updateClocks, 1000);

  // ---- the stream ------------------------------------------------------------

  const showOffline = (offline) => {
    const notice = document.getElementById("offline");
    if (notice && notice.hidden === offline) {
      notice.hidden = !offline;
      if (offline) announce(notice.textContent.trim());
    }
  };
  const noteLostConnection = () => { offlineTimer ||= setTimeout(() => showOffline(true), 3000); };
  document.addEventListener("htmx:sseError", noteLostConnection);
  document.addEventListener("htmx:sseOpen", () => {
    clearTimeout(offlineTimer);
    offlineTimer = 0;
    showOffline(false);
  });

  // After a phone slept, its stream may be dead although it looks open. The
  // extension reconnects after an error on a closed source.
  const reconnect = () => {
    if (!eventSource || !liveRegion() || liveRegion().dataset.end) return;
    if (eventSource.readyState === EventSource.CLOSED) {
      if (!isTyping(liveRegion())) location.reload();
      return;
    }
    eventSource.close();
    eventSource.onerror?.(new Event("error"));
  };
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    enableForms();
    reconnect();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = Date.now();
    else if (Date.now() - hiddenAt > 5000) reconnect();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-print]")) print();
  });

  // ---- start -----------------------------------------------------------------

  document.addEventListener("focusin", (event) => { focusInRegion = Boolean(event.target.closest?.("#live")); });
  if (globalThis.htmx) htmx.createEventSource = (url) => (eventSource = new EventSource(url));
  const stream = document.getElementById("stream");
  if (stream) new MutationObserver(onNewRegion).observe(stream, { childList: true });
  localizeTimes(document);
  updateClocks();
  if (liveRegion()) {
    postToHost("link.status");
    returnToMerchant(liveRegion());
  }
})();
