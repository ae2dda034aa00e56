package webhook

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

// composed renders every event of a link, as it would be sent now.
func composed(t testing.TB, s *Sender, link db.Link) (bodies []string) {
	t.Helper()
	for _, delivery := range deliveries(t, s.db, link) {
		message, err := s.compose(t.Context(), delivery.EventID)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, string(message.body))
	}
	return bodies
}

func TestRender_MatchesContract(t *testing.T) {
	t.Parallel()
	operations := []db.EventOperation{{Resource: "paymentMethod", Action: "read", Status: db.OperationComplete},
		{Resource: "paymentMethod", Action: "write", Status: db.OperationFailed}}
	second := 1
	for name, row := range map[string]struct {
		event  db.Event
		link   db.Link
		result string
		want   string
	}{
		"complete, with all that a merchant may give": {
			event: db.Event{ID: "evt_1", OrganizationID: "org_1", LinkID: "link_1", SessionID: "sess_1", Name: "link.complete",
				Final: true, Operations: operations[:1], CreatedAt: 1_800_000_000_123},
			link:   db.Link{ExternalUserID: "user <7>", Metadata: map[string]string{"plan": "gold"}, Status: db.LinkComplete},
			result: `{"paymentMethods": []}`,
			want: `{"id":"evt_1","event":"link.complete","linkId":"link_1","test":false,"sessionId":"sess_1","externalUserId":"user <7>",
				"metadata":{"plan":"gold"},"status":"complete","final":true,
				"operations":[{"resource":"paymentMethod","action":"read","status":"complete"}],
				"result":{"paymentMethods":[]},"error":null,"timestamp":1800000000123}`,
		},
		"failed in an operation, on a link that is claimed again": {
			event: db.Event{ID: "evt_2", LinkID: "link_1", SessionID: "sess_1", Name: "link.failed", Operations: operations,
				Error: &db.Failure{Code: "OPERATION_REJECTED", Operation: &second}, CreatedAt: 1},
			link: db.Link{Status: db.LinkActive},
			want: `{"id":"evt_2","event":"link.failed","linkId":"link_1","test":false,"sessionId":"sess_1","externalUserId":null,"metadata":null,
				"status":"failed","final":false,"operations":[{"resource":"paymentMethod","action":"read","status":"complete"},
				{"resource":"paymentMethod","action":"write","status":"failed"}],"result":null,
				"error":{"code":"OPERATION_REJECTED","message":"The site refused the change, for example a declined card.","operation":1},
				"timestamp":1}`,
		},
		"expired, never claimed, of a test key": {
			event: db.Event{ID: "evt_3", LinkID: "link_1", Name: "link.expired", Final: true, Operations: operations[:0],
				Error: &db.Failure{Code: "LINK_CANCELLED"}, CreatedAt: 2},
			link: db.Link{Test: true},
			want: `{"id":"evt_3","event":"link.expired","linkId":"link_1","test":true,"sessionId":null,"externalUserId":null,"metadata":null,
				"status":"expired","final":true,"operations":[],"result":null,
				"error":{"code":"LINK_CANCELLED","message":"The merchant cancelled the link."},"timestamp":2}`,
		},
	} {
		var result json.RawMessage
		if row.result != "" {
			result = json.RawMessage(row.result)
		}
		body, err := Render(row.event, row.link, result)
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := json.Compact(&want, []byte(row.want)); err != nil {
			t.Fatal(err)
		}
		if got := unescape(string(body)); got != want.String() {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want.String())
		}
	}
}

// unescape undoes what encoding/json does for HTML.
func unescape(text string) string {
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(text)
}

func TestSender_SendsResultOfTheSessionOnly(t *testing.T) {
	t.Parallel()
	clock := dbtest.NewClock()
	sender := New(Options{DB: dbtest.Open(t, clock.Now), Logger: quiet()})
	wanted := dbtest.NewLink(dbtest.Organization(t, sender.db, "acme").ID)
	wanted.Reusable, wanted.Operations = true, wanted.Operations[:1]
	first := completed(t, sender.db, wanted, `{"paymentMethods":["first"]}`)
	wantResults(t, composed(t, sender, first.Link), `{"paymentMethods":["first"]}`)

	clock.Advance(time.Minute)
	second := dbtest.Claim(t, sender.db, first.Link, "owner")
	wantResults(t, composed(t, sender, first.Link), `null`)
	complete(t, sender.db, second, `{"paymentMethods":["second"]}`)
	wantResults(t, composed(t, sender, first.Link), `null`, `{"paymentMethods":["second"]}`)
}

func TestSender_SendsNullForDestroyedResult(t *testing.T) {
	t.Parallel()
	clock := dbtest.NewClock()
	sender := New(Options{DB: dbtest.Open(t, clock.Now), Logger: quiet()})
	wanted := dbtest.NewLink(dbtest.Organization(t, sender.db, "acme").ID)
	claimed := completed(t, sender.db, wanted, `{"paymentMethods":["first"]}`)
	wantResults(t, composed(t, sender, claimed.Link), `{"paymentMethods":["first"]}`)
	clock.Advance(100 * time.Hour)
	if err := sender.db.DestroyOld(t.Context(), db.Retention{Results: time.Hour, Recordings: time.Hour}); err != nil {
		t.Fatal(err)
	}
	wantResults(t, composed(t, sender, claimed.Link), `null`)
}

func wantResults(t testing.TB, bodies []string, want ...string) {
	t.Helper()
	if len(bodies) != len(want) {
		t.Fatalf("%d events, want %d", len(bodies), len(want))
	}
	for n, body := range bodies {
		var got struct{ Result json.RawMessage }
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		if string(got.Result) != want[n] {
			t.Errorf("event %d has the result %s, want %s", n, got.Result, want[n])
		}
	}
}
