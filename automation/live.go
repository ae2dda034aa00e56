package automation

import (
	"maps"
	"time"
)

// Live is what only memory knows of a session at work.
type Live struct {
	Place     int               // in the line for a browser; 0 outside it
	Moves     int               // how often the place has changed
	Kept      map[string]string // the credentials typed so far that are no secret
	Deadline  time.Time         // of the open question; zero without one
	Locked    time.Time         // until when the user name in Kept is not taken; zero if it is
	Submitted bool              // a change was handed to the site: cancelling may not undo it
	HandOver  bool              // another browser asks to take the session over

	asked string
}

// AskedBy reports whether it is this browser that asks to take the session over.
func (l Live) AskedBy(browser string) bool { return browser != "" && l.asked == browser }

// Live tells what only memory knows; ok is false for a session that does not
// run here.
func (r *Runner) Live(sessionID string) (live Live, ok bool) {
	s, err := r.find(sessionID)
	if err != nil {
		return Live{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	live = Live{Place: s.place, Moves: s.moves, Kept: maps.Clone(s.kept), Locked: s.lockedUntil, Submitted: s.submitted,
		HandOver: s.asked != "", asked: s.asked}
	if s.question != nil {
		live.Deadline = s.question.deadline
	}
	return live, true
}
