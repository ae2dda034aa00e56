package gallery

import (
	_ "embed"
	"encoding/base64"
	"time"

	"passage/automation/outcome"
	"passage/views/admin"
)

//go:embed logo.svg
var logoSource []byte

// logo is a merchant's.
var logo = "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(logoSource)

const dashboard = "Dashboard"

//go:embed script.txt
var scriptSource string

//go:embed picture.svg
var picture []byte

func adminLayout(here string) admin.Layout {
	l := admin.Layout{Now: moment, Operator: "ops@acme.example", Account: "/account", LogOut: "/log-out", Nav: []admin.Link{
		{Name: "Overview", To: "/"}, {Name: "Sessions", To: "/sessions"}, {Name: "Organizations", To: "/organizations"},
	}}
	for i := range l.Nav {
		l.Nav[i].Here = l.Nav[i].Name == here
	}
	return l
}

func adminScreens() []Screen {
	none := admin.Sessions{Action: "/sessions", Filter: filter()}
	filtered := none
	filtered.Filter.Status, filtered.Filter.Text = "failed", "nobody@example.org"
	full := admin.Sessions{Action: "/sessions", Filter: filter(), Rows: rows(), Older: "/sessions?before=sess_1"}
	return []Screen{
		{dashboard, "Log in", admin.LogInPage(admin.LogIn{Action: "/log-in", Next: "/sessions"})},
		{dashboard, "Log in, wrong", admin.LogInPage(admin.LogIn{Action: "/log-in", Email: "ops@acme.example", Rejected: true})},
		{dashboard, "Log in, too many failures", admin.LogInPage(admin.LogIn{Action: "/log-in", Email: "ops@acme.example", Wait: 11*time.Minute + 20*time.Second})},
		{dashboard, "Account", admin.AccountPage(adminLayout(""), account())},
		{dashboard, "Account, one browser", admin.AccountPage(adminLayout(""), admin.Account{Sessions: account().Sessions[:1]})},
		{dashboard, "Overview", admin.OverviewPage(adminLayout("Overview"), overview())},
		{dashboard, "Overview, nothing yet", admin.OverviewPage(adminLayout("Overview"), admin.Overview{})},
		{dashboard, "Sessions", admin.SessionsPage(adminLayout("Sessions"), full)},
		{dashboard, "Sessions, none", admin.SessionsPage(adminLayout("Sessions"), none)},
		{dashboard, "Sessions, none fits", admin.SessionsPage(adminLayout("Sessions"), filtered)},
		{dashboard, "Session, failed", admin.SessionPage(adminLayout("Sessions"), failedSession())},
		{dashboard, "Session, complete", admin.SessionPage(adminLayout("Sessions"), completeSession())},
		{dashboard, "Session, waiting", admin.SessionPage(adminLayout("Sessions"), waitingSession())},
	}
}

