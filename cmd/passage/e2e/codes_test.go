package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"passage/automation/outcome"
	"passage/automation/sandbox"
	"passage/automation/sandbox/att"
	"passage/automation/sandbox/tmobile"
	"passage/automation/sandbox/ubereats"
	"passage/automation/sandbox/verizon"
	"passage/cmd/passage/demo"
	"passage/db/dbtest"
	"passage/views"
)

// proof is what shows a code on a sandbox site: the test of a scenario that ends
// so, which also checks what everyone is told; or a session of its own.
type proof struct {
	scenario string // "tmobile/locked"
	session  func(t *testing.T)
}

// proofs has one for every code.
var proofs = map[outcome.Code]proof{
	outcome.InvalidCredentials: {scenario: "ubereats/stranger"},
	outcome.MFAFailed:          {scenario: "verizon/denied"},
	outcome.MFAUnsupported:     {scenario: "tmobile/face"},
	outcome.AccountLocked:      {scenario: "att/locked"},
	outcome.ActionRequired:     {scenario: "verizon/terms"},
	outcome.SiteUnavailable:    {scenario: "att/flaky"},
	outcome.SiteChanged:        {scenario: "tmobile/redesigned"},
	outcome.SiteBlocked:        {scenario: "att/refused"},
	outcome.RateLimited:        {scenario: "ubereats/busy"},
	outcome.OperationRejected:  {scenario: "verizon/declined"},
	outcome.OperationUnknown:   {scenario: "tmobile/vanished"},
	outcome.ConnectionFailed:   {scenario: "tmobile/crash"},

	outcome.AutomationError:       {session: slipInTheScript(readCards(), outcome.AutomationError)},
	outcome.ResultValidationError: {session: slipInTheScript(readBills(), outcome.ResultValidationError)},
	outcome.UserCancelled:         {session: personCancels},
	outcome.LinkCancelled:         {session: merchantCancels},
	outcome.LinkExpired:           {session: linkRunsOut},
	outcome.ClientTimeout:         {session: personLeaves},
	outcome.InternalError:         {session: databaseRefuses},
	outcome.WorkerLost:            {session: serverStops},
	outcome.UnknownProvider:       {session: operationGoesOutOfService},
}

func TestOutcomes_EachComesAboutOnASandboxSite(t *testing.T) {
	t.Parallel()
	for _, entry := range outcome.All() {
		t.Run(string(entry.Code), func(t *testing.T) {
			t.Parallel()
			shown, ok := proofs[entry.Code]
			if !ok {
				t.Fatal("no scenario of a sandbox site and no session of this file ends so")
			}
			if shown.session != nil {
				shown.session(t)
				return
			}
			expect(t, shown.scenario, scenarioNamed(t, shown.scenario).Outcome, string(entry.Code))
		})
	}
}

func scenarioNamed(t *testing.T, name string) sandbox.Scenario {
	t.Helper()
	integration, met, _ := strings.Cut(name, "/")
	scenarios := map[string][]sandbox.Scenario{
		"tmobile": tmobile.Scenarios(), "att": att.Scenarios(), "verizon": verizon.Scenarios(), "ubereats": ubereats.Scenarios(),
	}[integration]
	at := slices.IndexFunc(scenarios, func(s sandbox.Scenario) bool { return s.Name == met })
	if at < 0 {
		t.Fatalf("there is no scenario %q", name)
	}
	return scenarios[at]
}

// slipInTheScript has a link of one operation end by a fault of its script.
func slipInTheScript(operation map[string]any, code outcome.Code) func(*testing.T) {
	return func(t *testing.T) {
		t.Helper()
		v, arrivals := sharedStack(t).linkOf(t, "verizon-slips", operation)
		v.endsAs(code, v.walk(v.claim(), verizonUser(t)), arrivals)
	}
}

func personCancels(t *testing.T) {
	v, arrivals := sharedStack(t).linkOf(t, "tmobile", readCards())
	v.endsAs(outcome.UserCancelled, v.submit(v.claim().form(t, "/cancel"), nil), arrivals)
}

func merchantCancels(t *testing.T) {
	s := sharedStack(t)
	v, arrivals := s.linkOf(t, "att", readCards())
	shown := v.claim()
	s.call(t, http.MethodPost, "/v1/links/"+v.link.LinkID+"/cancel", nil).want(t, http.StatusOK, nil)
	v.endsAs(outcome.LinkCancelled, v.get(shown.url), arrivals)
}

func linkRunsOut(t *testing.T) {
	s := sharedStack(t)
	v, arrivals := s.linkOf(t, "ubereats", map[string]any{"resource": "orderHistory", "action": "read"}, "expiresIn", 3600)
	shown := v.claim()
	if _, err := dbtest.Raw(t, s.folder).ExecContext(t.Context(), `UPDATE links SET expires_at = updated_at WHERE id = $1`, v.link.LinkID); err != nil {
		t.Fatal(err) // however long the claim took, the link is active when its time passes
	}
	s.until(t, v.link.LinkID, "the end", func() bool { return s.link(t, v.link.LinkID).code() == string(outcome.LinkExpired) })
	v.endsAs(outcome.LinkExpired, v.get(shown.url), arrivals)
}

func personLeaves(t *testing.T) {
	s := specialStack(t, t.TempDir(), special{idle: 100 * time.Millisecond})
	v, arrivals := s.linkOf(t, "verizon", readCards())
	shown := v.claim()
	s.until(t, v.link.LinkID, "the end", func() bool { return s.link(t, v.link.LinkID).Status == "failed" })
	v.endsAs(outcome.ClientTimeout, v.get(shown.url), arrivals)
}

