package connect

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"passage/db"
	view "passage/views/connect"
)

// InNoFrame is the part of a page's policy that keeps it out of every frame.
const InNoFrame = "frame-ancestors 'none'"

// allowFraming lets pages of these origins, and no others, hold a page in a
// frame. X-Frame-Options cannot name them, so it goes; browsers that know the
// policy never looked at it.
func allowFraming(header http.Header, origins []string) {
	if len(origins) == 0 {
		return
	}
	policy := strings.Replace(header.Get("Content-Security-Policy"), InNoFrame, "frame-ancestors "+strings.Join(origins, " "), 1)
	header.Set("Content-Security-Policy", policy)
	header.Del("X-Frame-Options")
}

// framed reports whether another page holds the one that is asked for. Browsers
// say so (W3C Fetch Metadata) where nobody on the way could change it: over
// https, and on this machine. Elsewhere the cookie below would not work either.
func framed(r *http.Request) bool { return r.Header.Get("Sec-Fetch-Dest") == "iframe" }

// tryCookie gives a framed browser its cookie and looks, one redirect later,
// whether it came back.
func (h *Handler) tryCookie(w http.ResponseWriter, r *http.Request, link *db.Link) error {
	if _, err := h.ensureBrowser(w, r); err != nil {
		return err
	}
	return redirect(w, r, claimPath(link.ClaimCode, "window"))
}

// ShowWindow is where tryCookie leads: back to the claim page where the cookie
// was kept, and else to a window of the flow's own.
func (h *Handler) ShowWindow(w http.ResponseWriter, r *http.Request) error {
	if framed(r) && h.browser(r) != "" {
		return redirect(w, r, claimPath(chi.URLParam(r, "claimCode")))
	}
	shown, err := windowPageOf(r).present(r.Context(), h)
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, shown.frame, shown.model)
}

// windowPage is the page that ShowWindow shows.
type windowPage struct{ claimCode, languages string }

func windowPageOf(r *http.Request) windowPage {
	return windowPage{chi.URLParam(r, "claimCode"), languages(r)}
}

// StreamWindow follows what ShowWindow shows.
func (h *Handler) StreamWindow(w http.ResponseWriter, r *http.Request) error {
	page := windowPageOf(r)
	link, err := h.DB.LinkByCode(r.Context(), page.claimCode)
	if err != nil {
		return err
	}
	return h.stream(w, r, link.ID, page)
}

func (p windowPage) present(ctx context.Context, h *Handler) (presented, error) {
	link, err := h.DB.LinkByCode(ctx, p.claimCode)
	if err != nil {
		return presented{}, err
	}
	frame, err := h.frame(ctx, &link, p.languages)
	if err != nil {
		return presented{}, err
	}
	if model, done := h.settled(frame, &link, h.DB.Now()); done {
		frame.Revision = followed(&link, followedToEnd)
		return presented{frame, model, true}, nil
	}
	frame.Revision = followed(&link, followedFromStart)
	frame.Stream = claimPath(link.ClaimCode, "window", "events")
	if link.Status == db.LinkComplete { // once before: it can be claimed again
		frame.Host.Status = string(db.LinkPending)
	}
	return presented{frame, view.SeparateWindow{Open: claimPath(link.ClaimCode), InUse: link.Status == db.LinkActive}, false}, nil
}
