package connect

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"passage/db"
	view "passage/views/connect"
)

// goesToPhones reports whether a link's person may go on with a phone. Where
// the return is required, whoever comes back has to be known to the merchant
// already, and on another device hardly is.
func goesToPhones(link *db.Link) bool { return link.Claimable() && !link.RequireReturn }

// SubmitPhone makes a code that takes the link to a phone.
func (h *Handler) SubmitPhone(w http.ResponseWriter, r *http.Request) error {
	link, err := h.DB.LinkByCode(r.Context(), chi.URLParam(r, "claimCode"))
	if err != nil {
		return err
	}
	if !goesToPhones(&link) {
		return redirect(w, r, claimPath(link.ClaimCode))
	}
	id, err := h.DB.NewPhoneCode(r.Context(), link.ID)
	if err != nil {
		return err
	}
	return redirect(w, r, claimPath(link.ClaimCode, "phone", id))
}

// phonePage is the page that ShowPhone shows.
type phonePage struct{ claimCode, phoneID, languages string }

func phonePageOf(r *http.Request) phonePage {
	return phonePage{chi.URLParam(r, "claimCode"), chi.URLParam(r, "phoneID"), languages(r)}
}

// ShowPhone shows the code to the phone's camera, and later how the link fares.
func (h *Handler) ShowPhone(w http.ResponseWriter, r *http.Request) error {
	page := phonePageOf(r)
	shown, err := page.present(r.Context(), h)
	if errors.Is(err, db.ErrNotFound) { // of the link, or of a code that a newer one replaced
		return redirect(w, r, claimPath(page.claimCode))
	}
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, shown.frame, shown.model)
}

// StreamPhone follows what ShowPhone shows.
func (h *Handler) StreamPhone(w http.ResponseWriter, r *http.Request) error {
	page := phonePageOf(r)
	link, err := h.DB.LinkByCode(r.Context(), page.claimCode)
	if err != nil {
		return err
	}
	if _, _, err := h.DB.PhoneCode(r.Context(), link.ID, page.phoneID); err != nil {
		return err
	}
	return h.stream(w, r, link.ID, page)
}

func (p phonePage) present(ctx context.Context, h *Handler) (presented, error) {
	link, err := h.DB.LinkByCode(ctx, p.claimCode)
	if err != nil {
		return presented{}, err
	}
	phone, code, err := h.DB.PhoneCode(ctx, link.ID, p.phoneID)
	if err != nil {
		return presented{}, err
	}
	frame, err := h.frame(ctx, &link, p.languages)
	if err != nil {
		return presented{}, err
	}
	if model, done := h.settled(frame, &link, phone.MadeAt()); done {
		frame.Revision = followed(&link, followedToEnd)
		return presented{frame, model, true}, nil
	}
	frame.Stream = claimPath(link.ClaimCode, "phone", phone.ID, "events")
	shown := view.PhoneCode{Renew: claimPath(link.ClaimCode, "phone"), Here: claimPath(link.ClaimCode)}
	now := h.DB.Now()
	switch {
	case phone.Used() || link.Status == db.LinkActive:
		frame.Revision, shown.InUse = followed(&link, phoneTookIt), true
	case phone.Expired(now):
		frame.Revision = followed(&link, phoneCodeOver)
	default:
		frame.Revision = followed(&link, followedFromStart)
		shown.Address = h.PublicURL.JoinPath("h", code).String()
		shown.Left = time.Duration(phone.ExpiresAt-now) * time.Millisecond
	}
	return presented{frame, shown, false}, nil
}

// What happens while a link is followed from elsewhere, and does not change the
// link itself.
const (
	followedFromStart = iota
	phoneCodeOver
	phoneTookIt
	followedToEnd
	followedStates
)

// followed is the revision of what such a page shows.
func followed(link *db.Link, state int64) int64 { return link.UpdatedAt*followedStates + state }

// settled is what whoever follows a link from elsewhere sees of it in the end;
// what was complete before since is not the end where it can be claimed again.
func (h *Handler) settled(frame view.Layout, link *db.Link, since int64) (model view.Model, over bool) {
	switch {
	case link.Status == db.LinkExpired:
		return view.Expired{}, true
	case link.AttemptsExhausted():
		return view.UsedUp{}, true
	case link.AwaitsReturn(): // what was found is not for whoever has the link
		return view.Done{Already: true}, true
	case link.Status == db.LinkComplete && (!link.Claimable() || *link.CompletedAt >= since):
		at := time.UnixMilli(*link.CompletedAt)
		return view.Done{Operations: frame.Data.Operations, AutoReturn: h.since(at) < autoReturn}, true
	default:
		return nil, false
	}
}

// ShowArrived is what a phone sees that has read the code. It uses nothing up:
// cameras and link previews open addresses too.
func (h *Handler) ShowArrived(w http.ResponseWriter, r *http.Request) error {
	link, phone, err := h.DB.LinkByPhoneCode(r.Context(), chi.URLParam(r, "phoneCode"))
	if err != nil {
		return err
	}
	browser, err := h.ensureBrowser(w, r)
	if err != nil {
		return err
	}
	frame, err := h.frame(r.Context(), &link, languages(r))
	switch {
	case err != nil:
		return err
	case phone.UsedBy(browser):
		return redirect(w, r, claimPath(link.ClaimCode))
	case phone.Used(), phone.Expired(h.DB.Now()):
		return h.showSpent(w, r, frame)
	}
	return render(w, r, http.StatusOK, frame, view.PhoneStart{Action: phonePath(chi.URLParam(r, "phoneCode"))})
}

// SubmitArrived uses the code up and sends the phone to the claim page.
func (h *Handler) SubmitArrived(w http.ResponseWriter, r *http.Request) error {
	browser, err := h.ensureBrowser(w, r)
	if err != nil {
		return err
	}
	code := chi.URLParam(r, "phoneCode")
	link, err := h.DB.UsePhoneCode(r.Context(), code, browser)
	if errors.Is(err, db.ErrExpired) {
		return redirect(w, r, phonePath(code))
	}
	if err != nil {
		return err
	}
	return redirect(w, r, claimPath(link.ClaimCode))
}

// showSpent says no more of a link than that its code is spent: whoever comes
// late need not be its person.
func (h *Handler) showSpent(w http.ResponseWriter, r *http.Request, frame view.Layout) error {
	return render(w, r, http.StatusGone, view.Layout{Text: frame.Text}, view.PhoneCodeUsed{})
}

func phonePath(code string) string { return pathOf("h", code, nil) }
