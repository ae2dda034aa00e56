package connect

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"passage/db"
	view "passage/views/connect"
)

// NoFrameAncestors is the directive of a page's policy that keeps it out of every
// frame.
const NoFrameAncestors = "frame-ancestors 'none'"

// allowEmbedding lets pages of these origins, and no others, embed a page.
// X-Frame-Options cannot name them, so it is removed; browsers that know the
// policy ignore it anyway.
func allowEmbedding(header http.Header, origins []string) {
	if len(origins) == 0 {
		return
	}
	policy := strings.Replace(header.Get("Content-Security-Policy"), NoFrameAncestors, "frame-ancestors "+strings.Join(origins, " "), 1)
	header.Set("Content-Security-Policy", policy)
	header.Del("X-Frame-Options")
}

// inIframe reports whether the page is loaded into an iframe. Browsers tell (W3C
// Fetch Metadata) over https and on loopback. Elsewhere the cookie for iframes
// would not work either.
func inIframe(r *http.Request) bool { return r.Header.Get("Sec-Fetch-Dest") == "iframe" }

// testCookie sets the cookie of a visitor in an iframe. Whether the browser keeps
// it shows after the redirect.
func (h *Handler) testCookie(w http.ResponseWriter, r *http.Request, link *db.Link) error {
	if _, err := h.ensureVisitor(w, r); err != nil {
		return err
	}
	return redirect(w, r, claimPath(link.ClaimCode, "window"))
}

// ShowWindow is where testCookie redirects to. It redirects back to the claim
// page if the browser kept the cookie, and otherwise offers a window of its own.
func (h *Handler) ShowWindow(w http.ResponseWriter, r *http.Request) error {
	if inIframe(r) && h.visitor(r) != "" {
		return redirect(w, r, claimPath(chi.URLParam(r, "claimCode")))
	}
	return h.showPage(w, r, http.StatusOK, windowPageOf(r))
}

// windowPage is the page that ShowWindow shows.
type windowPage struct{ claimCode, languages string }

func windowPageOf(r *http.Request) windowPage {
	return windowPage{chi.URLParam(r, "claimCode"), languages(r)}
}

// StreamWindow follows what ShowWindow shows.
func (h *Handler) StreamWindow(w http.ResponseWriter, r *http.Request) error {
	page := windowPageOf(r)
	link, err := h.linkOf(r)
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
	if link.Status == db.LinkComplete { // it can be claimed again
		layout.Host.Status = string(db.LinkPending)
	}
	return pageState{layout, view.SeparateWindow{Open: claimPath(link.ClaimCode), InUse: link.Status == db.LinkActive}, false}, nil
}
