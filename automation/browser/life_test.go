package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"passage/automation/outcome"
)

// soon is how long it may take until a lost browser is noticed.
const soon = 2 * time.Second

func TestBrowser_EndsCallsWhenItIsKilled(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": ``})
	b := open(t, address)
	page := visit(t, b, address+"/")
	time.AfterFunc(100*time.Millisecond, func() { _ = syscall.Kill(b.PID(), syscall.SIGKILL) })
	wantLost(t, b, func() error { _, err := page.Click(t.Context(), "#never"); return err })
}

func TestBrowser_EndsCallsWhenThePageCrashes(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": ``})
	b := open(t, address)
	page := visit(t, b, address+"/")
	time.AfterFunc(100*time.Millisecond, func() {
		_, _ = b.session.Navigate(b.life, "", "chrome://crash") // never answered
	})
	wantLost(t, b, func() error {
		_, err := page.WaitFor(t.Context(), []Condition{{"never", "#never"}})
		return err
	})
}

func wantLost(t *testing.T, b *Browser, call func() error) {
	t.Helper()
	started := time.Now()
	err := call()
	wantCode(t, err, outcome.ConnectionFailed)
	if took := time.Since(started); took > soon {
		t.Errorf("noticed after %s", took)
	}
	select {
	case <-b.Dead():
	default:
		t.Error("Dead is not closed")
	}
	if !errors.Is(err, b.Cause()) {
		t.Errorf("error %v is not the cause %v", err, b.Cause())
	}
	if err := b.Page().Goto(t.Context(), "http://127.0.0.1:1/"); err == nil {
		t.Error("a dead browser opened a page")
	}
}

func TestPage_EndsCallsOfAFrozenPage(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<button id=go onclick="for(;;);">Go</button>`})
	page := visit(t, open(t, address), address+"/").Within(300 * time.Millisecond)
	started := time.Now()
	_, err := page.Click(t.Context(), "#go")
	if err == nil {
		_, err = page.Click(t.Context(), "#go")
	}
	wantCode(t, err, outcome.SiteChanged)
	if _, err := page.Screenshot(t.Context()); err == nil {
		t.Error("a picture of a page that could not be masked")
	}
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestDialogs_DoNotStopThePage(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{
		"/":    `<button id=go onclick="alert('stop'); result.textContent = confirm('sure?') + '/' + prompt('who?')">Go</button><p id=result></p>`,
		"/two": `<p id=two>Two</p>`,
		"/stay": `<input id=field><p id=ready>Ready</p>
			<script>addEventListener("beforeunload", e => { e.preventDefault(); e.returnValue = "stay" })</script>`,
	})
	b := open(t, address)
	page := visit(t, b, address+"/")
	must[int](t)(page.Click(t.Context(), "#go"))
	if err := waitText(t, page, "#result", "false/null"); err != nil {
		t.Fatal(err)
	}
	if err := page.Goto(t.Context(), address+"/stay"); err != nil {
		t.Fatal(err)
	}
	must[int](t)(page.Click(t.Context(), "#field"))
	must[int](t)(page.Fill(t.Context(), "#field", "unsaved"))
	if err := page.Press(t.Context(), "x"); err != nil { // a page that was never touched may not ask
		t.Fatal(err)
	}
	if err := page.Goto(t.Context(), address+"/two"); err != nil {
		t.Fatal(err)
	}
	if text, _, err := page.Text(t.Context(), "#two"); text != "Two" || err != nil {
		t.Error(text, err)
	}
}

// waitText waits until an element has a text.
func waitText(t *testing.T, page *Page, selector, want string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		text, _, err := page.Text(ctx, selector)
		if err != nil {
			return fmt.Errorf("text is %q: %w", text, err)
		}
		if text == want {
			return nil
		}
	}
}

func TestBrowser_CloseLeavesNoProcessAndNoProfile(t *testing.T) {
	t.Parallel()
	b := openWith(t, Policy{})
	dir := filepath.Dir(b.process.Profile())
	closed := 0
	b.OnClose(func() { closed++ })
	group := processGroup(t, b.PID())
	if len(group) < 2 {
		t.Fatalf("a browser of %d processes", len(group))
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d profiles", len(entries))
	}
	b.Close()
	b.Close()
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("%d profiles are left", len(entries))
	}
	deadline := time.Now().Add(soon)
	for left := processGroup(t, b.PID()); len(left) > 0; left = processGroup(t, b.PID()) {
		if time.Now().After(deadline) {
			t.Fatalf("processes are left: %v", left)
		}
	}
	if closed != 1 || b.Discard() {
		t.Errorf("closed %d times, and can be discarded: %t", closed, b.Discard())
	}
	wantCode(t, b.Cause(), outcome.ConnectionFailed)
}

// processGroup lists the living processes of a group.
func processGroup(t *testing.T, group int) (pids []string) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // ended meanwhile
		}
		_, rest, _ := strings.Cut(string(stat), ") ") // state, parent, group
		if fields := strings.Fields(rest); len(fields) > 2 && fields[0] != "Z" && fields[2] == strconv.Itoa(group) {
			pids = append(pids, filepath.Base(filepath.Dir(path)))
		}
	}
	return pids
}

func TestBrowser_SeesNoEnvironmentOfThisProgram(t *testing.T) {
	t.Setenv("PASSAGE_CANARY_KEY", "canary-environment")
	b := openWith(t, Policy{})
	env, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(b.PID()), "environ"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(env), "canary-environment") || !strings.Contains(string(env), "PATH=") {
		t.Errorf("environment: %q", env)
	}
}

func TestBrowser_ProfileHoldsNothingThatWasTyped(t *testing.T) {
	t.Parallel()
	const canary = "canary-Xq7zLp93"
	address := site(t, map[string]string{"/": `<form><input id=field name=q autocomplete=on></form><p id=out></p>
		<script>field.oninput = () => { localStorage.v = field.value; document.cookie = "v=" + field.value + ";max-age=9999"; out.textContent = field.value }</script>`})
	b := open(t, address)
	page := visit(t, b, address+"/")
	must[int](t)(page.Fill(t.Context(), "#field", canary))
	if err := page.Press(t.Context(), "Enter"); err != nil {
		t.Fatal(err)
	}
	if err := page.WaitURL(t.Context(), "/"); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.URL(), canary) {
		t.Error("the URL shows what was typed")
	}
	err := filepath.WalkDir(b.process.Profile(), func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil //nolint:nilerr // the browser removes files meanwhile
		}
		if content, err := os.ReadFile(path); err == nil && strings.Contains(string(content), canary) {
			t.Errorf("%s holds it", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestBrowser_EndsAfterMissedHeartbeats(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": ``})
	b := open(t, address)
	page := visit(t, b, address+"/")
	if err := syscall.Kill(b.PID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	b.events.Go(func() { b.watchHeartbeat(100 * time.Millisecond) })
	_, err := page.Within(time.Minute).WaitFor(t.Context(), []Condition{{"never", "#never"}})
	if lost := wantCode(t, err, outcome.ConnectionFailed); !strings.Contains(lost.Error(), "hangs") {
		t.Error(lost)
	}
}
