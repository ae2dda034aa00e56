package browser

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"passage/automation/outcome"
	"passage/automation/secret"
)

// apiSite serves a page whose buttons ask for addresses, and answers each address
// with the status that is its last part. A button is named after method and
// address, and gets the class done when its answer is there.
func apiSite(t *testing.T, buttons ...string) string {
	t.Helper()
	var page strings.Builder
	page.WriteString("<!doctype html><title>test</title><h1 id=home hidden>Home</h1><form id=form method=post action=/form/429><button id=send>Send</button></form>")
	for i, button := range buttons {
		method, address, _ := strings.Cut(button, " ")
		page.WriteString("<button id=b" + string(rune('0'+i)) + " onclick=\"fetch('" + address + "', {method: '" + method + "'}).catch(() => 0).then(() => this.className = 'done')\">" + button + "</button>")
	}
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Access-Control-Allow-Origin", "*")
		status := 200
		switch path := r.URL.Path; {
		case strings.HasSuffix(path, "/302"):
			http.Redirect(w, r, "/", http.StatusFound)
			return
		case strings.HasSuffix(path, "/429"):
			status = 429
		case strings.HasSuffix(path, "/401"):
			status = 401
		case strings.HasSuffix(path, "/404"):
			status = 404
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(page.String()))
	}))
}

func response(t *testing.T, address, status, method string) string {
	t.Helper()
	var statuses []string
	if status != "" {
		statuses = strings.Split(status, ",")
	}
	pattern, err := NewResponsePattern(address, statuses, method)
	if err != nil {
		t.Fatal(err)
	}
	return pattern.Selector()
}

// clickAndWait clicks a button and waits until its answer is there.
func clickAndWait(t *testing.T, page *Page, button string) {
	t.Helper()
	must[int](t)(page.Click(t.Context(), button))
	must[string](t)(page.WaitFor(t.Context(), []Condition{{"done", button + ".done"}}))
}

// waits returns the name of the outcome that comes within a moment, or "".
func waits(t *testing.T, page *Page, conditions ...Condition) string {
	t.Helper()
	name, err := page.Within(300*time.Millisecond).WaitFor(t.Context(), conditions)
	if err != nil {
		wantCode(t, err, outcome.SiteChanged)
	}
	return name
}

func TestResponse_CountsIfItCameBeforeTheWait(t *testing.T) {
	t.Parallel()
	address := apiSite(t, "POST /login/429", "GET /other/404")
	page := visit(t, open(t, address), address+"/")
	clickAndWait(t, page, "#b0")
	limited := Condition{"limited", response(t, "/login/*", "429", "")}
	m := &Matched{}
	if got := waits(t, page.WithMatch(m), Condition{"home", "#home"}, limited); got != "limited" || *m != (Matched{`response("/login/*", status = 429)`, 1}) {
		t.Errorf("%q, %+v", got, m)
	}
	// What came before the last act does not count.
	clickAndWait(t, page, "#b1")
	if got := waits(t, page, limited); got != "" {
		t.Errorf("%q, of a response before the last click", got)
	}
}

