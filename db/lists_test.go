package db_test

import (
	"encoding/base64"
	"slices"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

// pages reads a list to its end, doing something between its pages.
func pages[T any](t *testing.T, list func(cursor string) ([]T, string, error), between func()) (all []T) {
	t.Helper()
	for cursor := ""; ; {
		page, next, err := list(cursor)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page...)
		if next == "" {
			return all
		}
		cursor = next
		between()
	}
}

func (w *fixture) linkPages(filter db.LinkFilter, between func()) (ids []string) {
	w.Helper()
	for _, link := range pages(w.T, func(cursor string) ([]db.Link, string, error) {
		filter.Cursor = cursor
		return w.db.Links(w.Context(), filter)
	}, between) {
		ids = append(ids, link.ID)
	}
	return ids
}

func TestLinks_PagesStayStableWhileLinksAreAdded(t *testing.T) {
	w := newFixture(t)
	created := map[string]int64{}
	add := func() string {
		link := w.link()
		created[link.ID] = link.CreatedAt
		return link.ID
	}
	var there []string
	for n := range 25 {
		if n%4 == 0 { // several are of the same millisecond
			w.clock.Advance(time.Millisecond)
		}
		there = append(there, add())
	}
	for _, limit := range []int{3, 7, 24, 25} {
		w.clock.Advance(time.Millisecond)
		got := w.linkPages(db.LinkFilter{OrganizationID: w.org, Limit: limit}, func() { add() })
		seen := map[string]bool{}
		for n, id := range got {
			if seen[id] {
				t.Errorf("pages of %d show a link twice", limit)
			}
			seen[id] = true
			if n > 0 && created[got[n-1]] < created[id] {
				t.Errorf("pages of %d are not the newest first", limit)
			}
		}
		for _, id := range there {
			if !seen[id] {
				t.Errorf("pages of %d miss a link that was there", limit)
			}
		}
	}
}

func TestLinks_CombinesFilters(t *testing.T) {
	w := newFixture(t)
	pending, _ := w.linkAt(db.LinkPending)
	failed, _ := w.linkAt(db.LinkFailed)
	ada, _ := w.linkAt(db.LinkFailed, func(draft *db.NewLink) { draft.ExternalUserID, draft.IntegrationID = "ada", "att" })
	other := dbtest.Organization(t, w.db, "other").ID
	for name, want := range map[string]struct {
		filter db.LinkFilter
		ids    []string
	}{
		"all":               {db.LinkFilter{OrganizationID: w.org}, []string{pending.ID, failed.ID, ada.ID}},
		"status":            {db.LinkFilter{OrganizationID: w.org, Status: db.LinkFailed}, []string{failed.ID, ada.ID}},
		"user":              {db.LinkFilter{OrganizationID: w.org, ExternalUserID: "ada"}, []string{ada.ID}},
		"integration":       {db.LinkFilter{OrganizationID: w.org, IntegrationID: "demo", Status: db.LinkFailed}, []string{failed.ID}},
		"none":              {db.LinkFilter{OrganizationID: w.org, ExternalUserID: "ada", Status: db.LinkPending}, nil},
		"of another's":      {db.LinkFilter{OrganizationID: other}, nil},
		"not even a prefix": {db.LinkFilter{OrganizationID: w.org, ExternalUserID: "ad"}, nil},
	} {
		want.filter.Limit = 2
		got := w.linkPages(want.filter, func() {})
		slices.Sort(got)
		slices.Sort(want.ids)
		if !slices.Equal(got, want.ids) {
			t.Errorf("%s: got %v, want %v", name, got, want.ids)
		}
	}
}

func TestLists_RefuseBadCursors(t *testing.T) {
	w := newFixture(t)
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for _, cursor := range []string{"%", "=", "abc", encode("12"), encode("x link_1"), encode("-5 link_1"), encode("0 link_1"),
		encode("99999999999999999999 link_1"), encode(" link_1")} {
		_, _, err := w.db.Links(t.Context(), db.LinkFilter{OrganizationID: w.org, Cursor: cursor, Limit: 1})
		w.want(err, db.ErrBadCursor)
		_, _, err = w.db.Sessions(t.Context(), db.SessionFilter{Cursor: cursor, Limit: 1})
		w.want(err, db.ErrBadCursor)
	}
	theirs := dbtest.Organization(t, w.db, "other").ID
	w.must(w.db.CancelLink(t.Context(), w.org, w.link().ID))
	ours, err := w.db.EventsAfter(t.Context(), db.EventFilter{OrganizationID: w.org, Limit: 1})
	w.must(err)
	for org, after := range map[string]string{w.org: "evt_none", theirs: ours[0].ID} {
		_, err := w.db.EventsAfter(t.Context(), db.EventFilter{OrganizationID: org, After: after, Limit: 1})
		w.want(err, db.ErrBadCursor)
	}
}

func FuzzCursorsNeverBreakAList(f *testing.F) {
	database := dbtest.Open(f, nil)
	for _, seed := range []string{"", "MTIgbGlua18x", "MTI", "%%", "AAAA"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		_, next, err := database.Links(t.Context(), db.LinkFilter{OrganizationID: "org_none", Cursor: cursor, Limit: 1})
		if next != "" || (err != nil && !isBadCursor(err)) {
			t.Errorf("%q: %q, %v", cursor, next, err)
		}
	})
}

func TestSessions_PagesAndFilters(t *testing.T) {
	w := newFixture(t)
	link, first := w.linkAt(db.LinkFailed, func(draft *db.NewLink) { draft.ExternalUserID = "ada" })
	w.clock.Advance(time.Millisecond)
	second := w.claim(link).Session
	w.clock.Advance(time.Millisecond)
	_, third := w.linkAt(db.LinkComplete)
	for name, want := range map[string]struct {
		filter db.SessionFilter
		ids    []string
	}{
		"all, the newest first": {db.SessionFilter{}, []string{third.SessionID, second.ID, first.SessionID}},
		"status":                {db.SessionFilter{Status: db.SessionComplete}, []string{third.SessionID}},
		"code":                  {db.SessionFilter{Code: "SITE_CHANGED"}, []string{first.SessionID}},
		"integration":           {db.SessionFilter{IntegrationID: "att"}, nil},
		"organization":          {db.SessionFilter{OrganizationID: w.org, Status: db.SessionCreated}, []string{second.ID}},
		"user":                  {db.SessionFilter{Text: "ada"}, []string{second.ID, first.SessionID}},
		"link":                  {db.SessionFilter{Text: link.ID}, []string{second.ID, first.SessionID}},
		"start of a session":    {db.SessionFilter{Text: third.SessionID[:12]}, []string{third.SessionID}},
		"no pattern":            {db.SessionFilter{Text: "sess%"}, nil},
	} {
		want.filter.Limit = 1
		var got []string
		for _, row := range pages(t, func(cursor string) ([]db.SessionRow, string, error) {
			want.filter.Cursor = cursor
			return w.db.Sessions(t.Context(), want.filter)
		}, func() {}) {
			got = append(got, row.ID)
			expect(t, "organization", row.OrganizationName, "shop")
		}
		if !slices.Equal(got, want.ids) {
			t.Errorf("%s: got %v, want %v", name, got, want.ids)
		}
	}
	counts, err := w.db.CountSessions(t.Context(), 0)
	w.must(err)
	expect(t, "kinds of ends", len(counts), 3)
	counts, err = w.db.CountSessions(t.Context(), w.db.Now()+1)
	w.must(err)
	expect(t, "kinds of ends in the future", len(counts), 0)
}
