package e2e

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

// streamEvent is a message of a stream of server-sent events.
type streamEvent struct{ name, data string }

// follow opens a session's stream in this browser. The channel closes when the
// server ends the stream.
func (v *visitor) follow(address string) (<-chan streamEvent, *http.Response) {
	v.t.Helper()
	request := v.request(http.MethodGet, address+"/events", nil)
	request.Header.Set("Accept", "text/event-stream")
	ctx, hangUp := context.WithCancel(v.t.Context())
	v.t.Cleanup(hangUp)
	client := *v.client
	client.Timeout = 0
	reply, err := client.Do(request.WithContext(ctx))
	if err != nil {
		v.t.Fatal(err)
	}
	events := make(chan streamEvent, 200)
	go func() {
		defer close(events)
		defer reply.Body.Close()
		var next streamEvent
		lines := bufio.NewScanner(reply.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "event":
				next.name = value
			case "data":
				next.data += value + "\n"
			case "":
				if next.name != "" {
					events <- next
				}
				next = streamEvent{}
			}
		}
	}()
	return events, reply
}

// heard is the next message of a kind; ok is false if the stream ended before.
func (v *visitor) heard(events <-chan streamEvent, kind string) (message streamEvent, ok bool) {
	v.t.Helper()
	late := time.After(patience)
	for {
		select {
		case message, ok = <-events:
			if ok {
				leaksNothing(v.t, "the stream", message.data)
				if v.observe != nil {
					v.observe(message.data)
				}
			}
			if !ok || message.name == kind {
				return message, ok
			}
		case <-late:
			v.t.Fatalf("no %q came", kind)
		}
	}
}

func TestStream_SendsTheStateAndFollowsToTheEnd(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	user := someone(t, "code")
	v := s.visitor(t, s.newLink(t, ask(readCards(), readBills())))
	person, asked := user.Person(), v.claim()
	events, reply := v.follow(asked.url)
	for header, want := range map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"} {
		expect(t, header, reply.Header.Get(header), want)
	}
	first, _ := v.heard(events, "live")
	if !strings.Contains(first.data, asked.prompt()) || !strings.Contains(first.data, `id="live"`) {
		t.Errorf("connecting sends %s", first.data)
	}
	shown := v.next(v.submit(asked.asks(), person.Answer("credentials")))

	// Connecting again shows the present state, not what came before.
	again, _ := v.follow(asked.url)
	if message, _ := v.heard(again, "live"); !strings.Contains(message.data, shown.prompt()) {
		t.Errorf("connecting again sends %s", message.data)
	}
	v.submit(shown.asks(), person.Answer("one_time_code"))
	for _, stream := range []<-chan streamEvent{events, again} {
		var last streamEvent
		for message := range stream {
			if message.name == "live" {
				last = message
			}
			if message.name == "end" {
				break
			}
		}
		if !strings.Contains(last.data, `data-end="complete"`) || !strings.Contains(last.data, v.link.LinkID) {
			t.Errorf("the last message is %s", last.data)
		}
		if more, ok := <-stream; ok {
			t.Errorf("after the end came %q", more.name)
		}
	}
	late, _ := v.follow(asked.url)
	if message, _ := v.heard(late, "live"); !strings.Contains(message.data, `data-end="complete"`) {
		t.Errorf("connecting after the end sends %s", message.data)
	}
	if _, ok := v.heard(late, "end"); !ok {
		t.Error("connecting after the end is not told that it is the end")
	}
}

// Whoever does not hold the session learns nothing of it but whether it is his.
func TestStream_TellsAnotherVisitorOnlyTheStatus(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	first := s.visitor(t, s.newLink(t, ask(readBills())))
	asked := first.submit(first.claim().asks(), someone(t, "code").Person().Answer("credentials"))
	asked = first.next(asked)
	second := s.visitor(t, first.link)
	waiting := second.submit(second.get(asked.url).form(t, "/knock"), nil)
	events, _ := second.follow(waiting.url)
	message, _ := second.heard(events, "live")
	if strings.Contains(message.data, asked.prompt()) || strings.Contains(message.data, "data-ask") {
		t.Errorf("another browser is told %s", message.data)
	}
	holder, _ := first.follow(asked.url)
	if notice, _ := first.heard(holder, "notice"); !strings.Contains(notice.data, "/allow") {
		t.Errorf("the holder is told %s", notice.data)
	}
	first.submit(first.get(asked.url).form(t, "/allow"), nil)
	for {
		message, ok := second.heard(events, "live")
		if !ok {
			t.Fatal("the stream ended before the session was handed over")
		}
		if strings.Contains(message.data, asked.prompt()) {
			break
		}
	}
	if message, _ := first.heard(holder, "live"); strings.Contains(message.data, "data-ask") {
		// The state at connecting may still have been this browser's own.
		if message, _ = first.heard(holder, "live"); strings.Contains(message.data, "data-ask") {
			t.Errorf("the old holder is told %s", message.data)
		}
	}
	second.submit(second.get(asked.url).form(t, "/cancel"), nil)
}
