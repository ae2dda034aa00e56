// Opens a Passage link on a merchant's page: in a pop-up, in a frame, or by
// going there. The README's “Embed it” says how; connect.d.ts has the types.
(() => {
  "use strict";
  let current; // what is open: one at a time

  const call = (callback, value) => {
    try {
      callback?.(value);
    } catch (error) {
      reportError(error);
    }
  };

  const isPhone = () => matchMedia("(pointer: coarse)").matches && Math.min(screen.width, screen.height) < 600;

  const popup = (url) => {
    const [width, height] = [480, 780];
    const left = Math.max(0, screenX + (outerWidth - width) / 2);
    const top = Math.max(0, screenY + (outerHeight - height) / 2);
    const opened = window.open(url, "passage-popup", `popup,width=${width},height=${height},left=${left},top=${top}`);
    return opened && { window: opened, closed: () => opened.closed, close: () => opened.close() };
  };

  // Without a container, the frame is in a dialog of its own.
  const frame = (url, container) => {
    const iframe = Object.assign(document.createElement("iframe"), { name: "passage-frame", title: "Passage", src: url });
    Object.assign(iframe.style, { border: "0", width: "100%", height: "100%", minHeight: "min(680px, 80vh)", colorScheme: "auto" });
    const place = typeof container === "string" ? document.querySelector(container) : container;
    const outside = place ? iframe : dialog(iframe);
    (place ?? document.body).append(outside);
    if (!place) outside.showModal();
    return { window: iframe.contentWindow, iframe, closed: () => !iframe.isConnected, close: () => outside.remove() };
  };

  const dialog = (iframe) => {
    const box = document.createElement("dialog");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "×", ariaLabel: "Close" });
    Object.assign(box.style, { width: "min(480px, 100%)", height: "min(820px, 100%)", padding: "0", border: "0", borderRadius: "16px", overflow: "hidden" });
    Object.assign(button.style, { position: "absolute", top: "4px", right: "4px", width: "44px", height: "44px", border: "0", background: "none", color: "#777", font: "24px/1 system-ui", cursor: "pointer" });
    button.onclick = () => box.remove();
    box.onclose = () => box.remove();
    box.append(iframe, button);
    return box;
  };

  const open = ({ claimUrl, mode = "popup", container, onEvent, onComplete, onError, onClose }) => {
    const url = new URL(claimUrl);
    current?.close();
    const shown = mode === "redirect" || isPhone() ? null : mode === "iframe" ? frame(url, container) : popup(url);
    if (!shown) {
      // Within a frame there is nowhere to go: the hosted pages are shown in none but ours.
      if (top === self) location.assign(url);
      else call(onError, { code: "popup_blocked" });
      return { close() {} };
    }

    let heard = "", complete = false, status = "", missing = false; // heard is the id of the link in the window
    const end = () => {
      if (current !== handle) return;
      current = null;
      clearInterval(watch);
      removeEventListener("message", hear);
      shown.close();
      if (!complete) call(onClose);
    };
    const handle = (current = { close: end });

    const hear = ({ origin, source, data }) => {
      if (origin !== url.origin || (data?.type !== "link.status" && data?.type !== "link.leave")) return;
      // The source is null if the window has closed or navigated since.
      if (source ? source !== shown.window : !heard || data.linkId !== heard) return;
      source?.postMessage({ type: "link.heard" }, origin);
      const event = { type: data.type, linkId: data.linkId, status: data.status };
      const news = status !== event.status;
      [heard, status] = [event.linkId, event.status];
      call(onEvent, event);
      if (news && status === "complete") {
        complete = true;
        call(onComplete, { linkId: event.linkId, status });
      } else if (news && (status === "failed" || status === "expired")) {
        call(onError, { code: `link_${status}`, linkId: event.linkId, status });
      }
      if (event.type === "link.leave") end();
    };
    addEventListener("message", hear);

    // What the window said last may arrive after it is gone, so it is looked for twice.
    const watch = setInterval(() => {
      const gone = shown.closed();
      if (gone && missing) end();
      missing = gone;
    }, 300);

    // A frame that says nothing was refused: this page's origin is not allowed.
    if (shown.iframe) {
      shown.iframe.onload = () => setTimeout(() => {
        if (heard || current !== handle) return;
        call(onError, { code: "frame_refused" });
        end();
      }, 3000);
    }
    return handle;
  };

  window.Passage = Object.freeze({ open });
})();
