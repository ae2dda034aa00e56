package connect

import (
	"context"
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"passage/automation"
	"passage/automation/catalog"
	"passage/automation/outcome"
	"passage/db"
	"passage/views"
	view "passage/views/connect"
)

// ShowClaim shows who asks for what, or what became of the link. It changes
// nothing: mail scanners and link previews open URLs too.
func (h *Handler) ShowClaim(w http.ResponseWriter, r *http.Request) error {
	link, err := h.linkOf(r)
	if err != nil {
		return err
	}
	return h.showClaim(w, r, &link)
}

// linkOf loads the link whose claim code is in the path.
func (h *Handler) linkOf(r *http.Request) (db.Link, error) {
	return h.DB.LinkByCode(r.Context(), chi.URLParam(r, "claimCode"))
}

// showClaim shows the page of a link.
func (h *Handler) showClaim(w http.ResponseWriter, r *http.Request, link *db.Link) error {
	switch {
	case inIframe(r) && h.visitor(r) == "":
		return h.testCookie(w, r, link)
	case link.Status == db.LinkActive:
		return h.showActive(w, r, link)
	case link.Claimable() && !link.AttemptsExhausted():
		// The cookie is set before the claim: if the reply to the button is lost, the
		// visitor is known all the same.
		if _, err := h.ensureVisitor(w, r); err != nil {
			return err
		}
		return h.showPage(w, r, http.StatusOK, claimPage{link: *link, languages: languages(r)})
	}
	layout, err := h.layout(r.Context(), link, languages(r))
	if err != nil {
		return err
	}
	switch {
	case link.Status == db.LinkExpired:
		return render(w, r, http.StatusGone, layout, view.Expired{})
	case link.AttemptsExhausted():
		return render(w, r, http.StatusConflict, layout, view.UsedUp{})
	case link.Status == db.LinkComplete:
		return h.showComplete(w, r, layout, link)
	default: // its data was destroyed
		return render(w, r, http.StatusGone, layout, view.Expired{})
	}
}

// claimPage is the page of a link that can be claimed.
type claimPage struct {
	link        db.Link
	languages   string
	blockReason outcome.Code // why a claim was refused; "" looks at the integration's health
	busy        bool         // a claim was refused, as the organization has as many sessions as it may have
}

func (p claimPage) state(ctx context.Context, h *Handler) (pageState, error) {
	layout, err := h.layout(ctx, &p.link, p.languages)
	if err != nil {
		return pageState{}, err
	}
	if p.blockReason == "" {
		if p.blockReason, err = h.blockReason(ctx, p.link.IntegrationID); err != nil {
			return pageState{}, err
		}
	}
	layout.Host.Status = string(db.LinkPending) // an earlier attempt does not count
	model := view.Claim{Action: claimPath(p.link.ClaimCode), Stop: claimPath(p.link.ClaimCode, "stop"), User: p.link.UserLabel,
		Operations: withoutStatus(layout.Data.Operations), BlockReason: p.blockReason, Busy: p.busy}
	if offersPhone(&p.link) {
		model.Phone = claimPath(p.link.ClaimCode, "phone")
	}
	return pageState{layout: layout, model: model}, nil
}

// blockReason says why nobody should be asked to log in at a service now. It is
// empty where they may, and always for a site on this machine or network: that
// is a sandbox, whose failures are made on purpose.
func (h *Handler) blockReason(ctx context.Context, integrationID string) (outcome.Code, error) {
	integration, ok := h.Catalog.Get(integrationID)
	switch {
	case !ok:
		return outcome.UnknownProvider, nil
	case integration.AllowPrivate():
		return "", nil
	}
	health, err := catalog.ReadHealth(ctx, h.DB, integration)
	return health.LastFailure, err
}

// withoutStatus returns the operations as they are before the first attempt.
func withoutStatus(operations []view.Operation) []view.Operation {
	for n := range operations {
		operations[n].Status, operations[n].Progress, operations[n].Count = view.StatusPending, "", 0
	}
	return operations
}

