package admin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"

	"passage/db"
	view "passage/views/admin"
)

const (
	webhooksPath = "/webhooks"
	// maxDeliveries is how many deliveries of an event a page shows, the newest first.
	maxDeliveries = 10
)

func resendPath(sessionID, eventID string) string {
	return sessionPath(sessionID) + webhooksPath + "/" + url.PathEscape(eventID)
}

// fillWebhooks adds the events of the link, of all its sessions.
func (h *Handler) fillWebhooks(ctx context.Context, model *view.Session, session db.Session) error {
	events, err := h.DB.EventsOfLink(ctx, session.LinkID)
	if err != nil {
		return err
	}
	for _, event := range events {
		notice := view.LinkEvent{Event: event.Name, At: time.UnixMilli(event.CreatedAt)}
		if notice.Deliveries, err = h.deliveries(ctx, event.ID, maxDeliveries); err != nil {
			return err
		}
		if len(notice.Deliveries) > 0 {
			notice.Again = resendPath(session.ID, event.ID)
		}
		model.Webhooks = append(model.Webhooks, notice)
	}
	return nil
}

// deliveries are the newest of an event, each with every try.
func (h *Handler) deliveries(ctx context.Context, eventID string, limit int) (list []view.Delivery, err error) {
	deliveries, err := h.DB.DeliveriesOfEvent(ctx, eventID, limit)
	if err != nil || len(deliveries) == 0 {
		return nil, err
	}
	tries, err := h.DB.AttemptsOfEvent(ctx, eventID)
	for n := range deliveries {
		list = append(list, showDelivery(&deliveries[n], tries[deliveries[n].ID]))
	}
	return list, err
}

func showDelivery(d *db.Delivery, tries []db.DeliveryAttempt) view.Delivery {
	shown := view.Delivery{Status: string(d.Status), NextAttempt: timeOf(d.NextAttempt()), Held: d.Held}
	if target, err := url.Parse(d.URL); err == nil { // an invalid one is reported by its failed attempt
		shown.Host = target.Host
	}
	for _, try := range tries {
		row := view.DeliveryAttempt{At: time.UnixMilli(try.At), Took: time.Duration(try.Took) * time.Millisecond, Error: try.Error, Reply: try.Reply}
		if try.StatusCode != nil {
			row.Code = *try.StatusCode
		}
		shown.Attempts = append(shown.Attempts, row)
	}
	return shown
}

// SubmitResend sends an event of the link again.
func (h *Handler) SubmitResend(w http.ResponseWriter, r *http.Request) error {
	session, _, err := h.DB.Session(r.Context(), chi.URLParam(r, "sessionID"))
	if err != nil {
		return err
	}
	event, _, err := h.DB.Event(r.Context(), chi.URLParam(r, "eventID"))
	if err != nil {
		return err
	}
	if event.LinkID != session.LinkID {
		return fmt.Errorf("resend event: %w", db.ErrNotFound)
	}
	if _, err := h.DB.Resend(r.Context(), event.OrganizationID, event.ID); err != nil {
		return err
	}
	http.Redirect(w, r, sessionPath(session.ID)+"#webhooks", http.StatusSeeOther)
	return nil
}
