package automation

import (
	"context"
	"crypto/subtle"
	"sync"

	"passage/automation/event"
	"passage/automation/prompt"
	"passage/automation/script"
	"passage/db"
)

// transfer is another visitor's wish to continue the session.
type transfer struct {
	mu        sync.Mutex
	requester string // the visitor who asks; empty for none
	guesses   int    // wrong credentials typed by visitors who want the session
}

func (t *transfer) requestedBy() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.requester
}

// RequestTransfer notes that another visitor asks for the session. The visitor
// who has it is shown the request.
func (r *Runner) RequestTransfer(ctx context.Context, sessionID, visitor string) error {
	return r.setRequester(ctx, sessionID, event.TransferRequested, visitor)
}

// RefuseTransfer leaves the session with the visitor who has it.
func (r *Runner) RefuseTransfer(ctx context.Context, sessionID string) error {
	return r.setRequester(ctx, sessionID, event.TransferRefused, "")
}

func (r *Runner) setRequester(ctx context.Context, sessionID string, kind event.Kind, visitor string) error {
	s, err := r.find(sessionID)
	if err != nil {
		return err
	}
	s.transfer.mu.Lock()
	defer s.transfer.mu.Unlock()
	s.transfer.requester = visitor
	_, err = r.db.AppendEvents(ctx, s.lease, []db.NewEvent{{Kind: kind, At: r.db.Now()}})
	return err
}

// AllowTransfer gives the session to the visitor who asked for it.
// ErrPromptClosed says that none does.
func (r *Runner) AllowTransfer(ctx context.Context, sessionID string) error {
	s, err := r.find(sessionID)
	if err != nil {
		return err
	}
	t := &s.transfer
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.requester == "" {
		return ErrPromptClosed
	}
	_, err = r.db.TransferSession(ctx, sessionID, t.requester, true)
	t.requester = ""
	return err
}

// TransferByPassword gives the session to a visitor who types its credentials
// again. They are compared in memory. It returns false if they differ, if none
// were given yet, and after too many wrong ones.
func (r *Runner) TransferByPassword(ctx context.Context, sessionID, visitor string, values map[string]string) (bool, error) {
	s, err := r.find(sessionID)
	if err != nil {
		return false, err
	}
	if !s.sameCredentials(values) {
		return false, nil
	}
	_, err = r.db.TransferSession(ctx, sessionID, visitor, true)
	return err == nil, err
}

// IntegrationOf returns the integration that a session runs with. It may be an
// older version than the one in service.
func (r *Runner) IntegrationOf(sessionID string) (*script.Integration, error) {
	s, err := r.find(sessionID)
	if err != nil {
		return nil, err
	}
	return s.integration, nil
}

// maxGuesses is how many wrong credentials may be typed to get one session. After
// that only RequestTransfer helps.
const maxGuesses = 5

func (s *session) sameCredentials(values map[string]string) bool {
	given := s.conversation.lastCredentials()
	s.transfer.mu.Lock()
	defer s.transfer.mu.Unlock()
	if given == nil || s.transfer.guesses >= maxGuesses {
		return false
	}
	same := true
	for name, value := range given {
		if subtle.ConstantTimeCompare([]byte(value.Reveal()), []byte(values[name])) != 1 {
			same = false
		}
	}
	if !same {
		s.transfer.guesses++
	}
	return same
}

// lastCredentials are those typed last; nil for none. They are not changed
// afterwards.
func (c *conversation) lastCredentials() prompt.Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.credentials
}