// showComplete shows what was done. Only the visitor who did it gets the
// receipt.
func (h *Handler) showComplete(w http.ResponseWriter, r *http.Request, layout view.Layout, link *db.Link) error {
	session, _, err := h.DB.Session(r.Context(), link.CurrentSessionID)
	if err != nil {
		return err
	}
	done := view.Done{Operations: layout.Data.Operations, Already: true}
	if session.HeldBy(h.visitor(r)) {
		done.Receipt = h.receiptPath(session.ID)
	}
	return render(w, r, http.StatusOK, layout, done)
}

// showActive sends the visitor who holds the session to it, and tells others
// that the link is in use.
func (h *Handler) showActive(w http.ResponseWriter, r *http.Request, link *db.Link) error {
	session, _, err := h.DB.Session(r.Context(), link.CurrentSessionID)
	if err != nil {
		return err
	}
	v := newVisit(session, *link, h.requester(r))
	switch {
	case v.held:
		return redirect(w, r, h.sessionPath(session.ID))
	case link.AwaitsReturn(): // the results are not for everyone who has the link
		layout, err := h.layout(r.Context(), link, v.languages)
		if err != nil {
			return err
		}
		return render(w, r, http.StatusOK, layout, view.Done{Already: true})
	}
	return h.showOtherDevice(w, r, v)
}

// SubmitClaim claims the link for this visitor; the session is the next page. A
// claim that comes second leads to the page of the link.
func (h *Handler) SubmitClaim(w http.ResponseWriter, r *http.Request) (next string, err error) {
	link, err := h.linkOf(r)
	if err != nil {
		return "", err
	}
	if !inIframe(r) { // there the claim opens a window of its own instead
		if err := h.requireCookie(w, r, &link, claimPath(link.ClaimCode)); err != nil {
			return "", err
		}
	}
	return h.claim(w, r, &link)
}

func (h *Handler) claim(w http.ResponseWriter, r *http.Request, link *db.Link) (next string, err error) {
	known := h.visitor(r) != ""
	visitor, err := h.ensureVisitor(w, r)
	if err != nil {
		return "", err
	}
	if inIframe(r) && !known { // if the browser drops the cookie, nobody would hold the session
		return claimPath(link.ClaimCode, "window"), nil
	}
	claimed, err := h.Runner.Claim(r.Context(), automation.Claim{
		Code: link.ClaimCode, Visitor: visitor,
		Consent: db.Consent{Via: "page", TextVersion: views.AgreementVersion, Language: text(link, languages(r)).Lang},
	})
	switch {
	case err == nil:
		return h.sessionPath(claimed.Session.ID), nil
	case errors.Is(err, db.ErrActive), errors.Is(err, db.ErrComplete), errors.Is(err, db.ErrExpired),
		errors.Is(err, db.ErrAttemptsExhausted):
		return claimPath(link.ClaimCode), nil
	}
	refused := claimPage{link: *link, languages: languages(r)}
	_, refused.busy = errors.AsType[*db.QuotaExceeded](err)
	switch {
	case refused.busy:
		return "", &rejected{http.StatusServiceUnavailable, refused}
	case errors.Is(err, catalog.ErrUnknown):
		refused.blockReason = outcome.UnknownProvider
		return "", &rejected{http.StatusOK, refused}
	case errors.Is(err, automation.ErrStopping):
		refused.blockReason = outcome.WorkerLost
		return "", &rejected{http.StatusOK, refused}
	default:
		return "", err
	}
}

// ShowStopped is where “Not you? Stop” leads: nothing was claimed.
func (h *Handler) ShowStopped(w http.ResponseWriter, r *http.Request) error {
	link, err := h.linkOf(r)
	if err != nil {
		return err
	}
	layout, err := h.layout(r.Context(), &link, languages(r))
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, layout, view.Stopped{})
}
