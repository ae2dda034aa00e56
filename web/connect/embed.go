package connect

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"passage/db"
	view "passage/views/connect"
)

// NoFrameAncestors is the part of a page's policy that keeps it out of every frame.
const NoFrameAncestors = "frame-ancestors 'none'"

// allowEmbedding lets pages of these origins, and no others, hold a page in a
// frame. X-Frame-Options cannot name them, so it goes; browsers that know the
// policy never looked at it.
func allowEmbedding(header http.Header, origins []string) {
	if len(origins) == 0 {
		return
	}
	policy := strings.Replace(header.Get("Content-Security-Policy"), NoFrameAncestors, "frame-ancestors "+strings.Join(origins, " "), 1)
	header.Set("Content-Security-Policy", policy)
	header.Del("X-Frame-Options")
}

// inIframe reports whether another page holds the one that is asked for. Browsers
// say so (W3C Fetch Metadata) where nobody on the way could change it: over
// https, and on this machine. Elsewhere the cookie below would not work either.
func inIframe(r *http.Request) bool { return r.Header.Get("Sec-Fetch-Dest") == "iframe" }

// testCookie gives a framed browser its cookie and looks, one redirect later,
// whether it came back.
func (h *Handler) testCookie(w http.ResponseWriter, r *http.Request, link *db.Link) error {
	if _, err := h.ensureVisitor(w, r); err != nil {
		return err
	}
	return redirect(w, r, claimPath(link.ClaimCode, "window"))
}

// ShowWindow is where tryCookie leads: back to the claim page where the cookie
// was kept, and else to a window of the flow's own.
func (h *Handler) ShowWindow(w http.ResponseWriter, r *http.Request) error {
	if inIframe(r) && h.visitor(r) != "" {
		return redirect(w, r, claimPath(chi.URLParam(r, "claimCode")))
	}
	shown, err := windowPageOf(r).state(r.Context(), h)
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, shown.layout, shown.model)
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

func (p windowPage) state(ctx context.Context, h *Handler) (pageState, error) {
	link, err := h.DB.LinkByCode(ctx, p.claimCode)
	if err != nil {
		return pageState{}, err
	}
	layout, err := h.layout(ctx, &link, p.languages)
	if err != nil {
		return pageState{}, err
	}
	if model, done := h.finalScreen(layout, &link, h.DB.Now()); done {
		layout.Revision = followRevision(&link, followEnded)
		return pageState{layout, model, true}, nil
	}
	layout.Revision = followRevision(&link, followStarted)
	layout.Stream = claimPath(link.ClaimCode, "window", "events")
	if link.Status == db.LinkComplete { // once before: it can be claimed again
		layout.Host.Status = string(db.LinkPending)
	}
	return pageState{layout, view.SeparateWindow{Open: claimPath(link.ClaimCode), InUse: link.Status == db.LinkActive}, false}, nil
}
