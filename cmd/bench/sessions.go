package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"passage/automation/replica"
)

// turn is what one side did in one round.
type turn struct {
	took time.Duration
	used usage
}

// series is a side's turns as figures.
type series struct{ rate, whole, own, browsers sample }

func (s *series) add(t turn, sessions int) {
	each := func(d time.Duration) float64 { return d.Seconds() / float64(sessions) }
	s.rate = append(s.rate, float64(sessions)/t.took.Seconds())
	s.whole = append(s.whole, each(t.used.whole()))
	s.own = append(s.own, each(t.used.own))
	s.browsers = append(s.browsers, each(t.used.browsers))
}

// side is one of the two that are compared. do runs a session for each user
// name and returns how long that took.
type side struct {
	*held
	do func(ctx context.Context, usernames []string) (time.Duration, error)
}

// take lets a side have its turn: what it used is counted until it is at rest
// again, with as many processes as before.
func (s *side) take(ctx context.Context, usernames []string) (turn, error) {
	before, err := s.settle(ctx, 0)
	if err != nil {
		return turn{}, err
	}
	took, err := s.do(ctx, usernames)
	if err != nil {
		return turn{}, err
	}
	after, err := s.settle(ctx, before.alive)
	return turn{took, after.minus(before)}, err
}

// sessionsTime is after how long no further round begins: on a busy machine
// there are fewer.
const sessionsTime = 2 * time.Minute

// measureSessions compares whole sessions: more people than browsers, so that
// both sides are at work all the time.
func (s *suite) measureSessions(ctx context.Context) (err error) {
	server, err := s.serve(ctx, s.browsers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.close()) }()
	flags, err := server.browserFlags()
	if err != nil {
		return err
	}
	bare, err := s.startBare(ctx, flags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	passage := &side{server.held, server.sessions}

	good, _ := replica.ScenarioOf("good")
	people := 0
	names := func(count int) (list []string) {
		for range count {
			people++
			list = append(list, good.For(strconv.Itoa(people)).Username)
		}
		return list
	}
	var ours, theirs series
	begin := time.Now()
	for round := range s.rounds + 1 {
		count := s.sessions
		if round == 0 { // warms both up
			count = 1
		}
		b, err := bare.take(ctx, names(count))
		if err != nil {
			return fmt.Errorf("the bare script: %w", bare.blame(err))
		}
		p, err := passage.take(ctx, names(count))
		if err != nil {
			return fmt.Errorf("passage: %w", passage.blame(err))
		}
		if round > 0 {
			theirs.add(b, count)
			ours.add(p, count)
		}
		if time.Since(begin) > sessionsTime {
			break
		}
	}
	if len(ours.rate) == 0 {
		return errors.New("this machine is too busy for a single round")
	}
	s.printSessions(&theirs, &ours)
	return nil
}

func (s *suite) startBare(ctx context.Context, flags []string) (*side, error) {
	configuration, err := json.Marshal(script{Site: s.site.address, Browser: s.browser, Folder: s.folder, Flags: flags,
		AtOnce: s.browsers, NoSandbox: s.noSandbox})
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	process, err := start(ctx, self, bareCommand, string(configuration))
	if err != nil {
		return nil, err
	}
	return &side{process, func(_ context.Context, usernames []string) (time.Duration, error) {
		if _, err := fmt.Fprintln(process.in, strings.Join(usernames, " ")); err != nil {
			return 0, err
		}
		line, err := process.line()
		if err != nil {
			return 0, err
		}
		return time.ParseDuration(line + "s")
	}}, nil
}

// sessions has a person for each name come at once. Making the links before and
// checking them after takes no part of the time; its CPU counts against us.
func (s *server) sessions(ctx context.Context, usernames []string) (time.Duration, error) {
	ids, claimURLs, err := s.createLinks(ctx, len(usernames))
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	group, inner := errgroup.WithContext(ctx)
	for n, username := range usernames {
		group.Go(func() error {
			who, err := s.person()
			if err != nil {
				return err
			}
			return who.connect(inner, claimURLs[n], username)
		})
	}
	err = group.Wait()
	took := time.Since(begin)
	for _, id := range ids {
		err = errors.Join(err, s.checkComplete(ctx, id))
	}
	return took, err
}

func (s *suite) printSessions(bare, passage *series) {
	cost := passage.whole.over(bare.whole)
	s.say(`
1. Sessions: claim, credentials, log-in, read, write, read; a browser each
   %d rounds in turns, %d sessions each, at most %d browsers at once; medians, (min … max) of the rounds
                              bare rod script            passage                    passage ÷ bare
   sessions per second        %-26s %-26s %s
   CPU s per session          %-26s %-26s %s   target ≤ 1.25: %s
     the browsers             %-26s %-26s
     the program              %-26s %-26s
`, len(bare.rate), s.sessions, s.browsers,
		bare.rate.show("%.2f"), passage.rate.show("%.2f"), passage.rate.over(bare.rate).show("%.2f"),
		bare.whole.show("%.3f"), passage.whole.show("%.3f"), cost.show("%.2f"), verdict(cost.median() <= 1.25),
		bare.browsers.show("%.3f"), passage.browsers.show("%.3f"),
		bare.own.show("%.3f"), passage.own.show("%.3f"))
}
