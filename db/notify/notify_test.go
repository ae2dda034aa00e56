package notify_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"passage/db/notify"
)

func TestNotifier_MergesUnreadNotifications(t *testing.T) {
	t.Parallel()
	var n notify.Notifier
	notifications, unsubscribe := n.Subscribe("link")
	n.Notify("link")
	n.Notify("link")
	n.Notify("another")
	if len(notifications) != 1 {
		t.Errorf("%d notifications, want 1", len(notifications))
	}
	<-notifications
	unsubscribe()
	n.Notify("link")
	if len(notifications) != 0 {
		t.Error("it is notified after it unsubscribed")
	}
}

func TestFollow_PollsAgainAfterTheInterval(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var n notify.Notifier
		begin, polls := time.Now(), []time.Duration{}
		err := n.Follow(t.Context(), "link", func(context.Context) (time.Duration, error) {
			polls = append(polls, time.Since(begin))
			if len(polls) == 3 {
				return 0, notify.ErrDone
			}
			return time.Duration(len(polls)) * time.Minute, nil
		})
		if err != nil || polls[1] != time.Minute || polls[2] != 3*time.Minute {
			t.Errorf("polled after %v, ended with %v", polls, err)
		}
	})
}

func TestFollow_PollsOnceMoreForAChangeBeforeTheEnd(t *testing.T) {
	t.Parallel()
	var n notify.Notifier
	ctx, end := context.WithCancelCause(t.Context())
	stopped, polls := errors.New("the server stops"), 0
	err := n.Follow(ctx, "link", func(context.Context) (time.Duration, error) {
		if polls++; polls == 1 {
			n.Notify("link")
			end(stopped)
		}
		return time.Hour, nil
	})
	if !errors.Is(err, stopped) || polls != 2 {
		t.Errorf("%d polls, ended with %v", polls, err)
	}
}
