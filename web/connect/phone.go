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

// offersPhone reports whether a link's person may go on with a phone. Where
// the return is required, whoever comes back has to be known to the merchant
// already, and on another device hardly is.
func offersPhone(link *db.Link) bool { return link.Claimable() && !link.RequireReturn }

// SubmitPhoneCode makes a code that takes the link to a phone.
func (h *Handler) SubmitPhoneCode(w http.ResponseWriter, r *http.Request) error {
	link, err := h.DB.LinkByCode(r.Context(), chi.URLParam(r, "claimCode"))
	if err != nil {
		return err
	}
	if !offersPhone(&link) {
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

// ShowPhoneCode shows the code to the phone's camera, and later how the link fares.
func (h *Handler) ShowPhoneCode(w http.ResponseWriter, r *http.Request) error {
	page := phonePageOf(r)
	shown, err := page.state(r.Context(), h)
	if errors.Is(err, db.ErrNotFound) { // of the link, or of a code that a newer one replaced
		return redirect(w, r, claimPath(page.claimCode))
	}
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, shown.layout, shown.model)
}

// StreamPhoneCode follows what ShowPhone shows.
func (h *Handler) StreamPhoneCode(w http.ResponseWriter, r *http.Request) error {
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

func (p phonePage) state(ctx context.Context, h *Handler) (pageState, error) {
	link, err := h.DB.LinkByCode(ctx, p.claimCode)
	if err != nil {
		return pageState{}, err
	}
	phone, code, err := h.DB.PhoneCode(ctx, link.ID, p.phoneID)
	if err != nil {
		return pageState{}, err
	}
	layout, err := h.layout(ctx, &link, p.languages)
	if err != nil {
		return pageState{}, err
	}
	if model, done := h.finalScreen(layout, &link, phone.MadeAt()); done {
		layout.Revision = followRevision(&link, followEnded)
		return pageState{layout, model, true}, nil
	}
	layout.Stream = claimPath(link.ClaimCode, "phone", phone.ID, "events")
	shown := view.PhoneCode{Renew: claimPath(link.ClaimCode, "phone"), Here: claimPath(link.ClaimCode)}
	now := h.DB.Now()
	switch {
	case phone.Used() || link.Status == db.LinkActive:
		layout.Revision, shown.InUse = followRevision(&link, followPhoneStarted), true
	case phone.Expired(now):
		layout.Revision = followRevision(&link, followCodeExpired)
	default:
		layout.Revision = followRevision(&link, followStarted)
		shown.Address = h.PublicURL.JoinPath("h", code).String()
		shown.Left = time.Duration(phone.ExpiresAt-now) * time.Millisecond
	}
	return pageState{layout, shown, false}, nil
}

// What happens while a link is followed from elsewhere, and does not change the
// link itself.
const (
	followStarted = iota
	followCodeExpired
	followPhoneStarted
	followEnded
	followStates
)

// followRevision is the revision of what such a page shows.
func followRevision(link *db.Link, state int64) int64 { return link.UpdatedAt*followStates + state }

// finalScreen is what whoever follows a link from elsewhere sees of it in the end;
// what was complete before since is not the end where it can be claimed again.
func (h *Handler) finalScreen(layout view.Layout, link *db.Link, since int64) (model view.Model, over bool) {
	switch {
	case link.Status == db.LinkExpired:
		return view.Expired{}, true
	case link.AttemptsExhausted():
		return view.UsedUp{}, true
	case link.AwaitsReturn(): // what was found is not for whoever has the link
		return view.Done{Already: true}, true
	case link.Status == db.LinkComplete && (!link.Claimable() || *link.CompletedAt >= since):
		at := time.UnixMilli(*link.CompletedAt)
		return view.Done{Operations: layout.Data.Operations, AutoReturn: h.elapsedSince(at) < autoReturn}, true
	default:
		return nil, false
	}
}

// ShowPhoneStart is what a phone sees that has read the code. It uses nothing up:
// cameras and link previews open addresses too.
func (h *Handler) ShowPhoneStart(w http.ResponseWriter, r *http.Request) error {
	link, phone, err := h.DB.LinkByPhoneCode(r.Context(), chi.URLParam(r, "phoneCode"))
	if err != nil {
		return err
	}
	visitor, err := h.ensureVisitor(w, r)
	if err != nil {
		return err
	}
	layout, err := h.layout(r.Context(), &link, languages(r))
	switch {
	case err != nil:
		return err
	case phone.UsedBy(visitor):
		return redirect(w, r, claimPath(link.ClaimCode))
	case phone.Used(), phone.Expired(h.DB.Now()):
		return h.showPhoneCodeUsed(w, r, layout)
	}
	return render(w, r, http.StatusOK, layout, view.PhoneStart{Action: phonePath(chi.URLParam(r, "phoneCode"))})
}

// SubmitPhoneStart uses the code up and sends the phone to the claim page.
func (h *Handler) SubmitPhoneStart(w http.ResponseWriter, r *http.Request) error {
	visitor, err := h.ensureVisitor(w, r)
	if err != nil {
		return err
	}
	code := chi.URLParam(r, "phoneCode")
	link, err := h.DB.UsePhoneCode(r.Context(), code, visitor)
	if errors.Is(err, db.ErrExpired) {
		return redirect(w, r, phonePath(code))
	}
	if err != nil {
		return err
	}
	return redirect(w, r, claimPath(link.ClaimCode))
}

// showPhoneCodeUsed says no more of a link than that its code is spent: whoever comes
// late need not be its person.
func (h *Handler) showPhoneCodeUsed(w http.ResponseWriter, r *http.Request, layout view.Layout) error {
	return render(w, r, http.StatusGone, view.Layout{Text: layout.Text}, view.PhoneCodeUsed{})
}

func phonePath(code string) string { return pathOf("h", code, nil) }
