package automation

import (
	"context"
	"crypto/subtle"

	"passage/automation/event"
	"passage/automation/script"
	"passage/db"
)

// AskHandOver notes that another browser wants the session; the one that holds
// it is shown the question.
func (r *Runner) AskHandOver(ctx context.Context, sessionID, browser string) error {
	return r.changeAsked(ctx, sessionID, event.TransferRequested, func(s *session) error { s.asked = browser; return nil })
}

// RefuseHandOver keeps the session where it is.
func (r *Runner) RefuseHandOver(ctx context.Context, sessionID string) error {
	return r.changeAsked(ctx, sessionID, event.TransferRefused, func(s *session) error { s.asked = ""; return nil })
}

func (r *Runner) changeAsked(ctx context.Context, sessionID string, kind event.Kind, change func(*session) error) error {
	s, err := r.find(sessionID)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := change(s); err != nil {
		return err
	}
	_, err = r.DB.AppendEvents(ctx, s.lease, []db.NewEvent{{Kind: kind, At: r.DB.Now()}})
	return err
}

// AllowHandOver gives the session to the browser that asked for it. ErrAnswered
// says that none asks.
func (r *Runner) AllowHandOver(ctx context.Context, sessionID string) error {
	s, err := r.find(sessionID)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked == "" {
		return ErrAnswered
	}
	_, err = r.DB.TransferSession(ctx, sessionID, s.asked, true)
	s.asked = ""
	return err
}

// Working is the version of an integration that a session works with, whatever
// is in service by now. ErrElsewhere says that the session has ended, or is not
// of this process.
func (r *Runner) Working(sessionID string) (*script.Integration, error) {
	s, err := r.find(sessionID)
	if err != nil {
		return nil, err
	}
	return s.integration, nil
}

// TakeOver gives the session to a browser whose person types the credentials
// again. They are compared in memory; false says that they differ, that none
// were given yet, or that somebody has guessed too often.
func (r *Runner) TakeOver(ctx context.Context, sessionID, browser string, values map[string]string) (bool, error) {
	s, err := r.find(sessionID)
	if err != nil {
		return false, err
	}
	if !s.sameCredentials(values) {
		return false, nil
	}
	_, err = r.DB.TransferSession(ctx, sessionID, browser, true)
	return err == nil, err
}

// maxGuesses is how often the credentials of one session may be typed wrong by
// somebody who wants to take it over. After that only “Allow” helps.
const maxGuesses = 5

func (s *session) sameCredentials(values map[string]string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.credentials == nil || s.guesses >= maxGuesses {
		return false
	}
	same := true
	for name, secret := range s.credentials {
		if subtle.ConstantTimeCompare([]byte(secret.Reveal()), []byte(values[name])) != 1 {
			same = false
		}
	}
	if !same {
		s.guesses++
	}
	return same
}
