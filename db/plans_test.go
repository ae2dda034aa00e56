package db_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"passage/automation/event"
	"passage/db"
	"passage/db/dbtest"
)

// small are the tables, as plans name them, that stay small whatever the
// traffic, so that reading the whole of them costs nothing: o is organizations
// and k api_keys.
var small = []string{"organizations", "operators", "signing_keys", "o", "k", "sqlite_master"}

// The statements of every method are watched and their plans looked at: none
// may read the whole of a table that grows.
func TestStatements_ReadNoGrowingTableFromEndToEnd(t *testing.T) {
	w := newFixture(t)
	var mu sync.Mutex
	statements := map[string]bool{}
	w.must(db.Trace(w.db, w.folder, func(query string) {
		mu.Lock()
		defer mu.Unlock()
		statements[query] = true
	}))
	w.tour()
	mu.Lock() // the write-ahead log may still be emptied
	defer mu.Unlock()
	if len(statements) < 60 {
		t.Errorf("only %d statements were seen", len(statements))
	}
	for statement := range statements {
		for _, line := range w.plan(statement) {
			if fullScan(line) {
				t.Errorf("%s\n\tby %s", line, statement)
			}
			if strings.Contains(line, "TEMP B-TREE FOR ORDER BY") && strings.Contains(statement, "l.created_at, l.id") {
				t.Errorf("the list of links is sorted at each page: %s", statement)
			}
		}
	}
}

// fullScan tells a plan's line that reads a whole table. A partial index holds
// only the rows at work, and an index in the order of a page is left early.
func fullScan(line string) bool {
	table, found := strings.CutPrefix(line, "SCAN ")
	if !found || strings.Contains(line, "CONSTANT ROW") {
		return false
	}
	name, index, indexed := strings.Cut(table, " USING ")
	if slices.Contains(small, name) {
		return false
	}
	if !indexed {
		return true
	}
	index = index[strings.LastIndex(index, " ")+1:]
	return !slices.Contains([]string{"sessions_open", "deliveries_due", "sessions_by_time", "endpoints_paused"}, index)
}

var placeholder = regexp.MustCompile(`\$(\d+)`)

func (w *fixture) plan(statement string) (lines []string) {
	w.Helper()
	if word, _, _ := strings.Cut(strings.TrimSpace(statement), " "); !slices.Contains([]string{"SELECT", "UPDATE", "DELETE", "INSERT"}, word) {
		return nil
	}
	count := 0
	for _, match := range placeholder.FindAllStringSubmatch(statement, -1) {
		number, err := strconv.Atoi(match[1])
		w.must(err)
		count = max(count, number)
	}
	rows, err := w.raw.QueryContext(w.Context(), `EXPLAIN QUERY PLAN `+statement, make([]any, count)...)
	if err != nil {
		w.Fatalf("%v: %s", err, statement)
	}
	defer func() { w.must(rows.Close()) }()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		w.must(rows.Scan(&id, &parent, &unused, &detail))
		lines = append(lines, detail)
	}
	w.must(rows.Err())
	return lines
}

// tourOrganization is the tour's part about how a merchant looks to people.
func (w *fixture) tourOrganization() {
	w.Helper()
	ctx := w.Context()
	organization, err := w.db.CreateOrganization(ctx, "globex", "ada")
	w.must(err)
	w.must(w.db.SetBranding(ctx, organization.ID, organization.Branding, "ada"))
	w.must(w.db.SetLogo(ctx, organization.ID, []byte("p"), "ada"))
	w.must(w.db.SetLinkRetention(ctx, organization.ID, new(24*time.Hour), "ada"))
	w.must(w.db.SetQuota(ctx, organization.ID, db.Quota{LinksPerDay: 9}, "ada"))
	organization, err = w.db.OrganizationByName(ctx, "globex")
	w.must(err)
	_, err = w.db.Logo(ctx, organization.LogoHash)
	w.must(err)
	_, err = w.db.Changes(ctx, organization.ID, 1)
	w.must(err)
	_, err = w.db.OrganizationStats(ctx, time.Hour)
	w.must(err)
	_, err = w.db.SigningKeysOf(ctx, w.org)
	w.must(err)
	_, err = w.db.LatestEvents(ctx, w.org, 1)
	w.must(err)
}

