package main

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"passage/automation/sandbox"

	"golang.org/x/sync/errgroup"
)

// holders are users whose sessions wait for a one-time code, each with a browser.
type holders []*person

func (s *server) holdEverySlot(ctx context.Context) (holders, error) {
	code := demo.scenario("code")
	_, claimURLs, err := s.createLinks(ctx, demo, rushSlots)
	if err != nil {
		return nil, err
	}
	people := make(holders, rushSlots)
	asked, within := errgroup.WithContext(ctx)
	for n, claimURL := range claimURLs {
		asked.Go(func() (err error) {
			if people[n], err = s.logIn(within, claimURL, code.For("rush"+strconv.Itoa(n))); err != nil {
				return err
			}
			stream, err := people[n].wait(within, `name="code"`)
			if err != nil {
				return err
			}
			return stream.Close()
		})
	}
	return people, asked.Wait()
}

// leave has every holder enter the code and run to the end.
func (h holders) leave(ctx context.Context) error {
	leaving, within := errgroup.WithContext(ctx)
	for _, p := range h {
		leaving.Go(func() error {
			if err := p.answerCode(within); err != nil {
				return err
			}
			return p.followQueue(within, func(int) {})
		})
	}
	return leaving.Wait()
}

// answerCode sends the one-time code that the session waits for.
func (p *person) answerCode(ctx context.Context) error {
	if err := p.show(ctx); err != nil {
		return err
	}
	found := promptID.FindStringSubmatch(p.page)
	if found == nil || !strings.Contains(p.page, `name="code"`) {
		return errors.New("there is no form for a code on the page")
	}
	_, err := p.post(ctx, p.site+p.session+"/answer", url.Values{"promptId": {found[1]}, "code": {sandbox.Code}})
	return err
}

// comers makes links of several merchants for the users of a rush.
func (s *server) comers(ctx context.Context, count int) (comers, error) {
	merchants := []*server{s}
	for n := 1; n < rushMerchants; n++ {
		key, err := s.createKey(ctx, "Bench "+strconv.Itoa(n))
		if err != nil {
			return nil, err
		}
		merchants = append(merchants, s.as(key))
	}
	var people comers
	for n := range count {
		c := &comer{merchant: n % rushMerchants, of: merchants[n%rushMerchants]}
		var err error
		if c.link, c.claimURL, err = c.of.createLink(ctx, demo); err != nil {
			return nil, err
		}
		people = append(people, c)
	}
	return people, nil
}

// connectInLine is a person's whole session.
func (s *server) connectQueued(ctx context.Context, c *comer, n int) error {
	user, err := s.logIn(ctx, c.claimURL, demo.scenario("good").For("rush"+strconv.Itoa(n)))
	if err != nil {
		return err
	}
	return user.followQueue(ctx, c.told)
}

var placeShown = regexp.MustCompile(`You’re number (\d+)\.`)

// followLine reads the live events and tells each place that they show, until
// the session's end, which has to be a good one.
func (p *person) followQueue(ctx context.Context, seen func(int)) error {
	complete := false
	stream, _, err := p.follow(ctx, func(line string) bool {
		if found := placeShown.FindStringSubmatch(line); found != nil {
			position, _ := strconv.Atoi(found[1]) // digits
			seen(position)
		}
		complete = complete || strings.Contains(line, `data-end="complete"`)
		return false
	})
	if stream != nil {
		err = errors.Join(err, stream.Close())
	}
	if err == nil && !complete {
		err = errors.New("a session did not complete")
	}
	return err
}
