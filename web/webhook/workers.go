package webhook

import (
	"sync"

	"passage/db"
)

const (
	workersPerMerchant = 4
	queueLength        = 10_000 // deliveries that wait in memory for one merchant
)

// job is a leased delivery.
type job struct {
	delivery db.Delivery
	startBy  int64 // Unix milliseconds; a later attempt could outlast the lease
}

// workers deliver jobs concurrently. Each merchant has workers and a queue of its
// own, so a slow receiver delays only its own merchant.
type workers struct {
	deliver func(job)
	running sync.WaitGroup

	mu     sync.Mutex
	queues map[string]*queue
}

type queue struct {
	workers int
	jobs    []job
}

func newWorkers(deliver func(job)) *workers {
	return &workers{deliver: deliver, queues: map[string]*queue{}}
}

// add never blocks. If the merchant's queue is full, the job is dropped: its
// delivery is due again when its lease ends.
func (w *workers) add(merchant string, j job) {
	w.mu.Lock()
	defer w.mu.Unlock()
	q := w.queues[merchant]
	if q == nil {
		q = &queue{}
		w.queues[merchant] = q
	}
	switch {
	case q.workers < workersPerMerchant:
		q.workers++
		w.running.Go(func() { w.run(merchant, q, j) })
	case len(q.jobs) < queueLength:
		q.jobs = append(q.jobs, j)
	}
}

func (w *workers) run(merchant string, q *queue, j job) {
	for more := true; more; j, more = w.next(merchant, q) {
		w.deliver(j)
	}
}

// next returns the next job of a worker. If there is none, the worker ends, and
// the last worker removes the merchant's queue.
func (w *workers) next(merchant string, q *queue) (job, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(q.jobs) == 0 {
		if q.workers--; q.workers == 0 {
			delete(w.queues, merchant)
		}
		return job{}, false
	}
	j := q.jobs[0]
	q.jobs = q.jobs[1:]
	return j, true
}
