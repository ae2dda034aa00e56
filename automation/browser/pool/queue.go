package pool

import "slices"

// queue holds the waiting tickets in the order in which they are served. They
// are served in rounds, each of which takes one ticket of every organization
// that waits, so that no organization's crowd holds up another. The order of
// waiting tickets never changes. A position only gets worse when a ticket
// arrives whose organization has had less.
type queue struct {
	tickets []*Ticket
	round   int                 // of the ticket served last
	served  map[string]struct{} // the organizations served in that round
}

// push inserts a ticket behind the last one of its organization, and behind
// those of the same round.
func (q *queue) push(t *Ticket) {
	t.round = q.round
	if _, had := q.served[t.organization]; had {
		t.round++
	}
	for _, other := range q.tickets {
		if other.organization == t.organization {
			t.round = other.round + 1
		}
	}
	at := len(q.tickets)
	for at > 0 && q.tickets[at-1].round > t.round {
		at--
	}
	q.tickets = slices.Insert(q.tickets, at, t)
	q.notify()
}

// pop removes the first ticket and returns it.
func (q *queue) pop() *Ticket {
	first := q.tickets[0]
	q.tickets = slices.Delete(q.tickets, 0, 1)
	if first.round > q.round || q.served == nil {
		q.round, q.served = first.round, map[string]struct{}{}
	}
	q.served[first.organization] = struct{}{}
	q.notify()
	return first
}

// remove removes a ticket and reports whether it was in the queue.
func (q *queue) remove(t *Ticket) bool {
	at := slices.Index(q.tickets, t)
	if at < 0 {
		return false
	}
	q.tickets = slices.Delete(q.tickets, at, at+1)
	q.notify()
	return true
}

// position returns a ticket's position, 1 being the next to be served, or 0 if
// it is not in the queue.
func (q *queue) position(t *Ticket) int { return slices.Index(q.tickets, t) + 1 }

// count returns how many of an organization's tickets wait.
func (q *queue) count(organization string) (count int) {
	for _, t := range q.tickets {
		if t.organization == organization {
			count++
		}
	}
	return count
}

// notify tells every waiting ticket that its position may have changed.
func (q *queue) notify() {
	for _, t := range q.tickets {
		select {
		case t.moved <- struct{}{}:
		default:
		}
	}
}