// tourOperator is the tour's part about who uses the dashboard.
func (w *fixture) tourOperator() {
	w.Helper()
	ctx := w.Context()
	operator := w.operator("tour@example.com")
	session := w.operatorSession(operator)
	other := w.operatorSession(operator)
	w.clock.Advance(time.Minute)
	w.must(w.db.NoteOperatorSeen(ctx, session))
	_, err := w.db.OperatorSessions(ctx, operator.ID)
	w.must(err)
	_, err = w.try(operator.Email, "wrong", home)
	w.want(err, db.ErrWrongPassword)
	w.logsIn(operator.Email, home)
	w.must(w.db.EndOperatorSession(ctx, operator.ID, other.ID))
	w.must(w.db.EndOtherOperatorSessions(ctx, session))
	_, err = w.db.LogOutOperator(ctx, operator.Email)
	w.must(err)
}

// tour calls every method that has a statement of its own.
func (w *fixture) tour() {
	w.Helper()
	ctx := w.Context()
	key, err := w.db.CreateKey(ctx, db.NewKey{OrganizationID: w.org})
	w.must(err)
	_, err = w.db.Authenticate(ctx, key)
	w.must(err)
	keys, err := w.db.Keys(ctx, w.org)
	w.must(err)
	_, err = w.db.RotateKey(ctx, keys[0].ID, time.Hour, "ada")
	w.must(err)
	w.must(w.db.RevokeKey(ctx, keys[0].ID, "ada"))
	_, err = w.db.Script(ctx, "none")
	w.want(err, db.ErrNotFound)
	w.must(w.db.SaveMatches(ctx, "demo", map[string]string{"#a": "a"}))
	_, err = w.db.LastMatches(ctx, "demo", []string{"#a", "#b"})
	w.must(err)
	_, _, err = w.db.EnsureSigningKey(ctx, w.org)
	w.must(err)
	_, err = w.db.EnsureWebhookSecrets(ctx, w.org)
	w.must(err)
	_, err = w.db.RotateWebhookKeys(ctx, w.org, time.Hour, "ada")
	w.must(err)
	_, err = w.db.SigningKeys(ctx)
	w.must(err)
	w.tourOrganization()
	w.tourOperator()

	link, _ := w.create(w.once("key", `{}`))
	phone, err := w.db.NewPhoneCode(ctx, link.ID)
	w.must(err)
	_, code, err := w.db.PhoneCode(ctx, link.ID, phone)
	w.must(err)
	_, _, err = w.db.LinkByPhoneCode(ctx, code)
	w.must(err)
	_, err = w.db.UsePhoneCode(ctx, code, "phone")
	w.must(err)
	w.create(w.once("key", `{}`))
	claimed := w.claim(link)
	_, err = w.db.TransferSession(ctx, claimed.Session.ID, "other", false)
	w.must(err)
	w.must(w.db.ReserveLogIn(ctx, claimed.Session.Lease(), logIn("ada")))
	w.must(w.db.AcceptLogIn(ctx, claimed.Session.Lease()))
	_, err = w.db.RefuseLogIn(ctx, claimed.Session.Lease(), carrier)
	w.must(err)
	w.must(w.db.CompleteLogIn(ctx, claimed.Session.Lease()))
	lease := dbtest.Run(w.T, w.db, claimed)
	prompt, err := w.db.OpenPrompt(ctx, lease, db.NewPrompt{Kind: "text", Question: []byte(`{}`)})
	w.must(err)
	w.must(w.db.ClosePrompt(ctx, lease, prompt, db.PromptAnswered))
	w.must(w.db.SaveScreenshot(ctx, lease, "image/png", []byte("p")))
	dbtest.Submit(w.T, w.db, lease)
	w.must(w.db.SetAccount(ctx, lease, accountNumber))
	w.done(lease)
	w.must(w.db.NoteOperation(ctx, lease, 1, db.Note{Key: "k"}))
	w.must(w.db.RenewLeases(ctx, node))
	dbtest.Finish(w.T, w.db, lease, `{}`)
	w.tourOfReads(link, lease)

	w.claim(w.link())
	w.link(lasting(time.Second))
	_, err = w.db.FailOrphans(ctx, "boot_next")
	w.must(err)
	w.claim(w.link())
	w.clock.Advance(time.Minute)
	_, err = w.db.FailLost(ctx)
	w.must(err)
	_, err = w.db.ExpireLinks(ctx)
	w.must(err)
	w.must(w.db.CancelLink(ctx, w.org, w.link().ID))
	w.must(w.db.RecordAttempt(ctx, w.take()[0], db.DeliveryAttempt{}, db.DeliveryDelivered, 0))
	_, err = w.db.Resend(ctx, w.org, w.events(link)[0].ID)
	w.must(err)
	_, _, err = w.db.ResendRange(ctx, db.EventRange{OrganizationID: w.org, After: w.events(link)[0].ID, Limit: 10})
	w.must(err)
	_, err = w.db.DeliveriesOfEvent(ctx, w.events(link)[0].ID, 10)
	w.must(err)
	_, err = w.db.EventsOfLink(ctx, link.ID)
	w.must(err)
	_, err = w.db.PausedEndpoints(ctx)
	w.must(err)
	_, err = w.db.LatestEnds(ctx, dbtest.Version, 0, 10)
	w.must(err)
	w.tourOfDeletion(link)
	w.must(w.db.Ping(ctx))
}