func account() admin.Account {
	session := func(id, userAgent, address string, seen, since time.Duration) admin.OperatorSession {
		return admin.OperatorSession{UserAgent: userAgent, Address: address, LastSeen: moment.Add(-seen), Created: moment.Add(-since),
			Ends: moment.Add(12*time.Hour - since), End: "/account/sessions/" + id + "/end"}
	}
	here := session("ops_1", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0", "203.0.113.9", 0, 3*time.Hour)
	here.Here = true
	return admin.Account{EndOthers: "/account/sessions/end", Sessions: []admin.OperatorSession{
		here,
		session("ops_2", "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1",
			"2001:db8:85a3:8d3:1319:8a2e:370:7348", 40*time.Minute, 5*time.Hour),
		session("ops_3", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "198.51.100.23", 11*time.Hour, 11*time.Hour+50*time.Minute),
		session("ops_4", "curl/8.16.0", "127.0.0.1", 2*time.Hour, 2*time.Hour),
	}}
}

func filter() admin.Filter {
	f := admin.Filter{
		Statuses:      []string{"created", "queued", "running", "waiting", "complete", "failed"},
		Integrations:  []string{"att", "demo", "tmobile"},
		Organizations: []admin.Choice{{ID: "org_1", Name: "Acme"}, {ID: "org_2", Name: "Globex"}},
	}
	for _, entry := range outcome.All() {
		f.Codes = append(f.Codes, string(entry.Code))
	}
	return f
}

func rows() []admin.Row {
	row := func(id, status string, code outcome.Code, attempt int, took, since time.Duration) admin.Row {
		return admin.Row{
			ID: id, To: "/sessions/" + id, Status: status, Code: code, Integration: "demo", Version: "9f31c2a8",
			Organization: "Acme", LinkID: "link_5Zt8", Attempt: attempt, Took: took, At: moment.Add(-since),
		}
	}
	list := []admin.Row{
		row("sess_7hKd2Wq9", "waiting", "", 1, 48*time.Second, 48*time.Second),
		row("sess_1bTz8Lm4", "running", "", 1, 9*time.Second, 2*time.Minute),
		row("sess_9cRf3Xv1", "failed", outcome.SiteChanged, 1, 14*time.Second, 6*time.Minute),
		row("sess_4nPq6Js2", "complete", "", 2, 73*time.Second, 21*time.Minute),
		row("sess_2gHw5Ky7", "failed", outcome.InvalidCredentials, 1, 131*time.Second, 24*time.Minute),
		row("sess_8mVd1Ec3", "queued", "", 1, 31*time.Second, 31*time.Minute),
		row("sess_6tBn9Uo5", "failed", outcome.OperationUnknown, 3, 44*time.Second, 3*time.Hour),
		row("sess_3xQl7Ia0", "complete", "", 1, 61*time.Second, 9*time.Hour),
		row("sess_5jYe4Rp8", "created", "", 1, 4*time.Minute, 75*time.Hour),
	}
	list[3].Suspect = true
	list[5].Version, list[8].Version = "", ""
	list[4].Organization, list[4].Integration = "Globex", "tmobile"
	return list
}

func overview() admin.Overview {
	return admin.Overview{
		Running: 3, Waiting: 5, Queued: 1,
		Paused: []admin.PausedHost{{Organization: "Globex", Host: "hooks.globex.example", Since: moment.Add(-31 * time.Hour), Waiting: 47}},
		Integrations: []admin.Integration{
			{ID: "att", Name: "AT&T", Version: "41d07be3", Since: moment.Add(-26 * time.Hour)},
			{ID: "demo"},
			{ID: "library", Own: true, Error: "library/integration.star:12: undefined: page_rows"},
			{ID: "tmobile", Name: "T-Mobile", Own: true, Version: "9f31c2a8", Since: moment.Add(-6 * time.Minute),
				Error: "tmobile/integration.star:31: got newline, want ')'"},
		},
		Day: admin.Window{Complete: 181, Failed: 19, Failures: []admin.Failures{
			{Code: outcome.SiteChanged, Integration: "demo", Count: 11, To: "/sessions?code=SITE_CHANGED&integration=demo"},
			{Code: outcome.InvalidCredentials, Integration: "tmobile", Count: 6, To: "/sessions?code=INVALID_CREDENTIALS&integration=tmobile"},
			{Code: outcome.OperationUnknown, Cause: outcome.SiteChanged, Integration: "demo", Count: 2, To: "/sessions?code=OPERATION_UNKNOWN&integration=demo"},
		}},
		Week: admin.Window{Complete: 1304, Failed: 71, Failures: []admin.Failures{
			{Code: outcome.InvalidCredentials, Integration: "tmobile", Count: 38, To: "/sessions?code=INVALID_CREDENTIALS&integration=tmobile"},
			{Code: outcome.SiteUnavailable, Integration: "att", Count: 20, To: "/sessions?code=SITE_UNAVAILABLE&integration=att"},
			{Code: outcome.SiteChanged, Integration: "demo", Count: 13, To: "/sessions?code=SITE_CHANGED&integration=demo"},
		}},
	}
}

func failedSession() admin.Session {
	m := admin.Session{
		ID: "sess_9cRf3Xv1", Status: "failed", LinkID: "link_5Zt8Qw3Er7Ty", LinkStatus: "failed", Organization: "Acme",
		Integration: "demo", Version: "9f31c2a8", Attempt: 1, Language: "en",
		Created: moment.Add(-6 * time.Minute), Started: moment.Add(-5*time.Minute - 48*time.Second), Ended: moment.Add(-5*time.Minute - 20*time.Second),
		Verdict: admin.Verdict{
			Code: outcome.SiteChanged, Detail: "none of saved, declined came within 10 s", Operation: "paymentMethod.write",
			Word: "wait_for", Selector: "saved, declined", Line: 24,
			Selectors: []admin.Selector{{Name: "saved", Selector: ".card-saved", Matches: 0}, {Name: "declined", Selector: "#card-error", Matches: 0,
				Nearest: "#payment-error, .error-box", LastMatch: "#card-error", LastAt: moment.Add(-3 * time.Hour)}},
			Traceback: "Traceback (most recent call last):\n  demo.star:24:25: in write_payment_method\nSITE_CHANGED: none of saved, declined came within 10 s",
		},
		Operations: []admin.Operation{
			{Name: "paymentMethod.read", Status: "complete", Took: 1240 * time.Millisecond},
			{Name: "paymentMethod.write", Status: "unknown", Took: 12 * time.Second, Submitted: moment.Add(-5*time.Minute - 31*time.Second)},
			{Name: "mobileBillingStatement.read", Status: "pending"},
		},
		Prompts: []admin.Prompt{
			{Kind: "credentials", Opened: moment.Add(-6 * time.Minute), Took: 11 * time.Second, Status: "answered"},
			{Kind: "credentials", Reason: "wrong_password", Opened: moment.Add(-345 * time.Second), Took: 7 * time.Second, Status: "answered"},
			{Kind: "one_time_code", Opened: moment.Add(-5*time.Minute - 40*time.Second), Took: 4 * time.Second, Status: "answered"},
		},
		Events:  events(),
		Picture: "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(picture), PictureURL: "http://127.0.0.1:8090/payment-methods/new",
		Script: admin.Script{Name: "demo 9f31c2a8", Source: scriptSource, Failed: 24},
	}
	for i, row := range []admin.Row{rows()[3], rows()[2]} {
		row.Attempt = 2 - i
		m.Attempts = append(m.Attempts, admin.Attempt{Row: row, Here: i == 1})
	}
	m.Webhooks = []admin.LinkEvent{{Event: "link.failed", At: moment.Add(-5*time.Minute - 20*time.Second),
		Again: "/sessions/sess_9cRf3Xv1/webhooks/evt_1", Deliveries: []admin.Delivery{
			{Host: "shop.example.com", Status: "pending", NextAttempt: moment.Add(4 * time.Second), Attempts: []admin.DeliveryAttempt{
				{At: moment.Add(-5*time.Minute - 20*time.Second), Code: 503, Took: 84 * time.Millisecond,
					Error: "the receiver answered 503: it failed; its own log says why", Reply: "upstream is busy"},
				{At: moment.Add(-5*time.Minute - 9*time.Second), Took: 10 * time.Second,
					Error: "no reply within 10 seconds: the receiver should answer first and work afterwards; if it is down, start it"},
			}},
		}}}
	return m
}

func events() []admin.Event {
	const ms = time.Millisecond
	return []admin.Event{
		{Seq: 1, Offset: 0, Kind: "state", Word: "claimed", Matches: -1},
		{Seq: 2, Offset: 0, Took: 11 * time.Second, Kind: "prompt", Word: "credentials", Outcome: "answered", Matches: -1},
		{Seq: 3, Offset: 11*time.Second + 30*ms, Took: 20 * ms, Kind: "state", Word: "browser taken", Matches: -1},
		{Seq: 4, Offset: 11*time.Second + 60*ms, Took: 210 * ms, Kind: "step", Word: "goto", Target: "/login", Line: 4, Matches: -1, Status: 200},
		{Seq: 5, Offset: 11*time.Second + 280*ms, Took: 12 * ms, Kind: "step", Word: "fill", Target: "#username", Line: 6, Matches: 1},
		{Seq: 6, Offset: 11*time.Second + 300*ms, Took: 11 * ms, Kind: "step", Word: "fill", Target: "#password", Line: 7, Matches: 1},
		{Seq: 7, Offset: 11*time.Second + 320*ms, Took: 45 * ms, Kind: "step", Word: "click", Target: "#sign-in", Line: 8, Matches: 1},
		{Seq: 8, Offset: 11*time.Second + 370*ms, Took: 380 * ms, Kind: "step", Word: "wait_for", Outcome: "wrong", Line: 9, Matches: 1},
		{Seq: 9, Offset: 12 * time.Second, Took: 7 * time.Second, Kind: "prompt", Word: "credentials", Target: "wrong_password", Outcome: "answered", Matches: -1},
		{Seq: 10, Offset: 19*time.Second + 200*ms, Took: 410 * ms, Kind: "step", Word: "wait_for", Outcome: "code", Line: 9, Matches: 1},
		{Seq: 11, Offset: 20 * time.Second, Took: 4 * time.Second, Kind: "prompt", Word: "one_time_code", Outcome: "answered", Matches: -1},
		{Seq: 12, Offset: 25 * time.Second, Took: 1240 * ms, Kind: "operation", Word: "paymentMethod.read", Outcome: "complete", Matches: -1},
		{Seq: 13, Offset: 27 * time.Second, Kind: "operation", Word: "paymentMethod.write", Outcome: "running", Matches: -1},
		{Seq: 14, Offset: 29 * time.Second, Took: 60 * ms, Kind: "step", Word: "submit", Target: "#save-card", Line: 23, Matches: 1,
			FailedResponses: []admin.Response{{Method: "POST", Path: "/api/cards", Status: 422}, {Method: "GET", Path: "/api/offers", Status: 503}}, OtherResponses: 2},
		{Seq: 15, Offset: 29*time.Second + 90*ms, Took: 10 * time.Second, Kind: "step", Word: "wait_for", Target: "saved, declined", Outcome: "SITE_CHANGED", Line: 24, Failed: true},
		{Seq: 16, Offset: 39*time.Second + 200*ms, Kind: "state", Word: "failed", Matches: -1},
	}
}

func completeSession() admin.Session {
	m := failedSession()
	m.ID, m.Status, m.LinkStatus, m.Attempt, m.Verdict, m.Picture, m.Script.Failed = "sess_4nPq6Js2", "complete", "complete", 2, admin.Verdict{}, "", 0
	m.Events = m.Events[:12]
	for i := range m.Operations {
		m.Operations[i].Status, m.Operations[i].Took = "complete", 1200*time.Millisecond
	}
	m.Attempts[0].Here, m.Attempts[1].Here = true, false
	m.Webhooks = []admin.LinkEvent{

		{Event: "link.complete", At: moment.Add(-4 * time.Minute), Again: "/sessions/sess_4nPq6Js2/webhooks/evt_2", Deliveries: []admin.Delivery{
			{Host: "shop.example.com", Status: "delivered", Attempts: []admin.DeliveryAttempt{{At: moment.Add(-4 * time.Minute), Code: 200, Took: 31 * time.Millisecond, Reply: "ok"}}},
		}},
	}
	return m
}

func waitingSession() admin.Session {
	return admin.Session{
		ID: "sess_7hKd2Wq9", Status: "waiting", LinkID: "link_8Uy2Pl0Zx4Nm", LinkStatus: "active", Organization: "Globex",
		Integration: "tmobile", Version: "41d07be3", Attempt: 1, Language: "es", Created: moment.Add(-48 * time.Second),
		Operations: []admin.Operation{{Name: "mobileBillingStatement.read", Status: "pending"}},
		Prompts:    []admin.Prompt{{Kind: "one_time_code", Opened: moment.Add(-9 * time.Second), Took: 9 * time.Second, Status: "open"}},
		Events:     events()[:2],
		Attempts:   []admin.Attempt{{Row: rows()[0], Here: true}},
	}
}
