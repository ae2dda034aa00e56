package automation

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/db"
)

// logInCount is a session's share in counting wrong passwords. A site locks an
// account after so many, whoever sends them. So log-ins are counted over all
// sessions of a user name, and stop one short of the site's limit.
type logInCount struct {
	mu          sync.Mutex
	reserved    bool      // the last credentials count as wrong until they are known to be right
	left        int       // log-ins before the limit comes near; 0 if nothing is known of it
	lockedUntil time.Time // until when the typed user name is refused
}

func (l *logInCount) locked() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lockedUntil
}

// reserveLogIn counts the log-in that is about to be tried; *db.LockoutNear
// refuses it.
func (s *session) reserveLogIn(ctx context.Context, values map[string]string) error {
	if s.integration.Lockout.Attempts == 0 {
		return nil
	}
	l := &s.logIns
	l.mu.Lock()
	defer l.mu.Unlock()
	err := s.runner.db.ReserveLogIn(ctx, s.lease, db.LogIn{IntegrationID: s.integration.ID,
		Username: normalizeUsername(values[s.integration.UsernameField()]), Lockout: db.Lockout(s.integration.Lockout)})
	if near, ok := errors.AsType[*db.LockoutNear](err); ok {
		l.lockedUntil = time.UnixMilli(near.Until)
	}
	if err != nil {
		return err
	}
	l.lockedUntil, l.left, l.reserved = time.Time{}, 0, true
	return nil
}

// normalizeUsername gives a user name one form, as sites do: an address in lower
// case, a phone number as its digits, without the 1 of North America.
func normalizeUsername(typed string) string {
	name := strings.ToLower(strings.TrimSpace(typed))
	digits := strings.NewReplacer("+", "", "(", "", ")", "", ".", "").Replace(prompt.PlainText(name))
	if digits != "" && strings.Trim(digits, "0123456789") == "" {
		if national, ok := strings.CutPrefix(digits, "1"); ok && len(national) == 10 {
			return national
		}
		return digits
	}
	return name
}

// attemptsLeft is how often credentials may still be typed: as often as the
// script asks for them, but not beyond the site's limit.
func (s *session) attemptsLeft(asked int) int {
	s.logIns.mu.Lock()
	defer s.logIns.mu.Unlock()
	if s.logIns.left > 0 {
		return min(asked, s.logIns.left)
	}
	return asked
}

// wrongUsername is the one reason for refusing credentials that does not count
// against the account.
const wrongUsername = "wrong_username"

// Refused notes that the site did not accept the credentials.
func (s *session) Refused(ctx context.Context, reason string) error {
	if reason == wrongUsername {
		return s.accepted(ctx)
	}
	return s.refuse(ctx)
}

// askedAgain counts the last credentials as wrong if the script asks for others
// and has not said what became of them.
func (s *session) askedAgain(ctx context.Context) error {
	s.logIns.mu.Lock()
	reserved := s.logIns.reserved
	s.logIns.mu.Unlock()
	if !reserved {
		return nil
	}
	return s.refuse(ctx)
}

// refuse counts the last credentials as wrong.
func (s *session) refuse(ctx context.Context) error {
	if s.integration.Lockout.Attempts == 0 {
		return nil
	}
	l := &s.logIns
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reserved = false
	status, err := s.runner.db.RefuseLogIn(ctx, s.lease, db.Lockout(s.integration.Lockout))
	if err != nil {
		return err
	}
	l.left = status.Left
	if status.Left == 0 {
		l.lockedUntil = time.UnixMilli(status.Until)
	}
	return nil
}

// accepted notes that the site did not find the password wrong: it asks for
// something else, or does not know the user name.
func (s *session) accepted(ctx context.Context) error {
	l := &s.logIns
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.reserved {
		return nil
	}
	l.reserved = false
	return s.runner.db.AcceptLogIn(ctx, s.lease)
}

// loggedIn starts the count of the user name anew, as sites do.
func (s *session) loggedIn(ctx context.Context) error {
	if s.integration.Lockout.Attempts == 0 {
		return nil
	}
	s.logIns.mu.Lock()
	s.logIns.reserved = false
	s.logIns.mu.Unlock()
	return s.runner.db.CompleteLogIn(ctx, s.lease)
}

// resolveLogIn decides whether the log-in of a session that has failed counts as
// wrong. After an end that says nothing of the password it does: the site may
// have counted it.
func (s *session) resolveLogIn(ctx context.Context, code outcome.Code) {
	var err error
	switch entry, _ := outcome.Lookup(code); {
	case !s.conversation.credentialsTaken() || entry.Password == outcome.PasswordNotWrong:
		err = s.accepted(ctx)
	case entry.Password == outcome.PasswordWrong:
		if err = s.refuse(ctx); errors.Is(err, db.ErrNotFound) {
			err = nil // it is counted already
		}
	}
	if err != nil && !errors.Is(err, db.ErrStale) {
		s.logger.Warn("a log-in could not be counted", "error", err)
	}
}