func TestResponse_ComesWhileItIsWaitedFor(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<button id=go onclick="setTimeout(() => fetch('/late'), 400)">Go</button>`})
	page := visit(t, open(t, address), address+"/")
	must[int](t)(page.Click(t.Context(), "#go"))
	got, err := page.Within(10*time.Second).WaitFor(t.Context(), []Condition{{"home", "#home"}, {"late", response(t, "/late", "4xx", "GET")}})
	if err != nil || got != "late" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestResponse_MatchesAddressStatusAndMethod(t *testing.T) {
	t.Parallel()
	address := apiSite(t, "POST /api/login/429?user=ada")
	b := open(t, address)
	page := visit(t, b, address+"/")
	clickAndWait(t, page, "#b0")
	for selector, want := range map[string]bool{
		response(t, "/api/login/429", "", ""):                    true,
		response(t, "/api/*", "200,4xx", "POST"):                 true,
		response(t, "*/429", "", ""):                             true,
		response(t, address+"/api/login/429", "429", "POST"):     true,
		response(t, "/api/login", "", ""):                        false,
		response(t, "/login/429", "", ""):                        false,
		response(t, "/api/*", "200,5xx", ""):                     false,
		response(t, "/api/*", "", "GET"):                         false,
		response(t, elsewhere(address)+"/api/login/429", "", ""): false,
	} {
		if got := waits(t, page, Condition{"it", selector}); (got == "it") != want {
			t.Errorf("%s: %q", selector, got)
		}
	}
}

func TestResponse_OfAHostThatIsNotListedDoesNotCount(t *testing.T) {
	t.Parallel()
	other := apiSite(t)
	address := apiSite(t, "GET "+other+"/api/429", "GET "+elsewhere(other)+"/api/429")
	page := visit(t, open(t, address, other), address+"/")
	condition := Condition{"it", response(t, "/api/429", "", "")}
	clickAndWait(t, page, "#b1")
	if got := waits(t, page, condition, Condition{"any", response(t, "/api/429", "403", "")}); got != "" {
		t.Errorf("%q, of a host that is not listed", got)
	}
	clickAndWait(t, page, "#b0")
	if got := waits(t, page, condition); got != "it" {
		t.Errorf("%q, of a listed host", got)
	}
}

func TestResponse_RacesWithElementsInOrder(t *testing.T) {
	t.Parallel()
	address := apiSite(t, "GET /login/401")
	page := visit(t, open(t, address), address+"/")
	clickAndWait(t, page, "#b0")
	shown, wrong := Condition{"shown", ".done"}, Condition{"wrong", response(t, "/login/*", "401", "")}
	if got := waits(t, page, shown, wrong); got != "shown" {
		t.Errorf("%q, want the element, which is first", got)
	}
	if got := waits(t, page, wrong, shown); got != "wrong" {
		t.Errorf("%q, want the response, which is first", got)
	}
	if got := waits(t, page, Condition{"either", Any("#nothing", wrong.Selector)}, shown); got != "either" {
		t.Errorf("%q, want the response among alternatives", got)
	}
}

// A form is answered by a document. One whose status is an error would end the wait.
func TestResponse_OfAForm(t *testing.T) {
	t.Parallel()
	address := apiSite(t)
	page := visit(t, open(t, address), address+"/")
	must[int](t)(page.Click(t.Context(), "#send"))
	got, err := page.Within(10*time.Second).WaitFor(t.Context(), []Condition{{"home", "#nothing"}, {"limited", response(t, "/form/*", "429", "POST")}})
	if err != nil || got != "limited" {
		t.Errorf("%q, %v", got, err)
	}
	if traffic := page.TakeTraffic(); traffic.Status != 429 || len(traffic.Failed) != 0 {
		t.Errorf("%+v", traffic)
	}
}

func TestResponse_OfARedirect(t *testing.T) {
	t.Parallel()
	address := apiSite(t)
	page := visit(t, open(t, address), address+"/old/302")
	if got := waits(t, page, Condition{"moved", response(t, "/old/302", "302", "GET")}); got != "moved" {
		t.Errorf("%q", got)
	}
}

func TestResponse_ToTheScriptsOwnFetchDoesNotCount(t *testing.T) {
	t.Parallel()
	address := apiSite(t, "GET /api/404")
	page := visit(t, open(t, address), address+"/")
	page.TakeTraffic()
	must[*Reply](t)(page.Fetch(t.Context(), Request{Address: address + "/api/404?a=1"}, 1<<20))
	condition := Condition{"it", response(t, "/api/404", "", "")}
	if got := waits(t, page, condition); got != "" {
		t.Errorf("%q, of page.fetch", got)
	}
	if traffic := page.TakeTraffic(); traffic.Failed != nil {
		t.Errorf("%+v", traffic)
	}
	clickAndWait(t, page, "#b0")
	if got := waits(t, page, condition); got != "it" {
		t.Errorf("%q, of the same request by the page", got)
	}
}

func TestTraffic_OfAStepIsBoundedAndPrivate(t *testing.T) {
	t.Parallel()
	const user = "ada@example.com"
	asks := `(async () => { for (const a of ["/users/ada%40example.com/401?token=hush", "/a", "/a", "/b", "/c", "/d", "/e", "/f"]) await fetch(a); document.body.append(Object.assign(document.createElement("i"), {id: "done", textContent: "done"})) })()`
	address := site(t, map[string]string{"/": `<body><button id=go onclick='` + asks + `'>Go</button>`})
	redactor := secret.NewRedactor()
	redactor.AddPersonal(secret.New(user))
	page := visit(t, openWith(t, Policy{AllowPrivate: true, Hosts: hosts(t, address), Redactor: redactor}), address+"/")
	if traffic := page.TakeTraffic(); traffic.Status != 200 || traffic.Failed != nil {
		t.Errorf("after goto: %+v", traffic)
	}
	must[int](t)(page.Click(t.Context(), "#go"))
	must[string](t)(page.WaitFor(t.Context(), []Condition{{"done", "#done"}}))
	_, err := page.Within(200*time.Millisecond).WaitFor(t.Context(), []Condition{{"home", "#home"}})
	if detail := wantCode(t, err, outcome.SiteChanged).Detail; !strings.Contains(detail, "the site's own requests were answered 404 to GET /") || strings.Contains(detail, "hush") {
		t.Errorf("detail %q", detail)
	}
	traffic := page.TakeTraffic()
	if traffic.Status != 0 || len(traffic.Failed) != 5 || traffic.Others != 2 {
		t.Errorf("%+v", traffic)
	}
	for _, failed := range traffic.Failed {
		if strings.Contains(failed.Path, "ada") || strings.Contains(failed.Path, "hush") || failed.Method != http.MethodGet || failed.Status != 404 {
			t.Errorf("%+v", failed)
		}
	}
	if again := page.TakeTraffic(); again.Failed != nil || again.Others != 0 {
		t.Errorf("again: %+v", again)
	}
}

func TestResponse_ErrorSaysWhatCameInstead(t *testing.T) {
	t.Parallel()
	address := apiSite(t, "POST /login/401")
	page := visit(t, open(t, address), address+"/")
	clickAndWait(t, page, "#b0")
	_, err := page.Within(200*time.Millisecond).WaitFor(t.Context(), []Condition{{"limited", response(t, "/login/*", "429", "")}})
	typed := wantCode(t, err, outcome.SiteChanged)
	if !strings.Contains(typed.Detail, `there was no response("/login/*", status = 429), but 401 to POST /login/401`) ||
		len(typed.Selectors) != 1 || typed.Selectors[0].Selector != `response("/login/*", status = 429)` || typed.Selectors[0].Name != "limited" {
		t.Errorf("%+v", typed)
	}
}

func TestNewResponsePattern_RefusesWhatCanNeverMatch(t *testing.T) {
	t.Parallel()
	for _, bad := range []struct{ address, status, method string }{
		{"", "", ""}, {"login", "", ""}, {"/login?a=1", "", ""}, {"/login#a", "", ""}, {"/log in", "", ""},
		{"/login", "42", ""}, {"/login", "600", ""}, {"/login", "4x", ""}, {"/login", "429,abc", ""}, {"/login", "", "post"},
	} {
		if pattern, err := NewResponsePattern(bad.address, strings.FieldsFunc(bad.status, func(r rune) bool { return r == ',' }), bad.method); err == nil {
			t.Errorf("%+v gave %s", bad, pattern)
		}
	}
}
