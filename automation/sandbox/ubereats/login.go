package ubereats

import (
	"net/http"
	"strings"
)

// The stages of a log-in: the flow of each is good for its own step alone.
const (
	stagePassword = "password"
	stageCode     = "code"
	stageSession  = "session"
)

// stopStatus is what the site's own programs answer with where a visit ends;
// the page's script has a screen of the same name for each.
var stopStatus = map[string]int{
	"wall":        http.StatusForbidden,
	"maintenance": http.StatusServiceUnavailable,
	"busy":        http.StatusTooManyRequests,
	"trouble":     http.StatusInternalServerError,
	"locked":      http.StatusLocked,
	"terms":       http.StatusConflict,
	"passkey":     http.StatusConflict,
}

func stop(user customer, name string) answer {
	return answer{status: stopStatus[name], body: fields{"stop": name}, user: user}
}

func wrong(user customer, text string) answer {
	return answer{status: http.StatusUnauthorized, body: fields{"error": text}, user: user}
}

// takeWho is the first step: an address, and what comes after it.
func (s *Site) takeWho(_ *http.Request, in message) answer {
	user, ok := scenarios.User(in.Who)
	switch {
	case !ok || user.Site.unknown:
		return wrong(user, "We could not find an account with that email.")
	case user.Site.refuse != "":
		return stop(user, user.Site.refuse)
	case user.Site.factor == "code":
		return s.sentCode(user)
	}
	return answer{status: http.StatusOK, user: user, body: fields{"step": stagePassword, "flow": s.sign(stagePassword, user.Username)}}
}

func (s *Site) sentCode(user customer) answer {
	return answer{status: http.StatusOK, user: user, body: fields{
		"step": stageCode, "flow": s.sign(stageCode, user.Username), "sentTo": user.Username[:1] + "•••@" + Domain,
	}}
}

func (s *Site) takePassword(_ *http.Request, in message) answer {
	user, ok := s.verify(stagePassword, in.Flow)
	switch {
	case !ok:
		return wrong(user, "Please start over.")
	case in.Password != Password:
		return wrong(user, "The email or password you entered is incorrect.")
	case user.Site.stop != "":
		return stop(user, user.Site.stop)
	case user.Site.factor == "both":
		return s.sentCode(user)
	}
	return s.welcome(user)
}

func (s *Site) takeCode(_ *http.Request, in message) answer {
	user, ok := s.verify(stageCode, in.Flow)
	switch {
	case !ok:
		return wrong(user, "Please start over.")
	case in.Code == ExpiredCode:
		return wrong(user, "That code has expired. Ask for a new one.")
	case in.Code != Code:
		return wrong(user, "The code you entered is incorrect.")
	}
	return s.welcome(user)
}

func (s *Site) resendCode(_ *http.Request, in message) answer {
	user, ok := s.verify(stageCode, in.Flow)
	if !ok {
		return wrong(user, "Please start over.")
	}
	return answer{status: http.StatusOK, user: user, body: fields{"notice": "We sent you a new code."}}
}

// welcome gives the browser what it keeps in its local storage.
func (s *Site) welcome(user customer) answer {
	return answer{status: http.StatusOK, user: user, body: fields{"session": s.sign(stageSession, user.Username), "email": user.Username}}
}

// signedIn lets only those in who bring a session.
func (s *Site) signedIn(decide func(*http.Request, customer) answer) func(*http.Request, message) answer {
	return func(r *http.Request, _ message) answer {
		session, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		user, ok := s.verify(stageSession, session)
		switch {
		case !ok || user.Site.forgets:
			return wrong(user, "Please log in again.")
		case user.Site.broken:
			return stop(user, "trouble")
		}
		return decide(r, user)
	}
}

func (s *Site) declineSurvey(*http.Request, message) answer {
	s.declined.Add(1)
	return answer{status: http.StatusOK, body: fields{}}
}
