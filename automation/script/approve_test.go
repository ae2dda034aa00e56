package script

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"passage/automation/outcome"
	"passage/automation/prompt"
)

// These tests use a real browser.

const push = `
def run(page, arguments, user):
    page.goto("/push")
    return {"seen": user.approve(sent_to = "Ada's phone", timeout = arguments["timeout"], home = "#account", denied = ".denied")}
`

func TestApprove_ReturnsOutcomeOfSite(t *testing.T) {
	t.Parallel()
	site := newCarrier(t)
	var ended error
	b, _ := site.visit(t, t.Context(), push, func(ctx context.Context, _ prompt.Prompt) (prompt.Answer, error) {
		close(site.release)
		<-ctx.Done()
		ended = context.Cause(ctx)
		return nil, ended
	})
	got, err := b.write(`{"timeout": 60}`)
	if err != nil || got != `{"seen":"home"}` {
		t.Fatalf("got %s, %v", got, err)
	}
	if !errors.Is(ended, errApproved) {
		t.Errorf("the prompt ended with %v", ended)
	}
	if p := b.user.asked[0]; p.Kind != prompt.Approval || p.SentTo != "Ada's phone" || p.TimeLimit != 60 {
		t.Errorf("asked %+v", p)
	}
}

func TestApprove_AcceptsPredicate(t *testing.T) {
	t.Parallel()
	site := newCarrier(t)
	body := strings.Replace(push, `home = "#account"`, `home = lambda: page.exists("#account") or {"x": "y"}[arguments.get("key", "x")] == "z"`, 1)
	b, _ := site.visit(t, t.Context(), body, func(ctx context.Context, _ prompt.Prompt) (prompt.Answer, error) {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}, func(ctx context.Context, _ prompt.Prompt) (prompt.Answer, error) {
		close(site.release)
		<-ctx.Done()
		return nil, context.Cause(ctx)
	})
	_, err := b.write(`{"timeout": 60, "key": "none"}`)
	wantFailure(t, err, outcome.AutomationError, 4, `key "none" not in dict`)
	if got, err := b.write(`{"timeout": 60}`); err != nil || got != `{"seen":"home"}` {
		t.Fatalf("got %s, %v", got, err)
	}
}

func TestApprove_TimeoutIsMFAFailed(t *testing.T) {
	t.Parallel()
	b, _ := newCarrier(t).visit(t, t.Context(), push, func(ctx context.Context, _ prompt.Prompt) (prompt.Answer, error) {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	})
	_, err := b.write(`{"timeout": 0.3}`)
	failure := wantFailure(t, err, outcome.MFAFailed, 4, "no approval within")
	if len(failure.Outcome.Selectors) != 2 {
		t.Errorf("selectors are %+v", failure.Outcome.Selectors)
	}
}

func TestApprove_EndsWhenUserCancels(t *testing.T) {
	t.Parallel()
	b, _ := newCarrier(t).visit(t, t.Context(), push, func(context.Context, prompt.Prompt) (prompt.Answer, error) {
		return nil, outcome.New(outcome.UserCancelled, "by the person")
	})
	begun := time.Now()
	_, err := b.write(`{"timeout": 60}`)
	wantFailure(t, err, outcome.UserCancelled, 4, "by the person")
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestApprove_EndsWithSession(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	b, _ := newCarrier(t).visit(t, ctx, push, func(ctx context.Context, _ prompt.Prompt) (prompt.Answer, error) {
		cancel(outcome.New(outcome.LinkExpired, "its time ran out"))
		<-ctx.Done()
		return nil, context.Cause(ctx)
	})
	_, err := b.write(`{"timeout": 60}`)
	wantFailure(t, err, outcome.LinkExpired, 4, "its time ran out")
}

func TestApprove_DeadBrowserIsConnectionFailed(t *testing.T) {
	t.Parallel()
	ready := make(chan struct{})
	b, process := newCarrier(t).visit(t, t.Context(), push, func(ctx context.Context, _ prompt.Prompt) (prompt.Answer, error) {
		close(ready)
		<-ctx.Done()
		return nil, context.Cause(ctx)
	})
	killed := make(chan error, 1)
	go func() {
		<-ready
		killed <- syscall.Kill(process.PID(), syscall.SIGKILL)
	}()
	_, err := b.write(`{"timeout": 60}`)
	if err := <-killed; err != nil {
		t.Fatal(err)
	}
	wantFailure(t, err, outcome.ConnectionFailed, 4, "")
}
