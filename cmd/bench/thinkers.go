package main

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// thinkFor is how long a user looks for the one-time code.
const thinkFor = 20 * time.Second

// measureThinkers has users who take their time beside users who don't. What is
// unavoidable is the thinking, and the work of the sessions.
func (s *suite) measureThinkers(ctx context.Context) error {
	quick, err := s.measureCrowd(ctx, 0, s.thinking)
	if err != nil {
		return err
	}
	slow, err := s.measureCrowd(ctx, s.thinking, 0)
	if err != nil {
		return err
	}
	both, err := s.measureCrowd(ctx, s.thinking, s.thinking)
	if err != nil {
		return err
	}
	least := thinkFor + quick.took
	s.say(`
7. People who think: %d at once who take %.0f s to enter a code, and as many quick ones
   quick ones alone                 after %6.1f s
   those who think, alone           after %6.1f s: %.2f of the thinking and the work of as many quick ones   target ≤ 1.3: %s
     asked for the code             after %6.1f s at the latest since the log-in, %.1f s in the middle
   both at once                     after %6.1f s: %.2f of the thinking and twice that work
     the quick ones                 after %6.1f s
     asked for the code             after %6.1f s at the latest
   memory at most                   %.0f MB PSS, server and browsers
`, s.thinking, thinkFor.Seconds(), quick.took.Seconds(),
		slow.took.Seconds(), slow.took.Seconds()/least.Seconds(), verdict(slow.took.Seconds() <= 1.3*least.Seconds()),
		slices.Max(slow.asked).Seconds(), slow.median().Seconds(),
		both.took.Seconds(), both.took.Seconds()/(thinkFor+2*quick.took).Seconds(),
		both.quick.Seconds(), slices.Max(both.asked).Seconds(), megabytes(both.memory))
	return nil
}

// crowd is how users fared who came at once.
type crowd struct {
	took   time.Duration
	quick  time.Duration   // until the last of the quick ones was done
	asked  []time.Duration // from each thinker's log-in to the question
	memory int64           // at most, of the server and the browsers
}

func (c *crowd) median() time.Duration {
	slices.Sort(c.asked)
	return c.asked[len(c.asked)/2]
}

// measureCrowd has users come at once to a server that finds out its capacity
// itself.
func (s *suite) measureCrowd(ctx context.Context, thinkers, quick int) (c crowd, err error) {
	server, err := s.serve(ctx, 0, "--browser-line", strconv.Itoa(thinkers+quick))
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, server.close()) }()
	_, claimURLs, err := server.createLinks(ctx, demo, thinkers+quick)
	if err != nil {
		return c, err
	}
	var mu sync.Mutex
	begin := time.Now()
	all, within := errgroup.WithContext(ctx)
	for n, claimURL := range claimURLs {
		all.Go(func() error {
			if n >= thinkers {
				err := server.connectQueued(within, &comer{claimURL: claimURL}, n)
				mu.Lock()
				defer mu.Unlock()
				c.quick = max(c.quick, time.Since(begin))
				return err
			}
			asked, err := server.think(within, claimURL, n)
			mu.Lock()
			defer mu.Unlock()
			c.asked = append(c.asked, asked)
			return err
		})
	}
	peak := server.watchMemory(ctx)
	err = all.Wait()
	c.took = time.Since(begin)
	c.memory, err = peak(err)
	return c, err
}

// think is the session of a user who takes their time over the one-time code. It
// returns how long it took from the log-in to the question.
func (s *server) think(ctx context.Context, claimURL string, n int) (asked time.Duration, err error) {
	user, err := s.logIn(ctx, claimURL, demo.scenario("code").For("think"+strconv.Itoa(n)))
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	stream, err := user.wait(ctx, `name="code"`)
	if err != nil {
		return 0, err
	}
	asked = time.Since(begin)
	if err := stream.Close(); err != nil {
		return asked, err
	}
	select {
	case <-time.After(thinkFor):
	case <-ctx.Done():
		return asked, context.Cause(ctx)
	}
	if err := user.answerCode(ctx); err != nil {
		return asked, err
	}
	return asked, user.followQueue(ctx, func(int) {})
}
