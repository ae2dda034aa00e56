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

	"passage/automation/sandbox"

	"golang.org/x/sync/errgroup"
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
	s.rate = append(s.rate, float64(sessions)/t.took.Minutes())
	s.whole = append(s.whole, each(t.used.whole()))
	s.own = append(s.own, each(t.used.own))
	s.browsers = append(s.browsers, each(t.used.browsers))
}

// side is one of the two that are compared. do runs a session for each person
// and returns how long that took.
type side struct {
	*held
	do func(ctx context.Context, on kind, people []sandbox.Scenario) (time.Duration, error)
}

// take runs a side once. Its usage counts until it is idle again, with as many
// processes as before.
func (s *side) take(ctx context.Context, on kind, people []sandbox.Scenario) (turn, error) {
	before, err := s.awaitIdle(ctx, 0)
	if err != nil {
		return turn{}, err
	}
	took, err := s.do(ctx, on, people)
	if err != nil {
		return turn{}, err
	}
	after, err := s.awaitIdle(ctx, before.alive)
	return turn{took, after.minus(before)}, err
}

// contest compares the two sides on one kind of site.
type contest struct {
	bare, passage    *side
	on               kind
	rounds, sessions int
	people           int // so far
	theirs, ours     series
}

// contestTime is after how long no further round begins: on a busy machine
// there are fewer.
const contestTime = time.Minute

// measureSessions compares whole sessions, with more users than browsers, so that
// both sides are busy all the time.
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
	s.say(`
1. Sessions: claim, credentials, log-in, operations; a browser each, at most %d at once
   both sides in turns; medians, (min … max) of the rounds
                              bare rod script            passage                    passage ÷ bare
`, s.browsers)
	for _, on := range s.compared {
		c := &contest{bare: bare, passage: &side{server.held, server.sessions}, on: on, rounds: s.rounds, sessions: s.sessions}
		if on.id != demo.id {
			c.rounds, c.sessions = (c.rounds+1)/2, (c.sessions+1)/2
		}
		if err := c.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", on.id, err)
		}
		s.printContest(c)
	}
	return nil
}

func (c *contest) run(ctx context.Context) error {
	if err := c.round(ctx, 1, false); err != nil { // warms both up
		return err
	}
	begin := time.Now()
	for n := 0; n < c.rounds && (n == 0 || time.Since(begin) < contestTime); n++ {
		if err := c.round(ctx, c.sessions, true); err != nil {
			return err
		}
	}
	return nil
}

// round runs each side once.
func (c *contest) round(ctx context.Context, sessions int, counts bool) error {
	theirs, err := c.bare.take(ctx, c.on, c.newPeople(sessions))
	if err != nil {
		return fmt.Errorf("the bare script: %w", c.bare.blame(err))
	}
	ours, err := c.passage.take(ctx, c.on, c.newPeople(sessions))
	if err != nil {
		return fmt.Errorf("passage: %w", c.passage.blame(err))
	}
	if counts {
		c.theirs.add(theirs, sessions)
		c.ours.add(ours, sessions)
	}
	return nil
}

// newPeople are users who have never been on the site.
func (c *contest) newPeople(count int) (people []sandbox.Scenario) {
	for range count {
		c.people++
		people = append(people, c.on.scenario("good").For(strconv.Itoa(c.people)))
	}
	return people
}

func (s *suite) startBare(ctx context.Context, flags []string) (*side, error) {
	begins := map[string]string{}
	for _, site := range s.sites {
		begins[site.id] = site.address()
	}
	configuration, err := json.Marshal(script{Sites: begins, Browser: s.browser, Folder: s.folder, Flags: flags, AtOnce: s.browsers})
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
	return &side{process, func(_ context.Context, on kind, people []sandbox.Scenario) (time.Duration, error) {
		task := on.id
		for _, one := range people {
			task += " " + one.Username
		}
		if _, err := fmt.Fprintln(process.in, task); err != nil {
			return 0, err
		}
		line, err := process.line()
		if err != nil {
			return 0, err
		}
		return time.ParseDuration(line + "s")
	}}, nil
}

// sessions has all users arrive at once. Creating and checking the links is not
// part of the time, but its CPU counts against Passage.
func (s *server) sessions(ctx context.Context, on kind, people []sandbox.Scenario) (time.Duration, error) {
	ids, claimURLs, err := s.createLinks(ctx, on, len(people))
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	group, inner := errgroup.WithContext(ctx)
	for n, one := range people {
		group.Go(func() error { return s.connect(inner, claimURLs[n], one) })
	}
	err = group.Wait()
	took := time.Since(begin)
	for _, id := range ids {
		err = errors.Join(err, s.checkComplete(ctx, on, id))
	}
	return took, err
}

// costTarget is how much more CPU time a session may take than a bare one.
const costTarget = 1.25

func (s *suite) printContest(c *contest) {
	bare, passage := &c.theirs, &c.ours
	cost := passage.whole.over(bare.whole)
	s.say(`   %s: %s; %d rounds, %d sessions each
   sessions per minute        %-26s %-26s %s
   CPU s per session          %-26s %-26s %s   target ≤ %.2f: %s
     the browsers             %-26s %-26s
     the program              %-26s %-26s
`, c.on.id, c.on.actions(), len(bare.rate), c.sessions,
		bare.rate.show("%.1f"), passage.rate.show("%.1f"), passage.rate.over(bare.rate).show("%.2f"),
		bare.whole.show("%.3f"), passage.whole.show("%.3f"), cost.show("%.2f"), costTarget, verdict(cost.median() <= costTarget),
		bare.browsers.show("%.3f"), passage.browsers.show("%.3f"),
		bare.own.show("%.3f"), passage.own.show("%.3f"))
}

// actions are what a session does, in order.
func (k kind) actions() string {
	list := []string{"log-in"}
	for _, o := range k.operations(k.limit) {
		list = append(list, o.Action)
	}
	return strings.Join(list, ", ")
}
