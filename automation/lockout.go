package automation

import (
	"context"
	"errors"
	"strings"
	"time"

	"passage/automation/outcome"
	"passage/db"
)

// A site locks an account after so many wrong passwords, whoever sends them. So
// log-ins are counted over all sessions, and stop one short of it.

// reserve counts the log-in that is about to be handed over; *db.LockoutNear
// refuses it. It needs mu.
func (s *session) reserve(ctx context.Context, values map[string]string) error {
	if s.integration.Lockout.Attempts == 0 {
		return nil
	}
	err := s.runner.DB.ReserveLogIn(ctx, s.lease, db.LogIn{IntegrationID: s.integration.ID,
		Username: plainUsername(values[s.integration.UsernameField()]), Lockout: db.Lockout(s.integration.Lockout)})
	if near, ok := errors.AsType[*db.LockoutNear](err); ok {
		s.lockedUntil = time.UnixMilli(near.Until)
	}
	if err != nil {
		return err
	}
	s.lockedUntil, s.logInsLeft, s.reserved = time.Time{}, 0, true
	return nil
}

// plainUsername gives a user name one form, as sites do: an address in lower
// case, a phone number as its digits, without the 1 of North America.
func plainUsername(typed string) string {
	name := strings.ToLower(strings.TrimSpace(typed))
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -+().", r) {
			return -1
		}
		return r
	}, name)
	if digits != "" && strings.Trim(digits, "0123456789") == "" {
		if national, ok := strings.CutPrefix(digits, "1"); ok && len(national) == 10 {
			return national
		}
		return digits
	}
	return name
}

// attemptsLeft is how often credentials may still be typed: as often as the
// script asks for them, and no oftener than the site's lock-out allows.
func (s *session) attemptsLeft(asked int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.logInsLeft > 0 {
		return min(asked, s.logInsLeft)
	}
	return asked
}

// wrongUsername is the one reason for which credentials are refused and the
// account is none the worse.
const wrongUsername = "wrong_username"

// Refused notes that the site did not accept the credentials.
func (s *session) Refused(ctx context.Context, reason string) error {
	if reason == wrongUsername {
		return s.accepted(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refuse(ctx)
}

// askedAgain counts the last credentials where the script asks for others and
// has not said what became of them.
func (s *session) askedAgain(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.reserved {
		return nil
	}
	return s.refuse(ctx)
}

// refuse counts the last credentials as wrong, where a site counts them. It needs
// mu.
func (s *session) refuse(ctx context.Context) error {
	if s.integration.Lockout.Attempts == 0 {
		return nil
	}
	s.reserved = false
	standing, err := s.runner.DB.RefuseLogIn(ctx, s.lease, db.Lockout(s.integration.Lockout))
	if err != nil {
		return err
	}
	s.logInsLeft = standing.Left
	if standing.Left == 0 {
		s.lockedUntil = time.UnixMilli(standing.Until)
	}
	return nil
}

// accepted notes that the site did not find the password wrong: it asks for
// something else, or does not know the user name.
func (s *session) accepted(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.reserved {
		return nil
	}
	s.reserved = false
	return s.runner.DB.AcceptLogIn(ctx, s.lease)
}

// loggedIn begins the count of the user name anew, as sites do.
func (s *session) loggedIn(ctx context.Context) error {
	if s.integration.Lockout.Attempts == 0 {
		return nil
	}
	s.mu.Lock()
	s.reserved = false
	s.mu.Unlock()
	return s.runner.DB.CompleteLogIn(ctx, s.lease)
}

// blameless are the ends of a log-in that say that the site did not get to the
// password, or that it was right. After any other the site may have counted it.
var blameless = map[outcome.Code]bool{
	outcome.MFAFailed: true, outcome.MFAUnsupported: true, outcome.ActionRequired: true,
	outcome.SiteUnavailable: true, outcome.SiteBlocked: true, outcome.RateLimited: true,
}

// accusing are the ends that say that the password was wrong after all, even if
// the site asked for something else in between.
var accusing = map[outcome.Code]bool{outcome.InvalidCredentials: true, outcome.AccountLocked: true}

// settle decides what becomes of a log-in with which a session ends. What it
// does not get to say counts.
func (s *session) settle(ctx context.Context, code outcome.Code) {
	s.mu.Lock()
	handed := s.handed
	s.mu.Unlock()
	var err error
	switch {
	case !handed || blameless[code]:
		err = s.accepted(ctx)
	case accusing[code]:
		err = s.accused(ctx)
	}
	if err != nil && !errors.Is(err, db.ErrStale) {
		s.logger.Warn("a log-in could not be settled", "error", err)
	}
}

// accused counts the last credentials as wrong, unless they are counted already.
func (s *session) accused(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refuse(ctx); !errors.Is(err, db.ErrNotFound) {
		return err
	}
	return nil
}
