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

// offersPhone reports whether a person may continue on a phone. Where the return
// is required they may not: the merchant must know the person who comes back,
// and on another device hardly does.
func offersPhone(link *db.Link) bool { return link.Claimable() && !link.RequireReturn }

// SubmitPhoneCode creates a code that opens the link on a phone.
func (h *Handler) SubmitPhoneCode(_ http.ResponseWriter, r *http.Request) (next string, err error) {
	link, err := h.linkOf(r)
	if err != nil {
		return "", err
	}
	if !offersPhone(&link) {
		return claimPath(link.ClaimCode), nil
	}
	id, err := h.DB.NewPhoneCode(r.Context(), link.ID)
	return claimPath(link.ClaimCode, "phone", id), err
}

// phonePage is the page that ShowPhoneCode shows.
type phonePage struct{ claimCode, phoneID, languages string }

func phonePageOf(r *http.Request) phonePage {
	return phonePage{chi.URLParam(r, "claimCode"), chi.URLParam(r, "phoneID"), languages(r)}
}

// ShowPhoneCode shows the code for the phone's camera, and later the state of the
// link.
func (h *Handler) ShowPhoneCode(w http.ResponseWriter, r *http.Request) error {
	page := phonePageOf(r)
	err := h.showPage(w, r, http.StatusOK, page)
	if errors.Is(err, db.ErrNotFound) { // no such link, or a newer code replaced this one
		return redirect(w, r, claimPath(page.claimCode))
	}
	return err
}

// StreamPhoneCode follows what ShowPhoneCode shows.
func (h *Handler) StreamPhoneCode(w http.ResponseWriter, r *http.Request) error {
	page := phonePageOf(r)
	link, err := h.linkOf(r)
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

// ShowPhoneStart is the first page on the phone. It does not use the code up,
// because cameras and link previews open addresses too.
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

// SubmitPhoneStart uses the code up. The claim page is the phone's next page.
func (h *Handler) SubmitPhoneStart(w http.ResponseWriter, r *http.Request) (next string, err error) {
	visitor, err := h.ensureVisitor(w, r)
	if err != nil {
		return "", err
	}
	code := chi.URLParam(r, "phoneCode")
	link, err := h.DB.UsePhoneCode(r.Context(), code, visitor)
	if errors.Is(err, db.ErrExpired) {
		return phonePath(code), nil // which says so
	}
	return claimPath(link.ClaimCode), err
}

// showPhoneCodeUsed says that a code was used or has expired, and nothing about
// the link: a late visitor may be anybody.
func (h *Handler) showPhoneCodeUsed(w http.ResponseWriter, r *http.Request, layout view.Layout) error {
	return render(w, r, http.StatusGone, view.Layout{Text: layout.Text}, view.PhoneCodeUsed{})
}

func phonePath(code string) string { return pathOf("h", code, nil) }
