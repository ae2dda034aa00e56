package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// claimTarget is the target for the median wait for the form.
const claimTarget = 50 // ms

// measureClaims measures the time from the button of the claim page to the form on
// the screen: the claim's POST, and the page that its answer leads to, until
// the last byte. Two requests that do nothing, alternating with it, show the
// share of HTTP.
func (s *suite) measureClaims(ctx context.Context) (err error) {
	server, err := s.serve(ctx, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.close()) }()
	const warm = 10
	_, claimURLs, err := server.createLinks(ctx, demo, warm+s.claims)
	if err != nil {
		return err
	}
	var claims, nothing sample
	for n, claimURL := range claimURLs {
		took, err := server.timeClaim(ctx, claimURL)
		if err != nil {
			return err
		}
		idle, err := server.timeNothing(ctx)
		if err != nil {
			return err
		}
		if n >= warm {
			claims, nothing = append(claims, took), append(nothing, idle)
		}
	}
	s.say(`
2. From POST claim to the credentials form, over HTTP: %d claims, one after the other
                              p50       p99       min       max    ms
   claim to form              %s   target p50 ≤ %d ms: %s
   two GET /healthz           %s   what of it is HTTP, on this machine now
`, s.claims, claims.spread(), claimTarget, verdict(claims.median() <= claimTarget), nothing.spread())
	return nil
}

func (s sample) spread() string {
	return fmt.Sprintf("%-9.2f %-9.2f %-9.2f %-9.2f", s.median(), s.at(0.99), slices.Min(s), slices.Max(s))
}

func (s *server) timeClaim(ctx context.Context, claimURL string) (float64, error) {
	user, err := s.person()
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	err = user.claim(ctx, claimURL)
	took := milliseconds(time.Since(begin))
	if err == nil && !strings.Contains(user.page, `name="password"`) {
		err = errors.New("the claim does not lead to the form")
	}
	return took, err
}

func (s *server) timeNothing(ctx context.Context) (float64, error) {
	user := person{client: *s.client, site: s.address}
	begin := time.Now()
	for range 2 {
		if _, err := user.get(ctx, "/healthz"); err != nil {
			return 0, err
		}
	}
	return milliseconds(time.Since(begin)), nil
}
