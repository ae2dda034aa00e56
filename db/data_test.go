package db_test

import (
	"bytes"
	"testing"
	"time"

	"passage/automation/event"
	"passage/db"
	"passage/db/dbtest"
)

func TestDestroyData_KeepsTheStates(t *testing.T) {
	t.Parallel()
	for _, status := range []db.LinkStatus{db.LinkPending, db.LinkFailed, db.LinkComplete, db.LinkExpired} {
		t.Run(string(status), func(t *testing.T) {
			w := newFixture(t)
			link, _ := w.linkAt(status)
			events := len(w.events(link))
			w.must(w.db.DestroyData(w.Context(), w.org, link.ID))
			now := w.reload(link)
			expect(t, "status", now.Status, status)
			_, err := w.db.Arguments(&now)
			w.want(err, db.ErrNotFound)
			found, err := w.db.Result(&now)
			w.must(err)
			expect(t, "result", string(found), "")
			expect(t, "sealed arguments left", len(w.sealedArguments(link)), 0)
			for _, column := range []string{"arguments_key", "data_key"} {
				expect(t, column, len(w.wrapped(link, column)), 0)
			}
			expect(t, "events", len(w.events(link)), events)
			w.must(w.db.DestroyData(w.Context(), w.org, link.ID)) // once more changes nothing
		})
	}
}

func TestDestroyData_RefusesAnActiveLink(t *testing.T) {
	w := newFixture(t)
	link, _ := w.linkAt(db.LinkActive)
	w.changesNothing(db.ErrActive, func() error { return w.db.DestroyData(w.Context(), w.org, link.ID) })
	w.changesNothing(db.ErrNotFound, func() error { return w.db.DestroyData(w.Context(), "org_other", link.ID) })
}

func TestClaimLink_RefusesALinkWithoutData(t *testing.T) {
	t.Parallel()
	for name, link := range map[string]func(*fixture) db.Link{
		"pending": func(w *fixture) db.Link { link, _ := w.linkAt(db.LinkPending); return link },
		"failed":  func(w *fixture) db.Link { link, _ := w.linkAt(db.LinkFailed); return link },
		"reusable": func(w *fixture) db.Link {
			link, _ := w.linkAt(db.LinkComplete, reusable, lasting(time.Hour))
			return link
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			link := link(w)
			before := w.reload(link)
			expect(t, "claimable before", before.Claimable(), true)
			w.must(w.db.DestroyData(w.Context(), w.org, link.ID))
			after := w.reload(link)
			expect(t, "claimable after", after.Claimable(), false)
			want := db.ErrExpired
			if link.Reusable {
				want = db.ErrComplete
			}
			w.changesNothing(want, func() error {
				_, err := w.db.ClaimLink(w.Context(), dbtest.NewClaim(link.ClaimCode, "boot"))
				return err
			})
		})
	}
}

func TestReplay_RefusesADestroyedReply(t *testing.T) {
	w := newFixture(t)
	once, err := w.db.Idempotent(w.Context(), db.Idempotency{Key: "k", Body: []byte("{}"),
		Reply: func(db.Link) (db.Reply, error) { return db.Reply{Status: 201, Body: []byte("secret")}, nil }})
	w.must(err)
	link, _, err := w.db.CreateLink(w.Context(), dbtest.NewLink(w.org), once)
	w.must(err)
	w.must(w.db.DestroyData(w.Context(), w.org, link.ID))
	_, err = w.db.Replay(w.Context(), w.org, once)
	w.want(err, db.ErrDestroyed)
	w.changesNothing(db.ErrDestroyed, func() error {
		_, _, err := w.db.CreateLink(w.Context(), dbtest.NewLink(w.org), once)
		return err
	})
}

func TestDestroyData_LeavesNothingInAnyFileWithinSeconds(t *testing.T) {
	t.Parallel()
	w := newLiveFixture(t)
	link, _ := w.linkAt(db.LinkComplete, reusable, lasting(time.Hour)) // has its arguments still
	destroyed := map[string][]byte{
		"arguments":     w.sealedArguments(link),
		"arguments key": w.wrapped(link, "arguments_key"),
		"data key":      w.wrapped(link, "data_key"),
	}
	found := func() (what string) {
		for name, content := range w.files() {
			for value, sealed := range destroyed {
				if len(sealed) == 0 || bytes.Contains(content, sealed) {
					what += value + " in " + name + "; "
				}
			}
		}
		return what
	}
	if found() == "" {
		t.Fatal("the search finds nothing even before")
	}
	reader, err := w.raw.BeginTx(w.Context(), nil)
	w.must(err)
	var links int
	w.must(reader.QueryRowContext(w.Context(), `SELECT COUNT(*) FROM links`).Scan(&links)) // reads the log until it ends
	w.must(w.db.DestroyData(w.Context(), w.org, link.ID))
	time.AfterFunc(2*time.Second, func() { _ = reader.Rollback() }) // a reader that is slow, such as a backup
	w.within(5*time.Second, found)
}

