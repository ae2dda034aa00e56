package e2e

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"testing"

	"passage/automation/outcome"
	"passage/automation/sandbox"
	"passage/db/dbtest"
)

// service is an integration on its sandbox site: whom its tests play, what for, and
// what the site must look like afterwards.
type service struct {
	id        string
	scenarios []sandbox.Scenario
	all       []map[string]any // the operations of a link that does all there is
	wanting   []string         // whose link does all; that of the others does the first alone

	asked map[string]string                             // what some are asked, each with the reason if again
	cards func(username string) (submitted, stored int) // sent to the site, and kept; nil: it takes none
	site  func(t *testing.T, user sandbox.Scenario)     // what else must be so there
}

// play goes through every scenario: through the real handlers, without script,
// in a real browser at the site. Each attempt ends as the table says.
func (sv service) play(t *testing.T, s *stack) {
	t.Helper()
	for _, scenario := range sv.scenarios {
		t.Run(scenario.Name, func(t *testing.T) {
			t.Parallel()
			sv.one(t, s, scenario.For(strings.ToLower(rand.Text())))
		})
	}
}

func (sv service) one(t *testing.T, s *stack, user sandbox.Scenario) {
	t.Helper()
	whole := slices.Contains(sv.wanting, user.Name)
	address, arrivals := receiver(t)
	request := ask(sv.all[:1]...)
	if whole {
		request = ask(sv.all...)
	}
	request["integrationId"], request["webhookUrl"] = sv.id, address
	if user.Outcome == string(outcome.SiteChanged) {
		request["integrationId"] = sv.id + hasty("").suffix
	}
	v := s.visitor(t, s.newLink(t, request))

	last := v.walk(v.claim(), user.Person())
	link := s.endsWith(t, v, last, user.Outcome, arrivals)
	if want, ok := sv.asked[user.Name]; ok {
		expect(t, "asked", s.asked(t, link.CurrentSessionID), want)
	}
	if user.Again != user.Outcome {
		first := link
		last = v.walk(v.claimAgain(last), user.Person())
		link = s.endsWith(t, v, last, user.Again, arrivals)
		s.keepsBoth(t, first, link)
	}
	if sv.cards != nil {
		sv.expectCards(t, user, whole)
	}
	if sv.site != nil {
		sv.site(t, user)
	}
}

// expectCards checks that whatever went wrong in between, no card was sent
// twice, and only what the merchant heard of is stored.
func (sv service) expectCards(t *testing.T, user sandbox.Scenario, whole bool) {
	t.Helper()
	sent, kept := 0, 0
	if whole && user.Again == sandbox.Complete {
		sent, kept = 1, 1
	} else if whole && user.Needs == "paymentMethod.write" {
		sent = 1
	}
	submitted, stored := sv.cards(user.Username)
	expect(t, "cards sent to the site", submitted, sent)
	expect(t, "cards stored there", stored, kept)
}

// claimAgain starts a second attempt: by “Try again” where the last screen
// offers it, else by the claim URL.
func (v *visitor) claimAgain(last *screen) *screen {
	v.t.Helper()
	if last.hasForm("/retry") {
		return v.submit(last.form(v.t, "/retry"), nil)
	}
	return v.claim()
}

// endsWith checks that the API, the webhook and the person's last screen tell
// the same end, and that nothing was started after what failed.
func (s *stack) endsWith(t *testing.T, v *visitor, last *screen, want string, arrivals <-chan delivered) linkNow {
	t.Helper()
	link := s.link(t, v.link.LinkID)
	expect(t, "the link's end", link.code(), want)
	s.heard(t, link, <-arrivals)
	if link.Error != nil {
		s.tells(t, v, last, link)
		link.stoppedAtOnce(t)
		return link
	}
	expect(t, "the last screen", last.end(), "complete")
	expect(t, "operations", strings.ReplaceAll(statuses(link.Operations), "complete", ""), strings.Repeat(" ", len(link.Operations)-1))
	s.call(t, http.MethodPost, "/link/claim", map[string]string{"code": v.link.ClaimCode}).wantError(t, http.StatusConflict, "link_complete")
	return link
}

// stoppedAtOnce checks that nothing came after what failed, and nothing came of it.
func (l linkNow) stoppedAtOnce(t *testing.T) {
	t.Helper()
	expect(t, "the result", string(l.Result), "null")
	begun := slices.IndexFunc(l.Operations, func(o operationNow) bool { return o.Status != "complete" })
	for _, operation := range l.Operations[begun+1:] {
		if operation.Status != "pending" {
			t.Errorf("operations after the failed one: %s", statuses(l.Operations))
		}
	}
	want := "pending" // the log-in failed
	switch {
	case l.Error.Code == string(outcome.OperationUnknown):
		want = "unknown"
	case l.Error.Operation != nil:
		want = "failed"
	}
	expect(t, "the operation that was due", l.Operations[begun].Status, want)
	if l.Error.Operation != nil {
		expect(t, "the failed operation", *l.Error.Operation, begun)
	}
}

// heard checks that the merchant's webhook tells what the API does.
func (s *stack) heard(t *testing.T, link linkNow, arrival delivered) {
	t.Helper()
	got := s.read(t, arrival)
	expect(t, "the event", got.Event, "link."+link.Status)
	expect(t, "its link", got.LinkID, link.ID)
	expect(t, "its session", got.SessionID, link.CurrentSessionID)
	expect(t, "its status", got.Status, link.Status)
	expect(t, "that nothing more can come", got.Final, link.Status != "failed")
	expect(t, "its operations", statuses(got.Operations), statuses(link.Operations))
	expect(t, "its result", string(got.Result), string(link.Result))
	if link.Error != nil && (got.Error == nil || got.Error.Code != link.Error.Code || got.Error.Message != link.Error.Message) {
		t.Errorf("the webhook's error is %+v, the API's %+v", got.Error, link.Error)
	}
}

// keepsBoth checks that an attempt stays visible after the one that followed it.
func (s *stack) keepsBoth(t *testing.T, first, second linkNow) {
	t.Helper()
	expect(t, "sessions", len(second.Sessions), 2)
	if got, was := second.Sessions[0], first.Sessions[0]; got.ID != was.ID || got.Status != "failed" || got.Error == nil || got.Error.Code != was.Error.Code {
		t.Errorf("the first attempt was %+v and is seen as %+v", was, got)
	}
	var rows int
	if err := dbtest.Raw(t, s.folder).QueryRowContext(t.Context(),
		`SELECT count(*) FROM link_sessions WHERE link_id = $1`, second.ID).Scan(&rows); err != nil {
		t.Fatal(err)
	}
	expect(t, "rows of link_sessions", rows, 2)
}
