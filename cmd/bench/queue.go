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

// measureQueue lets more people come at once than there are browsers. It fails
// if one is lost, is shown a wrong place or is served out of turn, or if memory
// goes over the limit.
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

// rush is what came of it.
type rush struct {
	people      comers
	served      int
	stood, took time.Duration
	late        int
	most        int64
}

// serveRush has everybody come at once, checks the line, and lets it go on.
func (s *server) serveRush(ctx context.Context, r *rush, holders holders) error {
	begin := time.Now()
	all, within := errgroup.WithContext(ctx)
	for n, c := range r.people {
		all.Go(func() error { return s.connectInLine(within, c, n) })
	}
	if err := r.people.stand(within); err != nil {
		return errors.Join(err, holders.leave(ctx), all.Wait())
	}
	r.stood = time.Since(begin)
	begin = time.Now()
	err := errors.Join(r.people.checkTurns(), holders.leave(ctx), all.Wait())
	r.took = time.Since(begin)
	return err
}

func (s *suite) printRush(r *rush) {
	s.say(`
5. A rush: %d people of %d merchants come at once, and all %d browsers are in use
   in line, each told the place     after %.1f s
   served in turns, all complete    after %.0f s: %.2f a second; none started more than %d places late
   memory at most                   %.0f MB PSS, server and browsers   limit %d MB: %s
`, len(r.people), rushMerchants, rushSlots, r.stood.Seconds(), r.took.Seconds(), float64(r.served)/r.took.Seconds(),
		r.late, megabytes(r.most), rushLimit>>20, verdict(r.most <= rushLimit))
}

// comer is one of the rush, with what the page has told.
type comer struct {
	merchant int
	of       *server // in that merchant's hands
	link     string
	claimURL string

	mu     sync.Mutex
	places []int // as they changed
	stood  int   // how many of them were told before all stood in line
}

type comers []*comer

// told notes the place that the page shows.
func (c *comer) told(place int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.places) == 0 || c.places[len(c.places)-1] != place {
		c.places = append(c.places, place)
	}
}

// place is the last one told, 0 before.
func (c *comer) place() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stood = len(c.places)
	if len(c.places) == 0 {
		return 0
	}
	return c.places[len(c.places)-1]
}

// stand waits until everybody is in line and is shown another place, from 1 on
// without a gap, and sorts them by it.
func (people comers) stand(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		slices.SortFunc(people, func(a, b *comer) int { return cmp.Compare(a.place(), b.place()) })
		right := 0
		for n, c := range people {
			if c.place() == n+1 {
				right++
			}
		}
		if right == len(people) {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d people are shown their place in line: %w", right, len(people), context.Cause(ctx))
		}
	}
}

// checkTurns checks that no merchant's people stand before another's by more
// than the round that is under way and the one before.
func (people comers) checkTurns() error {
	counts := make([]int, rushMerchants)
	for n, c := range people {
		counts[c.merchant]++
		all := len(people) / rushMerchants
		if least, most := slices.Min(counts), slices.Max(counts); most-least > 2 && least < all {
			return fmt.Errorf("of the first %d in line the merchants have %v", n+1, counts)
		}
	}
	return nil
}

// checkOrder checks that places only got better once all stood, and that nobody
// started before somebody who had to be through by then. It returns by how many
// places the latest one started too late: a slow start of its browser.
func (people comers) checkOrder(ctx context.Context) (late int, err error) {
	type start struct {
		at    int64
		place int
	}
	var starts []start
	for n, c := range people {
		told := c.places[c.stood-1:]
		if !slices.IsSortedFunc(told, func(a, b int) int { return b - a }) {
			return 0, fmt.Errorf("somebody was told the places %v", told)
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
		late = max(late, n+1-one.place)
		if n+1 <= one.place-rushSlots {
			return 0, fmt.Errorf("place %d was served as number %d", one.place, n+1)
		}
	}
	return late, nil
}
