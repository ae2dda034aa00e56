package browser

import (
	"net/http"
	"strconv"
	"testing"
)

// tick is what a page that draws all the time says of itself now and then.
type tick struct {
	frames     int // drawn so far
	visibility string
}

func TestHide_StopsDrawingAndLetsTimersGoOn(t *testing.T) {
	t.Parallel()
	ticks := make(chan tick)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`<!doctype html><title>Busy</title><button onclick="this.textContent = 'Pressed'">Press</button><script>
			let frames = 0;
			(function draw() { frames++; requestAnimationFrame(draw) })();
			(async function tell() { await fetch("/tick?frames=" + frames + "&visibility=" + document.visibilityState); setTimeout(tell, 10) })();
		</script>`))
	})
	mux.HandleFunc("GET /tick", func(_ http.ResponseWriter, r *http.Request) {
		frames, _ := strconv.Atoi(r.FormValue("frames"))
		select {
		case ticks <- tick{frames, r.FormValue("visibility")}:
		case <-r.Context().Done():
		}
	})
	address := serve(t, mux)
	b := open(t, address)
	page := visit(t, b, address+"/")

	next := func(visibility string) tick {
		t.Helper()
		for {
			select {
			case told := <-ticks:
				if told.visibility == visibility {
					return told
				}
			case <-t.Context().Done():
				t.Fatal("the page's timers stopped")
			}
		}
	}
	drawing := func() {
		t.Helper()
		first := next("visible")
		for next("visible").frames == first.frames {
		}
	}
	drawing()
	if err := b.Hide(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := next("hidden")
	for range 3 {
		if now := next("hidden"); now.frames != first.frames {
			t.Errorf("drawn %d frames while hidden", now.frames-first.frames)
		}
	}
	if err := b.Show(t.Context()); err != nil {
		t.Fatal(err)
	}
	drawing()
	go func() { // the page waits for each of its ticks to be taken
		for {
			select {
			case <-ticks:
			case <-b.Dead():
				return
			}
		}
	}()
	if _, err := page.Click(t.Context(), "text=Press"); err != nil {
		t.Error(err)
	}
	if _, err := page.WaitFor(t.Context(), []Condition{{"pressed", "text=Pressed"}}); err != nil {
		t.Error(err)
	}
}
