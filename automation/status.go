package automation

import (
	"maps"
	"sync"
	"time"
)

// Status is what is known of a running session only in memory.
type Status struct {
	Position          int               // in the queue for a browser; 0 outside it
	PositionChanges   int               // how often the position has changed
	PublicFields      map[string]string // the credentials typed so far that are not secret
	Deadline          time.Time         // of the open prompt; zero without one
	LockedUntil       time.Time         // until when the typed user name is refused; zero if it is not
	Submitted         bool              // a change was submitted: cancelling may not undo it
	TransferRequested bool              // another visitor asks for the session

	requester string
}

// RequestedBy reports whether it is this visitor that asks for the session.
func (s Status) RequestedBy(visitor string) bool { return visitor != "" && s.requester == visitor }

// Status returns what is known of a session only in memory; ok is false for a
// session that does not run here.
func (r *Runner) Status(sessionID string) (status Status, ok bool) {
	s, err := r.find(sessionID)
	if err != nil {
		return Status{}, false
	}
	status.Position, status.PositionChanges = s.queue.get()
	status.LockedUntil = s.logIns.locked()
	status.Submitted = s.work.wasSubmitted()
	status.requester = s.transfer.requestedBy()
	status.TransferRequested = status.requester != ""
	c := &s.conversation
	c.mu.Lock()
	defer c.mu.Unlock()
	status.PublicFields = maps.Clone(c.fields)
	if c.open != nil {
		status.Deadline = c.open.deadline
	}
	return status, true
}

// queuePosition is where a session stands in the queue for a browser.
type queuePosition struct {
	mu       sync.Mutex
	position int // 0 outside the queue
	changes  int
}

func (q *queuePosition) get() (position, changes int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.position, q.changes
}

func (q *queuePosition) set(position int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.position = position
	q.changes++
}

// setPosition notes the session's position in the queue and wakes who follows
// the link. No transaction does: only memory knows the position.
func (s *session) setPosition(position int) {
	s.queue.set(position)
	s.runner.db.Notify(s.link.ID)
}
