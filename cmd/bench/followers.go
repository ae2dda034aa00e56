package main

import (
	"context"
	"encoding/json"
	"errors"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/sync/errgroup"
)

// The targets for followers, and their distribution: half follow by WebSocket and
// half by the stream of the page, and each event goes to several.
const (
	delayTarget    = 100      // ms, for 99 of 100
	followerTarget = 30 << 10 // bytes
	followersEach  = 10       // of one link
	eventEvery     = 40 * time.Millisecond
	openers        = 16 // followers that are opened at a time
)

// following is a running link and its followers.
type following struct {
	user  *person
	code  string
	event int64 // when the link failed, as the server says; Unix milliseconds

	mu             sync.Mutex
	sockets, pages []time.Time // when they learned of it
}

// measureFollowers opens followers of links that wait for a password, has the users
// cancel, and measures the time from the event to its arrival at each follower.
func (s *suite) measureFollowers(ctx context.Context) (err error) {
	server, err := s.serve(ctx, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.close()) }()
	links, err := server.followed(ctx, s.followers/followersEach)
	if err != nil {
		return err
	}
	before, err := server.atRest(ctx)
	if err != nil {
		return err
	}
	ended, err := server.follow(ctx, links)
	if err != nil {
		return err
	}
	after, err := server.atRest(ctx)
	if err != nil {
		return err
	}
	tick := time.NewTicker(eventEvery)
	defer tick.Stop()
	cancels, within := errgroup.WithContext(ctx)
	for _, link := range links {
		<-tick.C
		cancels.Go(func() error {
			_, err := link.user.post(within, server.address+link.user.session+"/cancel", nil)
			return err
		})
	}
	if err := errors.Join(cancels.Wait(), ended()); err != nil {
		return err
	}
	s.printFollowers(links, after-before)
	return nil
}

// followed are claimed links.
func (s *server) followed(ctx context.Context, count int) ([]*following, error) {
	_, claimURLs, err := s.createLinks(ctx, demo, count)
	if err != nil {
		return nil, err
	}
	links := make([]*following, count)
	for n, claimURL := range claimURLs {
		user, err := s.person()
		if err != nil {
			return nil, err
		}
		if err := user.claim(ctx, claimURL); err != nil {
			return nil, err
		}
		links[n] = &following{user: user, code: path.Base(claimURL)}
	}
	return links, nil
}

// atRest is the memory of the server's own process once it is idle.
func (s *server) atRest(ctx context.Context) (int64, error) {
	if _, err := s.awaitIdle(ctx, 0); err != nil {
		return 0, err
	}
	return proportional(s.program)
}

// follow opens every follower, a few at a time. The function that it returns
// waits until each has learned of the end.
func (s *server) follow(ctx context.Context, links []*following) (ended func() error, err error) {
	following, within := errgroup.WithContext(ctx)
	opening := make(chan struct{}, openers)
	var opened sync.WaitGroup
	for _, link := range links {
		for n := range followersEach {
			follow := link.bySocket
			if n%2 == 0 {
				follow = link.byPage
			}
			opening <- struct{}{}
			opened.Add(1)
			isOpen := sync.OnceFunc(func() { <-opening; opened.Done() })
			following.Go(func() error {
				defer isOpen() // even if it failed
				return follow(within, isOpen)
			})
		}
	}
	opened.Wait()
	if within.Err() != nil {
		return nil, following.Wait()
	}
	return following.Wait, nil
}

// bySocket follows the link by WebSocket until it has failed.
func (f *following) bySocket(ctx context.Context, opened func()) error {
	conn, _, err := websocket.Dial(ctx, strings.Replace(f.user.site, "http", "ws", 1)+"/link/ws?code="+f.code, nil) //nolint:bodyclose // the connection is its body
	if err != nil {
		return err
	}
	defer func() { _ = conn.CloseNow() }()
	for {
		_, text, err := conn.Read(ctx)
		at := time.Now()
		if err != nil {
			return err
		}
		var message struct {
			Status    string
			Timestamp int64
		}
		if err := json.Unmarshal(text, &message); err != nil {
			return err
		}
		opened()
		if message.Status == "failed" {
			f.learn(&f.sockets, at, message.Timestamp)
			return nil
		}
	}
}

// byPage follows the session as its page does.
func (f *following) byPage(ctx context.Context, opened func()) error {
	stream, failed, err := f.user.follow(ctx, func(line string) bool {
		if strings.Contains(line, `name="password"`) {
			opened()
		}
		return strings.Contains(line, `data-end="failed"`)
	})
	f.learn(&f.pages, time.Now(), 0)
	if stream != nil {
		err = errors.Join(err, stream.Close())
	}
	if err == nil && !failed {
		err = errors.New("a stream ended before its session")
	}
	return err
}

// learn records when the event happened and when a follower received it.
func (f *following) learn(by *[]time.Time, at time.Time, event int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*by = append(*by, at)
	f.event = max(f.event, event)
}

func (s *suite) printFollowers(links []*following, memory int64) {
	var sockets, pages sample
	for _, link := range links {
		event := time.UnixMilli(link.event)
		for _, at := range link.sockets {
			sockets = append(sockets, milliseconds(at.Sub(event)))
		}
		for _, at := range link.pages {
			pages = append(pages, milliseconds(at.Sub(event)))
		}
	}
	count := len(sockets) + len(pages)
	each := memory / int64(count)
	s.say(`
6. %d open followers of %d links, one event each %s
                              p50       p99       min       max    ms from the event to its arrival
   %4d WebSockets            %s   target p99 < %d ms: %s
   %4d pages' streams        %s   target p99 < %d ms: %s
   a follower costs %.1f KB PSS of the server   target < %d KB: %s
`, count, len(links), eventEvery,
		len(sockets), sockets.spread(), delayTarget, verdict(sockets.at(0.99) < delayTarget),
		len(pages), pages.spread(), delayTarget, verdict(pages.at(0.99) < delayTarget),
		float64(each)/(1<<10), followerTarget>>10, verdict(each < followerTarget))
}