// tourOfDeletion is the tour's last part: little is left after it.
func (w *fixture) tourOfDeletion(link db.Link) {
	w.Helper()
	ctx := w.Context()
	w.must(w.db.DestroyOld(ctx, keep))
	w.must(w.db.DestroyData(ctx, w.org, link.ID))
	w.link(of("ada"))
	_, _, err := w.db.LinksOf(ctx, w.user("ada"), "", 10)
	w.must(err)
	_, err = w.db.ActiveLinksOf(ctx, w.user("ada"), 10)
	w.must(err)
	w.deleteUser(w.user("ada"))
	_, err = w.db.UserDeletions(ctx, w.user("ada"))
	w.must(err)
}

func (w *fixture) tourOfReads(link db.Link, lease db.Lease) {
	w.Helper()
	ctx := w.Context()
	w.seen(link, lease.SessionID)
	w.operations(lease.SessionID)
	w.checkTimeline(w.session(lease.SessionID))
	sent := w.events(link)[0]
	var errs [14]error
	_, _, errs[0] = w.db.Event(ctx, sent.ID)
	_, errs[1] = w.db.EventsAfter(ctx, db.EventFilter{OrganizationID: w.org, After: sent.ID, Limit: 5})
	_, errs[2] = w.db.DeliveriesOf(ctx, link.ID)
	_, errs[3] = w.db.AttemptsOfEvent(ctx, sent.ID)
	_, _, errs[4] = w.db.NextDelivery(ctx)
	_, errs[5] = w.db.Submitted(ctx, link.ID)
	_, errs[6] = w.db.SessionsOf(ctx, link.ID)
	_, errs[7] = w.db.CurrentPrompt(ctx, lease.SessionID)
	_, errs[8] = w.db.Prompts(ctx, lease.SessionID)
	_, _, errs[9] = w.db.Sessions(ctx, db.SessionFilter{Limit: 10})
	_, errs[10] = w.db.CountSessions(ctx, 0)
	_, errs[11] = w.db.SessionEvents(ctx, lease.SessionID, 0, event.StepTaken)
	var pictures []db.Artifact
	pictures, errs[12] = w.db.Artifacts(ctx, lease.SessionID)
	_, _, errs[13] = w.db.ArtifactContent(ctx, pictures[0].ID)
	for _, err := range errs {
		w.must(err)
	}
}
