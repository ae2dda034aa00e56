package catalog

import (
	"math"
	"testing"
	"time"

	"passage/automation/outcome"
	"passage/db"
)

func TestHealth_CountsOurMistakesAfterASubmission(t *testing.T) {
	t.Parallel()
	const now = int64(1_800_000_000_000)
	for cause, want := range map[outcome.Code]HealthStatus{
		outcome.AutomationError: HealthDown, outcome.SiteChanged: HealthDown, outcome.SiteUnavailable: HealthDown,
		outcome.UserCancelled: HealthUnknown, "": HealthUnknown,
	} {
		var ends []db.End
		for range healthFew {
			ends = append(ends, db.End{Code: string(outcome.OperationUnknown), Cause: string(cause), At: now - 1000})
		}
		health := healthOf(ends, now)
		if health.Status != want || want == HealthDown && health.LastFailure != cause {
			t.Errorf("after %q the health is %s, last %q", cause, health.Status, health.LastFailure)
		}
	}
}

func TestHealth_FollowsTheLatestSessions(t *testing.T) {
	t.Parallel()
	const now = int64(1_800_000_000_000)
	ends := func(codes ...outcome.Code) (list []db.End) {
		for n, code := range codes {
			list = append(list, db.End{Code: string(code), At: now - int64(n+1)*1000})
		}
		return list
	}
	const good, down, changed, wrong = outcome.Code(""), outcome.SiteUnavailable, outcome.SiteChanged, outcome.InvalidCredentials
	late := ends(down, down, down, down, down)
	for n := range late {
		late[n].At -= healthFresh.Milliseconds()
	}
	for name, row := range map[string]struct {
		ends     []db.End
		status   HealthStatus
		rate     float64
		sessions int
		last     outcome.Code
	}{
		"nothing":                          {nil, HealthUnknown, 0, 0, ""},
		"too few, whatever they say":       {ends(down, down, changed, down), HealthUnknown, 0, 4, ""},
		"good":                             {ends(good, good, good, good, good), HealthOK, 1, 5, ""},
		"nine in ten":                      {ends(good, down, good, good, good, good, good, good, good, good), HealthOK, 0.9, 10, ""},
		"four in five":                     {ends(good, down, good, good, good), HealthDegraded, 0.8, 5, ""},
		"the latest have failed":           {ends(changed, down, changed, down, down, good, good), HealthDown, 2.0 / 7, 7, changed},
		"one of the latest has not":        {ends(down, down, down, down, good, down), HealthDegraded, 1.0 / 6, 6, ""},
		"users' own mistakes do not count": {ends(wrong, wrong, good, wrong, good, good, outcome.UserCancelled, good, good), HealthOK, 1, 5, ""},
		"nor do ours, or the merchant's":   {ends(outcome.WorkerLost, outcome.InternalError, outcome.LinkCancelled, outcome.OperationUnknown, down), HealthUnknown, 0, 1, ""},
		"down long enough to ask again":    {late, HealthDegraded, 0, 5, ""},
	} {
		got := healthOf(row.ends, now)
		if got.Status != row.status || math.Abs(got.SuccessRate-row.rate) > 1e-9 || got.Sessions != row.sessions || got.LastFailure != row.last {
			t.Errorf("%s: %+v, want %+v", name, got, row)
		}
	}
	if got := healthOf(ends(wrong, good, good, wrong), now); got.Since != now-(3*time.Second).Milliseconds() {
		t.Errorf("since %d", got.Since)
	}
}