// databaseRefuses has the database refuse to note that an operation begins.
func databaseRefuses(t *testing.T) {
	s := specialStack(t, t.TempDir(), special{})
	if _, err := dbtest.Raw(t, s.folder).ExecContext(t.Context(), `CREATE TRIGGER refuse BEFORE UPDATE ON session_operations
		WHEN NEW.status = 'running' BEGIN SELECT RAISE(ABORT, 'refused'); END`); err != nil {
		t.Fatal(err)
	}
	v, arrivals := s.linkOf(t, "verizon", readCards())
	v.endsAs(outcome.InternalError, v.walk(v.claim(), verizonUser(t)), arrivals)
}

// serverStops has the server stop while a person is asked; the next one on the
// folder tells what became of the session.
func serverStops(t *testing.T) {
	folder := t.TempDir()
	before := specialStack(t, folder, special{})
	v, arrivals := before.linkOf(t, "tmobile", readCards())
	shown := v.claim()
	if err := before.stop(); err != nil {
		t.Fatal(err)
	}
	v.stack = specialStack(t, folder, special{})
	v.endsAs(outcome.WorkerLost, v.get(shown.url), arrivals)
}

// operationGoesOutOfService has a script lose an operation, and another script
// disappear, between a link's making and its claim.
func operationGoesOutOfService(t *testing.T) {
	folder := t.TempDir()
	before := specialStack(t, folder, special{variants: []variant{{of: "verizon", suffix: "-gone"}, {of: "verizon", suffix: "-less"}}})
	gone, _ := before.linkOf(t, "verizon-gone", readBills())
	v, arrivals := before.linkOf(t, "verizon-less", readBills())
	if err := before.stop(); err != nil {
		t.Fatal(err)
	}
	after := specialStack(t, folder, special{variants: []variant{{of: "verizon", suffix: "-less",
		words: []string{`    "mobileBillingStatement.read": read_bills,` + "\n", ""}}}})
	v.stack, gone.stack = after, after
	v.link.ClaimURL, gone.link.ClaimURL = "/c/"+v.link.ClaimCode, "/c/"+gone.link.ClaimCode
	v.endsAs(outcome.UnknownProvider, v.walk(v.claim(), verizonUser(t)), arrivals)

	words := views.Match("en").Code(outcome.UnknownProvider)
	says(t, "the claim page", text(gone.get(gone.link.ClaimURL).root), views.Fill(words.Advice, "service", "verizon-gone", "merchant", demo.Merchant))
	after.call(t, http.MethodPost, "/link/claim", map[string]string{"code": gone.link.ClaimCode}).wantError(t, http.StatusServiceUnavailable, "unknown_provider")
}

func verizonUser(t *testing.T) *sandbox.Person {
	t.Helper()
	return scenarioNamed(t, "verizon/good").For(strings.ToLower(t.Name())).Person()
}

// linkOf makes a link of one operation, with a visitor for it and its webhook's
// arrivals. More is further fields of the request, and their values.
func (s *stack) linkOf(t *testing.T, integration string, operation map[string]any, more ...any) (*visitor, <-chan delivered) {
	t.Helper()
	address, arrivals := receiver(t)
	request := ask(operation)
	request["integrationId"], request["webhookUrl"] = integration, address
	for ; len(more) > 0; more = more[2:] {
		request[fmt.Sprint(more[0])] = more[1]
	}
	return s.visitor(t, s.newLink(t, request)), arrivals
}

func (v *visitor) endsAs(code outcome.Code, last *screen, arrivals <-chan delivered) {
	v.t.Helper()
	v.stack.endsWith(v.t, v, last, string(code), arrivals)
}

// tells checks that the person, in each language, the merchant and the operator
// read of a failure what the tables say, and that trying again is offered where
// it may help.
func (s *stack) tells(t *testing.T, v *visitor, last *screen, link linkNow) {
	t.Helper()
	entry, _ := outcome.Lookup(outcome.Code(link.Error.Code))
	expect(t, "what the developer reads", link.Error.Message, entry.Developer)
	session := s.session(t, link.CurrentSessionID)
	if session.Error == nil || session.Error.Code != link.Error.Code || session.Error.Message != entry.Developer {
		t.Errorf("the session's error is %+v, the link's %+v", session.Error, link.Error)
	}

	expect(t, "the last screen", last.end(), "failed")
	integration, _ := s.Catalog.Get(link.IntegrationID)
	v.speaks = "es"
	pages := map[string]*screen{"en": last, "es": v.get(last.url)}
	v.speaks = ""
	for language, shown := range pages {
		words := views.Match(language).Code(entry.Code)
		for _, sentence := range []string{words.Title, words.Advice} {
			says(t, "the page", text(shown.root), views.Fill(sentence, "service", integration.Name, "merchant", demo.Merchant))
		}
	}
	expect(t, "that trying again is offered", last.hasForm("/retry"), entry.Retryable && link.Status == "failed")

	says(t, "the dashboard", s.desk(t).open(t, "/sessions/"+link.CurrentSessionID), link.Error.Code, entry.Developer, actors[entry.Actor])
}

// actors are whose move the dashboard says it is.
var actors = map[outcome.Actor]string{
	outcome.User: "The person’s move.", outcome.Merchant: "The merchant’s move.", outcome.Site: "The site’s move.",
	outcome.Integration: "Our move: mend the integration.", outcome.Operator: "Our move: look at this installation.",
}
