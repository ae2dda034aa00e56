/** What connect.js adds to a page. */
declare namespace Passage {
  type Status = "pending" | "active" | "complete" | "failed" | "expired";

  /** What the hosted page says: how the link stands, or that the person is leaving. It never holds a result. */
  interface LinkEvent {
    type: "link.status" | "link.leave";
    linkId: string;
    status: Status;
  }

  interface Completion {
    linkId: string;
    status: "complete";
  }

  interface Failure {
    /**
     * - `link_failed`: an attempt did not succeed; the person may try again in the same window.
     * - `link_expired`: the link has run out.
     * - `popup_blocked`: nothing could be opened, and this page is in a frame, so it cannot go there either.
     * - `frame_refused`: the frame stayed silent; is this page's origin among those that may embed?
     */
    code: "link_failed" | "link_expired" | "popup_blocked" | "frame_refused";
    linkId?: string;
    status?: Status;
  }

  interface Options {
    /** From `POST /v1/links`. */
    claimUrl: string;
    /** Default `popup`. A phone is always redirected, and so is a page whose pop-up was blocked. */
    mode?: "popup" | "iframe" | "redirect";
    /** Where the frame goes, or a selector for it; without one it is in a dialog of its own. */
    container?: Element | string;
    onEvent?(event: LinkEvent): void;
    /** All is done. Nothing is called after it. Ask your server what the API says: this page proves nothing. */
    onComplete?(completion: Completion): void;
    onError?(failure: Failure): void;
    /** The window or frame is gone before all was done. Nothing is called after it. */
    onClose?(): void;
  }

  /** Call it from a click, or browsers block the pop-up. One is open at a time. */
  function open(options: Options): { close(): void };
}
