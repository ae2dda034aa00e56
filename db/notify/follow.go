package notify

import (
	"context"
	"errors"
	"time"
)

// ErrDone is what a Poll returns when nothing more will change.
var ErrDone = errors.New("nothing more will change")

// Poll reads what it follows and passes on what is new since its last call. It
// returns after what time to call it again even if nothing changed: for what
// time alone changes, and for heartbeats.
type Poll func(ctx context.Context) (next time.Duration, err error)

// Follow calls poll at once, and then after each notification of the topic and
// after each interval that poll asked for. It returns nil once poll returns
// ErrDone, poll's error if it fails, and the context's cause once that ends.
//
// Changes that happen during a call are seen together by the next one, so a
// slow follower misses nothing, needs no queue and blocks no writer. A change
// that was notified before the context ended is still polled.
func (n *Notifier) Follow(ctx context.Context, topic string, poll Poll) error {
	notifications, unsubscribe := n.Subscribe(topic)
	defer unsubscribe()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for last := false; ; {
		next, err := poll(context.WithoutCancel(ctx))
		switch {
		case errors.Is(err, ErrDone):
			return nil
		case err != nil:
			return err
		case last:
			return context.Cause(ctx)
		}
		timer.Reset(next)
		select {
		case <-notifications:
		case <-timer.C:
		case <-ctx.Done():
			select {
			case <-notifications:
				last = true
			default:
				return context.Cause(ctx)
			}
		}
	}
}
