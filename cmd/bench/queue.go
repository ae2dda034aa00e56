package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// The rush: so many come at once for so many browsers, from so many merchants.
const (
	rushSlots     = 8
	rushMerchants = 4
	// rushLimit is what admission reckons for that many browsers and its reserve.
	rushLimit = (rushSlots + 1) * 256 << 20
)

// measureQueue has more users arrive at once than there are browsers. It fails if
// one is lost, sees a wrong position or is served out of order, or if memory
// exceeds the limit.
func (s *suite) measureQueue(ctx context.Context) (err error) {
	server, err := s.serve(ctx, rushSlots, "--browser-line", strconv.Itoa(s.rush))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.close()) }()
	holders, err := server.holdEverySlot(ctx)
	if err != nil {
		return err
	}
	people, err := server.comers(ctx, s.rush)
	if err != nil {
		return err
	}
	peak := server.watchMemory(ctx)
	r := rush{people: people, served: len(people) + len(holders)}
	err = server.serveRush(ctx, &r, holders)
	if r.most, err = peak(err); err != nil {
		return err
	}
	if r.late, err = people.checkOrder(ctx); err != nil {
		return err
	}
	s.printRush(&r)
	if r.most > rushLimit {
		return errors.New("memory went over the limit")
	}
	return nil
}

// rush is the result.
type rush struct {
	people      comers
	served      int
	early, took time.Duration
	late        int
	most        int64
}

// serveRush has all users arrive at once, checks the queue, and lets it proceed.
func (s *server) serveRush(ctx context.Context, r *rush, holders holders) error {
	begin := time.Now()
	all, within := errgroup.WithContext(ctx)
	for n, c := range r.people {
		all.Go(func() error { return s.connectQueued(within, c, n) })
	}
	if err := r.people.stand(within); err != nil {
		return errors.Join(err, holders.leave(ctx), all.Wait())
	}
	r.early = time.Since(begin)
	begin = time.Now()
	err := errors.Join(r.people.checkFairness(), holders.leave(ctx), all.Wait())
	r.took = time.Since(begin)
	return err
}

func (s *suite) printRush(r *rush) {
	s.say(`
5. A rush: %d people of %d merchants come at once, and all %d browsers are in use
   queued, each shown the position  after %.1f s
   served in turns, all complete    after %.0f s: %.2f a second; none started more than %d places late
   memory at most                   %.0f MB PSS, server and browsers   limit %d MB: %s
`, len(r.people), rushMerchants, rushSlots, r.early.Seconds(), r.took.Seconds(), float64(r.served)/r.took.Seconds(),
		r.late, megabytes(r.most), rushLimit>>20, verdict(r.most <= rushLimit))
}

// comer is a user of the rush, with the positions that the page has shown.
type comer struct {
	merchant int
	of       *server // with that merchant's key
	link     string
	claimURL string

	mu        sync.Mutex
	positions []int // as they changed
	early     int   // how many of them were shown before all were queued
}

type comers []*comer

// told records the position that the page shows.
func (c *comer) told(position int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.positions) == 0 || c.positions[len(c.positions)-1] != position {
		c.positions = append(c.positions, position)
	}
}

// place is the last position shown, 0 before.
func (c *comer) position() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.early = len(c.positions)
	if len(c.positions) == 0 {
		return 0
	}
	return c.positions[len(c.positions)-1]
}

// stand waits until all users are queued with distinct positions, from 1 without
// a gap, and sorts them by position.
func (people comers) stand(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		slices.SortFunc(people, func(a, b *comer) int { return cmp.Compare(a.position(), b.position()) })
		right := 0
		for n, c := range people {
			if c.position() == n+1 {
				right++
			}
		}
		if right == len(people) {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d people are shown their position in the queue: %w", right, len(people), context.Cause(ctx))
		}
	}
}

// checkTurns checks that no merchant is ahead of another by more than the current
// round and the one before.
func (people comers) checkFairness() error {
	counts := make([]int, rushMerchants)
	for n, c := range people {
		counts[c.merchant]++
		all := len(people) / rushMerchants
		if least, most := slices.Min(counts), slices.Max(counts); most-least > 2 && least < all {
			return fmt.Errorf("of the first %d in the queue the merchants have %v", n+1, counts)
		}
	}
	return nil
}

// checkOrder checks that positions only improved once all were queued, and that
// users started in order. It returns by how many positions the latest one started
// too late: its browser started slowly.
func (people comers) checkOrder(ctx context.Context) (late int, err error) {
	type start struct {
		at       int64
		position int
	}
	var starts []start
	for n, c := range people {
		told := c.positions[c.early-1:]
		if !slices.IsSortedFunc(told, func(a, b int) int { return b - a }) {
			return 0, fmt.Errorf("a user saw the positions %v", told)
		}
		var link struct{ Sessions []struct{ StartedAt int64 } }
		if err := c.of.call(ctx, http.MethodGet, "/v1/links/"+c.link, nil, &link); err != nil {
			return 0, err
		}
		if len(link.Sessions) != 1 {
			return 0, fmt.Errorf("a link has %d sessions", len(link.Sessions))
		}
		starts = append(starts, start{link.Sessions[0].StartedAt, n + 1})
	}
	slices.SortStableFunc(starts, func(a, b start) int { return cmp.Compare(a.at, b.at) })
	for n, one := range starts {
		late = max(late, n+1-one.position)
		if n+1 <= one.position-rushSlots {
			return 0, fmt.Errorf("place %d was served as number %d", one.position, n+1)
		}
	}
	return late, nil
}
