package browser

import (
	"time"

	"passage/automation/outcome"
)

// heartbeat is how often a browser in use is asked for a sign of life, and
// missedHeartbeats how many in a row may go unanswered. A busy machine may take
// long to answer, but not that long.
const (
	heartbeat        = 6 * time.Second
	missedHeartbeats = 3
)

// watchHeartbeat ends the browser's life when its process takes commands and answers
// none. It counts ticks and not time: when this program itself was stopped for a
// while, an answer that has arrived meanwhile is read before the next tick.
func (b *Browser) watchHeartbeat(every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var answered <-chan struct{} // nil while no answer is due
	missed := 0
	for {
		select {
		case <-b.life.Done():
			return
		case <-answered:
			answered, missed = nil, 0
		case <-tick.C:
			if answered == nil {
				answered = b.ping()
				continue
			}
			if missed++; missed == missedHeartbeats {
				b.process.Fail(outcome.New(outcome.ConnectionFailed, "the browser process hangs"))
				return
			}
		}
	}
}

// ping sends the browser process a small command. The channel is closed when
// the process has answered.
func (b *Browser) ping() <-chan struct{} {
	answered := make(chan struct{})
	b.events.Go(func() {
		if b.process.Ping(b.life) == nil {
			close(answered)
		}
	})
	return answered
}
