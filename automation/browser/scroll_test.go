package browser

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestScroll_ReachesTheEndOfAListThatLoads(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<div id=box style="height:200px;overflow-y:auto"></div><script>
		let n = 0, busy = false;
		const more = () => { for (let i = 0; i < 10 && n < 30; i++) { const d = document.createElement("div"); d.style.height = "60px"; d.className = "order"; d.textContent = ++n; box.append(d) } busy = false };
		more();
		box.onscroll = () => { if (!busy && box.scrollTop + box.clientHeight > box.scrollHeight - 50) { busy = true; setTimeout(more, 150) } };
	</script>`})
	page := visit(t, open(t, address), address+"/")
	rounds := 0
	for ; rounds < 10; rounds++ {
		more, err := page.Scroll(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
	}
	if n := must[int](t)(page.Count(t.Context(), ".order")); n != 30 || rounds != 2 {
		t.Errorf("%d orders after %d rounds", n, rounds)
	}
}

// A site that takes longer than a list may stay as it is.
func TestScroll_WaitsForTheSitesAnswer(t *testing.T) {
	t.Parallel()
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/more" {
			select {
			case <-time.After(3 * time.Second):
			case <-r.Context().Done():
			}
			_, _ = fmt.Fprint(w, "[4, 5]")
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, `<!doctype html><style>li { height: 900px }</style><ul id=list><li>1<li>2<li>3</ul><script>
			const forever = new EventSource("/more?forever");
			let asked = false;
			onscroll = async () => {
				if (asked || scrollY + innerHeight < document.documentElement.scrollHeight - 100) return;
				asked = true;
				for (const n of await (await fetch("/more")).json()) list.append(Object.assign(document.createElement("li"), {textContent: n}));
			};
		</script>`)
	}))
	page := visit(t, open(t, address), address+"/")
	if more := must[bool](t)(page.Scroll(t.Context(), "")); !more {
		t.Error("the list has ended before the site answered")
	}
	if more := must[bool](t)(page.Scroll(t.Context(), "")); more {
		t.Error("the list goes on after its end")
	}
	if n := must[int](t)(page.Count(t.Context(), "li")); n != 5 {
		t.Errorf("%d rows", n)
	}
}
