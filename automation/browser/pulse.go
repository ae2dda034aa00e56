package browser

import (
	"time"

	"github.com/go-rod/rod/lib/proto"

	"passage/automation/outcome"
)

// pulse is how often a browser in use is asked for a sign of life, and silences
// how many beats may pass without one. A busy machine may take long over an
// answer, but not that long.
const (
	pulse    = 6 * time.Second
	silences = 3
)

// watchPulse ends the browser when its process takes commands and answers none.
// It counts its own beats and not the time: after we ourselves have stood still
// for a while, an answer that was there all along is read before the next beat.
func (b *Browser) watchPulse(every time.Duration) {
	beat := time.NewTicker(every)
	defer beat.Stop()
	var answered <-chan struct{} // nil while nothing is asked
	silent := 0
	for {
		select {
		case <-b.life.Done():
			return
		case <-answered:
			answered, silent = nil, 0
		case <-beat.C:
			if answered == nil {
				answered = b.ping()
				continue
			}
			if silent++; silent == silences {
				b.end(outcome.New(outcome.ConnectionFailed, "the browser process hangs"))
				return
			}
		}
	}
}

// ping asks the browser's process for something small; the channel is closed
// when it has answered.
func (b *Browser) ping() <-chan struct{} {
	answered := make(chan struct{})
	b.events.Go(func() {
		if _, err := (proto.BrowserGetVersion{}).Call(b.at(b.life, "")); err == nil {
			close(answered)
		}
	})
	return answered
}
