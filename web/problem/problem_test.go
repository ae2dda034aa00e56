package problem_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"passage/automation"
	"passage/automation/catalog"
	"passage/db"
	"passage/web/problem"
)

func TestFromError_GivesStatusAndCode(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err    error
		status int
		code   string
	}{
		{db.ErrNotFound, 404, "not_found"},
		{db.ErrExpired, 410, "link_expired"},
		{db.ErrComplete, 409, "link_complete"},
		{db.ErrActive, 409, "link_active"},
		{&db.LockoutNear{Until: time.Now().Add(time.Minute).UnixMilli()}, 429, "lockout_near"},
		{db.ErrAttemptsExhausted, 409, "attempts_used_up"},
		{db.ErrStale, 409, "conflict"},
		{db.ErrExists, 409, "conflict"},
		{db.ErrKeyReused, 409, "idempotency_key_reused"},
		{db.ErrNothingToRedeem, 409, "nothing_to_redeem"},
		{db.ErrWrongReturnCode, 404, "wrong_return_code"},
		{db.ErrBadCursor, 400, "validation_failed"},
		{automation.ErrPromptClosed, 409, "prompt_closed"},
		{automation.ErrNotRunning, 409, "conflict"},
		{catalog.ErrUnknown, 503, "unknown_provider"},
		{automation.ErrStopping, 503, "stopping"},
		{fmt.Errorf("answer: %w", automation.ErrQueueFull), 503, "busy"},
		{&automation.InvalidAnswer{Fields: map[string]string{"code": "digits"}}, 400, "validation_failed"},
		{&http.MaxBytesError{Limit: 1}, 413, "body_too_large"},
		{context.Canceled, 499, "cancelled"},
		{problem.TooMany(1500 * time.Millisecond), 429, "rate_limited"},
		{errors.New("disk on fire"), 500, "internal_error"},
		{context.DeadlineExceeded, 500, "internal_error"},
	} {
		wrapped := fmt.Errorf("do a thing: %w", test.err)
		found := problem.FromError(wrapped)
		if found.Status != test.status || found.Code != test.code || found.Message == "" {
			t.Errorf("%v became %+v", test.err, found)
		}
		if !errors.Is(found, test.err) {
			t.Errorf("%v lost its cause", test.err)
		}
	}
}

func TestFromError_SortsIssuesOfAnswers(t *testing.T) {
	t.Parallel()
	found := problem.FromError(&automation.InvalidAnswer{Fields: map[string]string{"b": "digits", "a": "required"}})
	if got := fmt.Sprint(found.Issues); got != "[{values.a required} {values.b digits}]" {
		t.Error(got)
	}
}

// serve runs a handler under Identify and gives the reply and the log.
func serve(handler http.HandlerFunc) (*httptest.ResponseRecorder, string) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	recorder := httptest.NewRecorder()
	identify := problem.Identify(logger)
	identify(identify(problem.Recover(handler))).ServeHTTP(recorder,
		httptest.NewRequest(http.MethodGet, "/c/clm_secret?token=secret", nil))
	return recorder, log.String()
}

func TestWriteJSON_LogsInternalErrorsOnceAndHidesThem(t *testing.T) {
	t.Parallel()
	recorder, log := serve(func(w http.ResponseWriter, r *http.Request) {
		problem.WriteJSON(w, r, fmt.Errorf("find link: %w", errors.New("disk on fire")))
	})
	if got := recorder.Body.String(); got != `{"error":"Something went wrong on our side.","code":"internal_error"}`+"\n" {
		t.Error(got)
	}
	id := recorder.Header().Get("X-Request-Id")
	if recorder.Code != 500 || !strings.HasPrefix(id, "req_") {
		t.Errorf("%d %v", recorder.Code, recorder.Header())
	}
	if strings.Count(log, "\n") != 1 || !strings.Contains(log, "disk on fire") || !strings.Contains(log, id) || strings.Contains(log, "secret") {
		t.Error(log)
	}
}

func TestReport_DoesNotLogClientErrors(t *testing.T) {
	t.Parallel()
	recorder, log := serve(func(w http.ResponseWriter, r *http.Request) { problem.WriteJSON(w, r, db.ErrActive) })
	if recorder.Code != 409 || log != "" {
		t.Errorf("%d %s", recorder.Code, log)
	}
}

func TestRecover_TurnsPanicsIntoInternalErrors(t *testing.T) {
	t.Parallel()
	recorder, log := serve(func(http.ResponseWriter, *http.Request) { panic("nil map") })
	if recorder.Code != 500 || strings.Contains(recorder.Body.String(), "nil map") || !strings.Contains(log, "nil map") {
		t.Errorf("%d %s %s", recorder.Code, recorder.Body, log)
	}
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Error("an aborted reply has to stay aborted")
		}
	}()
	serve(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
}

func TestHeaders_FitTheStatus(t *testing.T) {
	t.Parallel()
	recorder, _ := serve(func(w http.ResponseWriter, r *http.Request) {
		problem.WriteJSON(w, r, problem.TooMany(1500*time.Millisecond))
	})
	if got := recorder.Header().Get("Retry-After"); got != "2" {
		t.Errorf("Retry-After is %q", got)
	}
	recorder, _ = serve(func(w http.ResponseWriter, r *http.Request) { problem.WriteJSON(w, r, problem.Unauthorized()) })
	if got := recorder.Header().Get("WWW-Authenticate"); got != "Bearer" {
		t.Errorf("WWW-Authenticate is %q", got)
	}
}

func TestWriteJSON_WritesIssues(t *testing.T) {
	t.Parallel()
	recorder, _ := serve(func(w http.ResponseWriter, r *http.Request) {
		problem.WriteJSON(w, r, problem.Invalid(problem.Issue{Path: "a.0", Message: "is required"}))
	})
	var body problem.Body
	if err := json.Unmarshal(recorder.Body.Bytes(), &body); err != nil || len(body.Issues) != 1 || body.Message != "Validation failed" {
		t.Errorf("%s %v", recorder.Body, err)
	}
}
