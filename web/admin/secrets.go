package admin

import (
	"crypto/rand"
	"net/http"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"passage/db"
	view "passage/views/admin"
)

// secretKind says what a secret is for.
type secretKind int

const (
	newKey secretKind = iota
	webhookSecret
)

// secretLife is how long a secret is kept, from the redirect to its page.
const secretLife = time.Minute

// secretStore keeps new secrets until the next page shows them once: in memory only,
// and for the operator who created them. A secret in a URL would stay in the
// browser's history.
type secretStore struct {
	mu      sync.Mutex
	waiting map[string]waitingSecret // by ticket
}

type waitingSecret struct {
	kind                     secretKind
	text                     string
	operator, organizationID string
	until                    int64
}

func (s *secretStore) keep(secret waitingSecret, now int64) (ticket string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for old, each := range s.waiting {
		if each.until <= now {
			delete(s.waiting, old)
		}
	}
	ticket = rand.Text()
	s.waiting[ticket] = secret
	return ticket
}

// take returns a secret to the operator it is for, once.
func (s *secretStore) take(ticket, operator, organizationID string, now int64) (found waitingSecret, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok = s.waiting[ticket]
	if !ok || found.operator != operator || found.organizationID != organizationID || found.until <= now {
		return waitingSecret{}, false
	}
	delete(s.waiting, ticket)
	return found, true
}

// redirectToSecret keeps a secret and redirects to the page that shows it.
func (h *Handler) redirectToSecret(w http.ResponseWriter, r *http.Request, organization db.Organization, kind secretKind, text string) error {
	now := h.DB.Now()
	ticket := h.secrets.keep(waitingSecret{kind, text, operator(r).ID, organization.ID, now + secretLife.Milliseconds()}, now)
	http.Redirect(w, r, organizationPath(organization.ID, "secrets", ticket), http.StatusSeeOther)
	return nil
}

// ShowSecret shows a new secret, once.
func (h *Handler) ShowSecret(w http.ResponseWriter, r *http.Request) error {
	organization, err := h.organization(r)
	if err != nil {
		return err
	}
	model := view.Secret{Organization: heading(organization, keysTab), Title: "The new API key", Back: organizationPath(organization.ID),
		Note: "The merchant’s server sends it with every request, as “Authorization: Bearer …”. Hand it over where nobody else reads it."}
	if r.Method == http.MethodHead { // a HEAD request does not show the secret
		return render(w, r, http.StatusOK, view.SecretPage(h.layout(r), model))
	}
	secret, ok := h.secrets.take(chi.URLParam(r, "ticket"), operator(r).ID, organization.ID, h.DB.Now())
	if !ok {
		return render(w, r, http.StatusGone, view.SecretPage(h.layout(r), model))
	}
	model.Secret = secret.text
	if secret.kind == webhookSecret {
		model.Organization, model.Back = heading(organization, webhooksTab), organizationPath(organization.ID, webhooksTab)
		model.Title, model.Note = "The webhook secret", "Receivers check webhook-signature with it, by any library of Standard Webhooks."
	}
	return render(w, r, http.StatusOK, view.SecretPage(h.layout(r), model))
}
