package db_test

import (
	"testing"
	"time"

	"passage/db"
)

func (w *fixture) user(name string) db.User {
	return db.User{OrganizationID: w.org, ExternalUserID: name}
}

func of(user string) func(*db.NewLink) {
	return func(draft *db.NewLink) { draft.ExternalUserID = user }
}

// deleteUser is what the runner does where no session has to be stopped.
func (w *fixture) deleteUser(user db.User) db.UserDeletion {
	w.Helper()
	deletion, err := w.db.BeginUserDeletion(w.Context(), user)
	w.must(err)
	for more := true; more; {
		more, err = w.db.DestroyLinksOf(w.Context(), user, deletion)
		w.must(err)
	}
	deletion, err = w.db.CompleteUserDeletion(w.Context(), user, deletion.ID)
	w.must(err)
	return deletion
}

func TestDestroyLinksOf_EndsAndBlanksEveryLinkOfTheUser(t *testing.T) {
	w := newFixture(t)
	var links []db.Link
	for _, status := range []db.LinkStatus{db.LinkPending, db.LinkFailed, db.LinkComplete, db.LinkExpired} {
		link, _ := w.linkAt(status, of("ada"), lasting(time.Hour))
		links = append(links, link)
	}
	other := w.link(of("bob"), lasting(time.Hour))
	w.clock.Advance(time.Minute)
	deletion := w.deleteUser(w.user("ada"))

	expect(t, "links", deletion.Links, 4)
	expect(t, "cancelled", deletion.Cancelled, 2)
	expect(t, "results", deletion.Results, 1)
	expect(t, "arguments", deletion.Arguments, 2) // those of the others went at their end
	expect(t, "completed at", *deletion.CompletedAt, w.db.Now())
	for _, link := range links {
		now := w.reload(link)
		expect(t, "user", now.ExternalUserID, "")
		if now.DataDeletedAt == nil || now.Status != db.LinkComplete && now.Status != db.LinkExpired {
			t.Errorf("a link is %s, deleted at %v", now.Status, now.DataDeletedAt)
		}
	}
	expect(t, "another user's link", w.reload(other).Status, db.LinkPending)
}

func TestDestroyLinksOf_EndsALinkWhoseTimeHasPassed(t *testing.T) {
	for name, link := range map[string]func(w *fixture) db.Link{
		"pending": func(w *fixture) db.Link { return w.link(of("ada"), lasting(time.Minute)) },
		"active": func(w *fixture) db.Link {
			link, _ := w.linkAt(db.LinkActive, of("ada"), lasting(time.Minute))
			return link
		},
		"waits for the return": func(w *fixture) db.Link {
			link, _ := w.returned(of("ada"), lasting(time.Minute))
			return link
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			link := link(w)
			w.clock.Advance(time.Minute)
			deletion := w.deleteUser(w.user("ada"))
			expect(t, "links", deletion.Links, 1)
			expect(t, "stored status", w.storedStatus(link), db.LinkExpired)
			events := w.events(link)
			expect(t, "event", events[len(events)-1].Name, "link.expired")
		})
	}
}

func TestDestroyLinksOf_SparesWhatASessionWorksOn(t *testing.T) {
	w := newFixture(t)
	active, _ := w.linkAt(db.LinkActive, of("ada"))
	deletion, err := w.db.BeginUserDeletion(t.Context(), w.user("ada"))
	w.must(err)
	_, err = w.db.DestroyLinksOf(t.Context(), w.user("ada"), deletion)
	w.must(err)
	expect(t, "status", w.reload(active).Status, db.LinkActive)
	found, err := w.db.ActiveLinksOf(t.Context(), w.user("ada"), 10)
	w.must(err)
	expect(t, "active links", found[0].ID, active.ID)
	w.changesNothing(db.ErrStale, func() error {
		_, err := w.db.CompleteUserDeletion(t.Context(), w.user("ada"), deletion.ID)
		return err
	})
	w.must(w.db.CancelLink(t.Context(), w.org, active.ID)) // as the runner does
	expect(t, "cancelled", w.deleteUser(w.user("ada")).Cancelled, 1)
}

func TestUserDeletion_NamesNobodyAndIsFoundByTheName(t *testing.T) {
	t.Parallel()
	w := newLiveFixture(t)
	w.personal()
	if w.namesThePerson() == "" {
		t.Fatal("the search finds nothing even before")
	}
	deletion := w.deleteUser(w.user(canary))
	w.within(5*time.Second, w.namesThePerson)
	var visitors int
	w.must(w.raw.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM link_sessions WHERE browser_hash IS NOT NULL`).Scan(&visitors))
	expect(t, "visitors left", visitors, 0)
	found, err := w.db.UserDeletions(t.Context(), w.user(canary))
	w.must(err)
	expect(t, "receipt", found[0].ID, deletion.ID)
	found, err = w.db.UserDeletions(t.Context(), w.user("bob"))
	w.must(err)
	expect(t, "receipts of another", len(found), 0)
}

func TestUserDeletion_GoesOnWhereItWasInterrupted(t *testing.T) {
	w := newFixture(t)
	for range 25 {
		w.link(of("ada"))
	}
	first, err := w.db.BeginUserDeletion(t.Context(), w.user("ada"))
	w.must(err)
	more, err := w.db.DestroyLinksOf(t.Context(), w.user("ada"), first)
	w.must(err)
	expect(t, "more", more, true)
	var left int
	w.must(w.raw.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM links WHERE external_user_id = 'ada'`).Scan(&left))
	expect(t, "links after the first transaction", left, 5)
	again := w.deleteUser(w.user("ada"))
	expect(t, "receipt", again.ID, first.ID)
	expect(t, "links", again.Links, 25)
	third := w.deleteUser(w.user("ada"))
	expect(t, "links of the next", third.Links, 0)
	expect(t, "another receipt", third.ID != first.ID, true)
}

func TestUserDeletion_KeepsToItsOrganizationAndToTestLinks(t *testing.T) {
	w := newFixture(t)
	live := w.link(of("ada"))
	test := w.link(of("ada"), func(draft *db.NewLink) { draft.Test = true })
	foreign := w.user("ada")
	foreign.OrganizationID = "org_none"
	tests := w.user("ada")
	tests.TestOnly = true
	_, err := w.raw.ExecContext(t.Context(), `INSERT INTO organizations (id, name, display_name, created_at) VALUES ('org_none', 'none', 'none', 1)`)
	w.must(err)
	expect(t, "links of another organization", w.deleteUser(foreign).Links, 0)
	expect(t, "links of test keys", w.deleteUser(tests).Links, 1)
	expect(t, "user of the live link", w.reload(live).ExternalUserID, "ada")
	expect(t, "user of the test link", w.reload(test).ExternalUserID, "")
	found, err := w.db.UserDeletions(t.Context(), w.user("ada"))
	w.must(err)
	expect(t, "receipts", len(found), 1)
	w.deleteUser(w.user("ada"))
	found, err = w.db.UserDeletions(t.Context(), tests)
	w.must(err)
	expect(t, "receipts that a test key sees", len(found), 1)
}
