package outcome

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"testing"
)

func TestTable_SaysWhatEachCodeMeansAndWhoMustAct(t *testing.T) {
	t.Parallel()
	seen := map[Code]bool{}
	for _, entry := range All() {
		if !regexp.MustCompile(`^[A-Z]+(_[A-Z]+)+$`).MatchString(string(entry.Code)) {
			t.Errorf("%q is not written like a code", entry.Code)
		}
		if seen[entry.Code] {
			t.Errorf("%s is there twice", entry.Code)
		}
		seen[entry.Code] = true
		if entry.Developer == "" || !slices.Contains([]Actor{User, Merchant, Integration, Site, Operator}, entry.Actor) {
			t.Errorf("%s: %+v", entry.Code, entry)
		}
		if found, ok := Lookup(entry.Code); !ok || found != entry || !entry.Code.Known() || entry.Code.Retryable() != entry.Retryable {
			t.Errorf("%s is not found as it is", entry.Code)
		}
	}
	for _, first := range []Code{AutomationError, ClientTimeout, ConnectionFailed, UnknownProvider, ResultValidationError, InternalError} {
		if !seen[first] {
			t.Errorf("%s, which the first clients know, is gone", first)
		}
	}
	if Code("NO_SUCH_CODE").Known() || Code("NO_SUCH_CODE").Retryable() {
		t.Error("a code that does not exist is known")
	}
}

func TestFrom_FindsTheOutcomeInAnyError(t *testing.T) {
	t.Parallel()
	changed := New(SiteChanged, "no %s", "#bills")
	for name, test := range map[string]struct {
		err  error
		want Code
	}{
		"typed":             {changed, SiteChanged},
		"wrapped":           {fmt.Errorf("read bills: %w", changed), SiteChanged},
		"joined":            {errors.Join(errors.New("other"), changed), SiteChanged},
		"a deadline":        {fmt.Errorf("wait: %w", context.DeadlineExceeded), ClientTimeout},
		"typed and by time": {Wrap(SiteUnavailable, context.DeadlineExceeded, "slow"), SiteUnavailable},
		"anything else":     {errors.New("surprise"), InternalError},
	} {
		if got := From(test.err); got.Code != test.want {
			t.Errorf("%s: %s instead of %s", name, got.Code, test.want)
		}
	}
	if From(nil) != nil {
		t.Error("no error is no end")
	}
	cause := errors.New("cause")
	if wrapped := Wrap(ConnectionFailed, cause, "the pipe broke"); !errors.Is(wrapped, cause) ||
		wrapped.Error() != "CONNECTION_FAILED: the pipe broke: cause" {
		t.Errorf("%v", wrapped)
	}
}

// Only an end that speaks of the password keeps a log-in from counting as wrong.
func TestTable_SaysWhichEndsCountAsAWrongPassword(t *testing.T) {
	t.Parallel()
	for _, entry := range All() {
		want := PasswordUnknown
		switch entry.Code {
		case InvalidCredentials, AccountLocked:
			want = PasswordWrong
		case MFAFailed, MFAUnsupported, ActionRequired, SiteUnavailable, SiteBlocked, RateLimited:
			want = PasswordNotWrong
		}
		if entry.Password != want {
			t.Errorf("%s says %q of the password, want %q", entry.Code, entry.Password, want)
		}
	}
}
