package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// memory is what a server and its browsers hold, in bytes.
type memory struct {
	program      int64 // resident
	browsers     int   // how many
	resident     int64 // of the browsers' processes, what they share counted in each
	proportional int64 // of the same, what they share divided
}

func (s *server) memory() (memory, error) {
	tree, err := below(s.program)
	if err != nil {
		return memory{}, err
	}
	var held memory
	for _, p := range tree {
		if p.pid == s.program {
			held.program = p.resident
			continue
		}
		line, err := commandLine(p.pid)
		if err != nil {
			return held, err
		}
		if !isHelper(line) {
			held.browsers++
		}
		shared, err := proportional(p.pid)
		if err != nil {
			return held, err
		}
		held.resident += p.resident
		held.proportional += shared
	}
	return held, nil
}

// measureMemory measures the memory of a session that waits for its user: first for
// the password, which takes no browser, then for a one-time code, which takes one.
// Every waiting page has its stream of events open.
func (s *suite) measureMemory(ctx context.Context) (err error) {
	server, err := s.serve(ctx, s.coding+warmBrowsers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.close()) }()
	_, claimURLs, err := server.createLinks(ctx, demo, s.waiting+s.coding)
	if err != nil {
		return err
	}
	idle, err := server.restingMemory(ctx)
	if err != nil {
		return err
	}
	var streams []io.Closer
	defer func() {
		for _, stream := range streams {
			_ = stream.Close() // the session behind it ends with the server
		}
	}()
	for _, claimURL := range claimURLs[:s.waiting] {
		stream, err := server.waitForPassword(ctx, claimURL)
		if err != nil {
			return err
		}
		streams = append(streams, stream)
	}
	password, err := server.restingMemory(ctx)
	if err != nil {
		return err
	}
	opened, err := server.waitForCodes(ctx, claimURLs[s.waiting:])
	streams = append(streams, opened...)
	if err != nil {
		return err
	}
	code, err := server.restingMemory(ctx)
	if err != nil {
		return err
	}
	s.printMemory(idle, password, code)
	return nil
}

// restingMemory is the memory once everything is idle.
func (s *server) restingMemory(ctx context.Context) (memory, error) {
	if _, err := s.awaitIdle(ctx, 0); err != nil {
		return memory{}, err
	}
	return s.memory()
}

func (s *server) waitForPassword(ctx context.Context, claimURL string) (io.Closer, error) {
	user, err := s.person()
	if err != nil {
		return nil, err
	}
	if err := user.claim(ctx, claimURL); err != nil {
		return nil, err
	}
	return user.wait(ctx, `name="password"`)
}

func (s *server) waitForCodes(ctx context.Context, claimURLs []string) ([]io.Closer, error) {
	scenario := demo.scenario("code")
	streams := make([]io.Closer, len(claimURLs))
	group := errgroup.Group{} // the streams outlive it
	for n, claimURL := range claimURLs {
		group.Go(func() error {
			user, err := s.logIn(ctx, claimURL, scenario.For("waits"+strconv.Itoa(n)))
			if err != nil {
				return err
			}
			streams[n], err = user.wait(ctx, `name="code"`)
			return err
		})
	}
	err := group.Wait()
	return slices.DeleteFunc(streams, func(c io.Closer) bool { return c == nil }), err
}

func (s *suite) printMemory(idle, password, code memory) {
	each := func(bytes int64, sessions int) float64 { return megabytes(bytes) / float64(sessions) }
	s.say(`
4. Memory, once everything is at rest; each waiting page has its stream open
                              passage          browsers
   idle                       %5.1f MB RSS     %d, %d of them warm: %.0f MB PSS, %.0f MB RSS
   +%3d wait for a password   %+5.1f MB         %+d: a session costs %.3f MB and %s
   +%3d wait for a code       %+5.1f MB         %+d: a session costs %.3f MB and %.0f MB PSS (%.0f MB RSS) of browser
`,
		megabytes(idle.program), idle.browsers, warmBrowsers, megabytes(idle.proportional), megabytes(idle.resident),
		s.waiting, megabytes(password.program-idle.program), password.browsers-idle.browsers,
		each(password.program-idle.program, s.waiting), noBrowser(password.browsers == idle.browsers),
		s.coding, megabytes(code.program-password.program), code.browsers-password.browsers,
		each(code.program-password.program, s.coding),
		each(code.proportional-password.proportional, s.coding), each(code.resident-password.resident, s.coding))
}

func noBrowser(met bool) string {
	if met {
		return "no browser   target: met"
	}
	return "a browser   target: MISSED"
}

// watchMemory samples the memory until the returned function is called, which
// returns the maximum.
func (s *server) watchMemory(ctx context.Context) (peak func(error) (int64, error)) {
	ctx, stop := context.WithCancel(ctx)
	var most int64
	var watching sync.WaitGroup
	watching.Go(func() {
		ticker := time.NewTicker(500 * time.Millisecond)
		defer ticker.Stop()
		for ctx.Err() == nil {
			select {
			case <-ctx.Done():
			case <-ticker.C:
				if now, err := s.memory(); err == nil { // else a process ended meanwhile
					most = max(most, now.program+now.proportional)
				}
			}
		}
	})
	return func(err error) (int64, error) {
		stop()
		watching.Wait()
		if err == nil && most == 0 {
			err = errors.New("the memory could not be read once")
		}
		return most, err
	}
}