// newLiveFixture opens a database as the server does, with a log that is emptied.
func newLiveFixture(t *testing.T) *fixture {
	t.Helper()
	w := &fixture{T: t, clock: dbtest.NewClock(), folder: t.TempDir()}
	live, err := db.Open(t.Context(), db.Options{Folder: w.folder, Now: w.clock.Now})
	w.must(err)
	t.Cleanup(func() { w.must(live.Close()) })
	w.db, w.raw = live, dbtest.Raw(t, w.folder)
	w.org = dbtest.Organization(t, w.db, "shop").ID
	return w
}

// within waits until a search finds nothing.
func (w *fixture) within(limit time.Duration, search func() string) {
	w.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	late := time.After(limit)
	for {
		select {
		case <-again.C:
			if search() == "" {
				return
			}
		case <-late:
			w.Fatalf("after %s: %s", limit, search())
		}
	}
}

// canary stands for all that a merchant, a site or an operator's script may have
// written of a person.
const canary = "ada-lovelace-1815"

// personal is a link that has ended, with the canary in each field that can hold
// it, and with a delivery that is on its way.
func (w *fixture) personal() (db.Link, db.Delivery) {
	w.Helper()
	link := w.link(func(draft *db.NewLink) {
		draft.ExternalUserID, draft.UserLabel, draft.Metadata, draft.Locale = canary, canary, map[string]string{canary: canary}, "en-"+canary
		draft.ReturnURL, draft.WebhookURL = "https://shop.example/done?user="+canary+"#"+canary, "https://shop.example/hooks?user="+canary
		draft.Operations[1].Summary = map[string]string{"last4": canary}
	})
	w.phone(link)
	lease := w.run(link)
	prompt, err := w.db.OpenPrompt(w.Context(), lease, db.NewPrompt{Kind: "text", Question: []byte(`{"question":"` + canary + `"}`)})
	w.must(err)
	w.must(w.db.ClosePrompt(w.Context(), lease, prompt, db.PromptAnswered))
	_, err = w.db.AppendEvents(w.Context(), lease, []db.NewEvent{
		{Kind: event.StepTaken, Data: event.Step{URL: canary}}, {Kind: event.ProgressMade, Data: event.Progress{Key: canary}},
		{Kind: event.EvidenceKept, Data: event.Evidence{Traceback: canary}},
		{Kind: event.Suspected, Data: event.Suspicion{Missing: []event.Read{{Selector: canary}}}},
	})
	w.must(err)
	w.must(w.db.FailSession(w.Context(), lease, db.Failure{Code: "SITE_CHANGED", Operation: new(int), Detail: canary}))
	delivery := w.take()[0]
	attempt := db.DeliveryAttempt{Error: "no route to " + canary, Reply: canary}
	w.must(w.db.RecordAttempt(w.Context(), delivery, attempt, db.DeliveryPending, w.db.Now()))
	return link, w.take()[0]
}

func (w *fixture) namesThePerson() (where string) {
	w.Helper()
	for name, content := range w.files() {
		if bytes.Contains(content, []byte(canary)) {
			where += name + " "
		}
	}
	return where
}

func TestDestroyData_LeavesNothingPersonal(t *testing.T) {
	t.Parallel()
	w := newLiveFixture(t)
	link, delivery := w.personal()
	if w.namesThePerson() == "" {
		t.Fatal("the search finds nothing even before")
	}
	w.must(w.db.DestroyData(w.Context(), w.org, link.ID))
	// An attempt was under way: its reply repeats what was sent before.
	w.must(w.db.RecordAttempt(w.Context(), delivery, db.DeliveryAttempt{Reply: canary}, db.DeliveryDelivered, 0))
	w.within(5*time.Second, w.namesThePerson)

	now := w.reload(link)
	expect(t, "deleted at", *now.DataDeletedAt, w.db.Now())
	expect(t, "return URL", now.ReturnURL, "https://shop.example/done")
	expect(t, "webhook URL", now.WebhookURL, "https://shop.example/hooks")
	expect(t, "metadata", len(now.Metadata), 0)
	expect(t, "operations", len(now.Operations), 2)
	expect(t, "error", now.Error.Code, "SITE_CHANGED")
	timeline, err := w.db.SessionEvents(w.Context(), now.CurrentSessionID, 0, event.Failed)
	w.must(err)
	expect(t, "failure in the timeline", string(timeline[0].Data), `{"code":"SITE_CHANGED","operation":0,"detail":""}`)
}

func TestDestroyData_KeepsTheFirstTimeOfDeletion(t *testing.T) {
	w := newFixture(t)
	link, _ := w.linkAt(db.LinkComplete)
	first := w.db.Now()
	w.must(w.db.DestroyData(w.Context(), w.org, link.ID))
	w.clock.Advance(time.Hour)
	w.must(w.db.DestroyData(w.Context(), w.org, link.ID))
	expect(t, "deleted at", *w.reload(link).DataDeletedAt, first)
}

func TestDestroyData_LeavesLaterWebhooksTheirWay(t *testing.T) {
	w := newFixture(t)
	link := w.link(lasting(time.Hour), func(draft *db.NewLink) { draft.WebhookURL = "https://shop.example/hooks?user=ada" })
	w.must(w.db.DestroyData(w.Context(), w.org, link.ID))
	w.clock.Advance(time.Hour)
	_, err := w.db.ExpireLinks(w.Context())
	w.must(err)
	expect(t, "URL", w.take()[0].URL, "https://shop.example/hooks")
}
