package pool

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"passage/automation/browser"
	"passage/automation/outcome"
)

func TestPool_EndsOnlyTheBrowserWhosePageEatsMemory(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/greedy" {
			_, _ = w.Write([]byte(`<script>const kept = []; setInterval(() => { if (kept.length < 60) kept.push(new Uint8Array(16 << 20).fill(1)) }, 20)</script>`))
		}
	}))
	t.Cleanup(site.Close)
	p := newPool(t, options(t))
	p.maxMemory = 512 << 20
	run(t, p)

	visit := func(path string) *browser.Browser {
		ticket, err := p.Enqueue("shop")
		if err != nil {
			t.Fatal(err)
		}
		b, err := ticket.Take(t.Context(), browser.Policy{Hosts: []string{strings.TrimPrefix(site.URL, "http://")}, AllowPrivate: true}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Page().Goto(t.Context(), site.URL+path); err != nil {
			t.Fatal(err)
		}
		return b
	}
	modest, greedy := visit("/"), visit("/greedy")
	<-greedy.Dead() // on a busy machine, the page takes its memory slowly
	_, err := greedy.Page().WaitFor(t.Context(), []browser.Condition{{Name: "never", Selector: "#never"}})
	wantCode(t, err, outcome.ConnectionFailed)
	if !strings.Contains(err.Error(), "its page took more than 512 MB of memory") {
		t.Errorf("error %v does not say why", err)
	}
	if !modest.Healthy(t.Context()) {
		t.Error("the other browser was ended too")
	}
}

func TestCapacity_LeavesHalfOfASmallMachineToOthers(t *testing.T) {
	t.Parallel()
	for memory, want := range map[uint64]uint64{
		0:         maxMemory,
		256 << 20: browserMemory,
		1 << 30:   512 << 20,
		64 << 30:  maxMemory,
	} {
		if got := (Capacity{Memory: memory}).browserLimit(); got != want {
			t.Errorf("limit %d with %d bytes, want %d", got, memory, want)
		}
	}
}
