package follow_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"passage/automation"
	"passage/web/follow"
	"passage/web/problem"
)

func from(address string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	r.RemoteAddr = address
	return r
}

func TestFollowers_CountByAddressAndKey(t *testing.T) {
	t.Parallel()
	f := follow.New(2)
	enter := func(address, what string) (*follow.Slot, bool) {
		place, err := f.Enter(from(address), what)
		if err != nil && (problem.FromError(err).Status != http.StatusTooManyRequests || problem.FromError(err).RetryAfter <= 0) {
			t.Fatal(err)
		}
		return place, err == nil
	}
	first, _ := enter("198.51.100.7:1", "a")
	second, _ := enter("198.51.100.7:2", "")
	if _, ok := enter("198.51.100.7:3", "b"); ok || first == nil || second == nil {
		t.Error("an address has not the places that it should")
	}
	first.Leave()
	if _, ok := enter("198.51.100.7:3", "b"); !ok {
		t.Error("a place that was left is not free")
	}
	for range 20 { // of one link, from this machine itself
		if _, ok := enter("127.0.0.1:1", "c"); !ok {
			t.Fatal("a link has too few places")
		}
	}
	if _, ok := enter("127.0.0.1:1", "c"); ok {
		t.Error("a link has too many places")
	}
	if err := second.Count("c"); err == nil {
		t.Error("a place is named for what has too many")
	}
}

func TestFollowers_WaitForAllOnStop(t *testing.T) {
	t.Parallel()
	f := follow.New(0)
	place, err := f.Enter(from("198.51.100.7:1"), "a")
	if err != nil {
		t.Fatal(err)
	}
	served := false
	place.Serve(t.Context(), func(ctx context.Context) {
		<-ctx.Done()
		served = true
	})
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := f.Run(stopped); err != nil || !served {
		t.Errorf("%v, served to its end: %t", err, served)
	}
	if _, err := f.Enter(from("198.51.100.7:1"), "a"); !errors.Is(err, automation.ErrStopping) {
		t.Errorf("who comes afterwards gets %v", err)
	}
}

func TestIsolate_TurnsPanicIntoError(t *testing.T) {
	t.Parallel()
	_, err := follow.Isolate(func(context.Context) (time.Duration, error) { panic("a fault") })(t.Context())
	if err == nil || !strings.Contains(err.Error(), "a fault") {
		t.Error(err)
	}
}

// Who replaces the reader, as libraries do, finds what came early in its buffer.
func TestSmallBuffers_KeepEarlyBytes(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, buffered, err := follow.SmallBuffers{ResponseWriter: w}.Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		early, err := buffered.Peek(buffered.Reader.Buffered())
		if err != nil {
			t.Error(err)
		}
		_, _ = conn.Write(early)
		_ = conn.Close()
	}))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	early := strings.Repeat("early ", 300) // more than the small buffer holds
	if _, err := conn.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n" + early)); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(conn); err != nil || string(got) != early {
		t.Errorf("%d bytes of %d came through, %v", len(got), len(early), err)
	}
}
