package admin

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"passage/db"
	view "passage/views/admin"
)

// maxLatestEvents is how many events the page shows.
const maxLatestEvents = 25

// ShowWebhooks shows the latest events of an organization and its signing keys.
func (h *Handler) ShowWebhooks(w http.ResponseWriter, r *http.Request) error {
	organization, err := h.organization(r)
	if err != nil {
		return err
	}
	return h.showWebhooks(w, r, http.StatusOK, organization, view.Field{Value: defaultOverlap})
}

func (h *Handler) showWebhooks(w http.ResponseWriter, r *http.Request, status int, organization db.Organization, overlap view.Field) error {
	keys, err := h.DB.SigningKeysOf(r.Context(), organization.ID)
	if err != nil {
		return err
	}
	model := view.OrganizationWebhooks{Organization: heading(organization, webhooksTab), Overlap: overlap,
		Show: organizationPath(organization.ID, webhooksTab, "secret"), Rotate: organizationPath(organization.ID, webhooksTab, rotatePart)}
	for _, key := range keys {
		model.Keys = append(model.Keys, view.SigningKey{ID: key.ID, Created: time.UnixMilli(key.CreatedAt), Until: timeOf(key.RetiredAt)})
	}
	if model.Paused, err = h.pausedHosts(r.Context(), organization.ID); err != nil {
		return err
	}
	if model.Latest, err = h.latestEvents(r.Context(), organization.ID); err != nil {
		return err
	}
	return render(w, r, status, view.OrganizationWebhooksPage(h.layout(r), model))
}

// pausedHosts are the hosts of a merchant that take nothing; of all merchants where
// none is named.
func (h *Handler) pausedHosts(ctx context.Context, organizationID string) (list []view.PausedHost, err error) {
	endpoints, err := h.DB.PausedEndpoints(ctx)
	for _, endpoint := range endpoints {
		if organizationID == "" || endpoint.OrganizationID == organizationID {
			list = append(list, view.PausedHost{Organization: endpoint.Organization, Host: endpoint.Host,
				Since: time.UnixMilli(endpoint.FailingSince), Waiting: endpoint.Waiting})
		}
	}
	return list, err
}

// latestEvents are a merchant's events with the newest delivery of each.
func (h *Handler) latestEvents(ctx context.Context, organizationID string) (list []view.SentEvent, err error) {
	events, err := h.DB.LatestEvents(ctx, organizationID, maxLatestEvents)
	if err != nil {
		return nil, err
	}
	for _, event := range events {
		shown := view.SentEvent{Name: event.Name, At: time.UnixMilli(event.CreatedAt), Session: event.SessionID}
		if event.SessionID != "" {
			shown.To = sessionPath(event.SessionID)
		}
		deliveries, err := h.deliveries(ctx, event.ID, 1)
		if err != nil {
			return nil, err
		}
		if len(deliveries) > 0 {
			shown.Again = organizationPath(organizationID, webhooksTab, "events", event.ID)
			shown.Delivery = deliveries[0]
		}
		list = append(list, shown)
	}
	return list, nil
}

// SubmitResendEvent sends an event of the organization again.
func (h *Handler) SubmitResendEvent(w http.ResponseWriter, r *http.Request) error {
	organization, err := h.organization(r)
	if err != nil {
		return err
	}
	if _, err := h.DB.Resend(r.Context(), organization.ID, chi.URLParam(r, "eventID")); err != nil {
		return fmt.Errorf("send again: %w", err)
	}
	http.Redirect(w, r, organizationPath(organization.ID, webhooksTab)+"#latest", http.StatusSeeOther)
	return nil
}

// SubmitShowWebhookSecret shows the newest shared secret.
func (h *Handler) SubmitShowWebhookSecret(w http.ResponseWriter, r *http.Request) error {
	organization, err := h.organization(r)
	if err != nil {
		return err
	}
	found, err := h.DB.EnsureWebhookSecrets(r.Context(), organization.ID)
	if err != nil {
		return err
	}
	return h.redirectToSecret(w, r, organization, webhookSecret, found[0])
}

// SubmitRotateWebhooks creates another signing key and another secret.
func (h *Handler) SubmitRotateWebhooks(w http.ResponseWriter, r *http.Request) error {
	organization, err := h.organization(r)
	if err != nil {
		return err
	}
	overlap, field, err := readOverlap(w, r)
	if err != nil {
		return err
	}
	if field.Error != "" {
		return h.showWebhooks(w, r, http.StatusUnprocessableEntity, organization, field)
	}
	secret, err := h.DB.RotateWebhookKeys(r.Context(), organization.ID, overlap, operator(r).Email)
	if err != nil {
		return err
	}
	return h.redirectToSecret(w, r, organization, webhookSecret, secret)
}
