package webhook

import (
	"sync"

	"passage/db"
)

const (
	laneWidth = 4      // deliveries at a time for one merchant
	laneDepth = 10_000 // deliveries that wait in memory for one merchant
)

// parcel is a delivery under lease.
type parcel struct {
	delivery db.Delivery
	startBy  int64 // Unix milliseconds; later, the lease could end before the try does
}

// lanes runs deliveries beside each other: each merchant has a lane of its own,
// so a receiver that is slow to answer holds up nobody else's.
type lanes struct {
	deliver func(parcel)
	work    sync.WaitGroup

	mu   sync.Mutex
	open map[string]*lane
}

type lane struct {
	workers int
	waiting []parcel
}

func newLanes(deliver func(parcel)) *lanes {
	return &lanes{deliver: deliver, open: map[string]*lane{}}
}

// add never blocks. A parcel for which there is no room is dropped: it is due
// again when its lease ends.
func (l *lanes) add(merchant string, p parcel) {
	l.mu.Lock()
	defer l.mu.Unlock()
	its := l.open[merchant]
	if its == nil {
		its = &lane{}
		l.open[merchant] = its
	}
	switch {
	case its.workers < laneWidth:
		its.workers++
		l.work.Go(func() { l.run(merchant, its, p) })
	case len(its.waiting) < laneDepth:
		its.waiting = append(its.waiting, p)
	}
}

func (l *lanes) run(merchant string, its *lane, p parcel) {
	for more := true; more; p, more = l.next(merchant, its) {
		l.deliver(p)
	}
}

// next gives a worker its next parcel, or ends the worker, and the lane with
// its last one.
func (l *lanes) next(merchant string, its *lane) (parcel, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(its.waiting) == 0 {
		if its.workers--; its.workers == 0 {
			delete(l.open, merchant)
		}
		return parcel{}, false
	}
	p := its.waiting[0]
	its.waiting = its.waiting[1:]
	return p, true
}
