package engine

import (
	"context"
	"sync"
	"time"
)

// How long after a destruction the write-ahead log is emptied, so that others share the
// work, and how long until the next try if a reader still needs the log.
const (
	truncateAfter = time.Second
	truncateAgain = 100 * time.Millisecond
)

// truncator empties the write-ahead log after a destruction. The log holds pages as they
// were before, with keys that should be gone.
type truncator struct {
	off     bool
	once    sync.Once
	wanted  chan struct{} // has room for one
	closing chan struct{}
	done    chan struct{}
}

func newTruncator(off bool) *truncator {
	return &truncator{off: off, wanted: make(chan struct{}, 1), closing: make(chan struct{}), done: make(chan struct{})}
}

// want has the log emptied soon.
func (t *truncator) want() {
	if t.off {
		return
	}
	select {
	case t.wanted <- struct{}{}:
	default:
	}
}

// stop ends run, which empties the log first if that is still wanted. Only the first
// call does anything.
func (t *truncator) stop() {
	t.once.Do(func() { close(t.closing) })
	<-t.done
}

// run calls a function that empties the log, and reports whether it could, until stop.
func (t *truncator) run(truncate func() bool) {
	defer close(t.done)
	for {
		select {
		case <-t.wanted:
		case <-t.closing:
			select {
			case <-t.wanted:
				truncate() // or the database does it, when it is next opened
			default:
			}
			return
		}
		t.pause(truncateAfter)
		for !truncate() && t.pause(truncateAgain) {
		}
	}
}

// pause waits, and returns false at once if the truncator stops.
func (t *truncator) pause(d time.Duration) bool {
	wait := time.NewTimer(d)
	defer wait.Stop()
	select {
	case <-wait.C:
		return true
	case <-t.closing:
		return false
	}
}

// truncate empties the log, and reports whether it could. It waits only a moment for
// readers, as no one can write meanwhile.
func (e *Engine) truncate() bool {
	e.writer <- struct{}{}
	defer func() { <-e.writer }()
	busy, err := truncateLog(context.Background(), e.write.DB)
	return err == nil && !busy
}
