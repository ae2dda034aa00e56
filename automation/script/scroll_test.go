package script

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// virtualList holds only the rows in view, as large tables do, and loads its
// last fifty rows near its end.
const virtualList = `<!doctype html><body style="margin:0"><div id=rack style="height:200px;overflow:auto"><div id=all style="position:relative"></div></div>
<script>
  let total = 50, asked = false
  const draw = () => {
    all.style.height = total * 20 + "px"
    const first = Math.max(0, Math.floor(rack.scrollTop / 20) - 1)
    all.innerHTML = ""
    for (let i = first; i < Math.min(total, first + 12); i++)
      all.insertAdjacentHTML("beforeend", "<p class=coat data-id=" + i + " style='position:absolute;margin:0;height:20px;top:" + i * 20 + "px'>Coat " + i + "</p>")
    if (!asked && rack.scrollTop + 200 > total * 20 - 30) asked = true, fetch("/more").then(() => { total = 100; draw() })
  }
  rack.onscroll = draw
  draw()
</script>`

func serve(t *testing.T, pages map[string]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(pages[r.URL.Path]))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestScroll_CollectsRowsOfVirtualList(t *testing.T) {
	t.Parallel()
	b := visitAt(t, serve(t, map[string]string{"/": virtualList}), `
def run(page, arguments):
    page.goto("/")
    coats = {}
    for _ in range(100):
        for row in page.rows(".coat", id = "@data-id", name = ""):
            coats[row["id"]] = row["name"]
        if not page.scroll(inside = "#rack"):
            break
    return {"coats": ",".join(coats.values())}
`)
	got, err := b.write("{}")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(got, "Coat "); n != 100 || !strings.Contains(got, "Coat 49,Coat 50,Coat 51") {
		t.Errorf("%d coats: %s", n, got)
	}
}

// A predicate sees the page that a click led to, not the one before.
func TestWaitFor_CallsPredicateOnNextPage(t *testing.T) {
	t.Parallel()
	b := visitAt(t, serve(t, map[string]string{"/": `<a href=/next>Next</a><p class=row>before</p>`, "/next": `<p class=row>after</p>`}), `
def run(page, arguments):
    page.goto("/")
    here = page.wait_for(here = lambda: page.exists(".row"))
    page.click("text=Next")
    there = page.wait_for(never = "#never", there = lambda: page.exists(".row"))
    return {"here": here, "there": there, "row": page.text(".row")}
`)
	got, err := b.write("{}")
	if err != nil || got != `{"here":"here","there":"there","row":"after"}` {
		t.Errorf("%s (%v)", got, err)
	}
}
