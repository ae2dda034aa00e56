//go:build interop

package e2e

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// startMediaWiki installs a wiki with a new database as its documentation says,
// and furnishes it: testdata/foreign/mediawiki/site.
func startMediaWiki(t *testing.T, password string, app authenticator) *foreignSite {
	t.Helper()
	program, folder, address := installed(t, "mediawiki"), t.TempDir(), freeAddress(t)
	furnish(t, program, nil, "php", "maintenance/install.php", "--dbtype", "sqlite", "--dbpath", folder, "--confpath", folder,
		"--server", "http://"+address, "--scriptpath", "", "--extensions", "OATHAuth", "--pass", password, "Example", "Ada")
	furnishing, err := filepath.Abs(filepath.Join(foreign, "mediawiki", "site", "furnish.php"))
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"MW_INSTALL_PATH=" + program, "MW_CONFIG_FILE=" + filepath.Join(folder, "LocalSettings.php")}
	furnish(t, program, append(env, "SITE_SECRET="+string(app)), "php", furnishing)
	// Requests one after another would make a page with its styles and scripts slow.
	startSite(t, program, append(env, "PHP_CLI_SERVER_WORKERS=4"), "php", "-S", address)
	site := &foreignSite{address: address}
	site.open(t, filepath.Join(folder, "my_wiki.sqlite"))
	return site
}

// wikiCards reads the cards from the text of their page, as the database has it.
func (s *foreignSite) wikiCards(t *testing.T) (cards []storedCard) {
	t.Helper()
	var page string
	if err := s.data.QueryRowContext(t.Context(), `SELECT old_text FROM page
		JOIN slots ON slot_revision_id = page_latest
		JOIN content ON content_id = slot_content_id
		JOIN text ON content_address = 'tt:' || old_id
		WHERE page_title = 'Ada/Cards'`).Scan(&page); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(page) {
		if cells := strings.Split(strings.TrimPrefix(strings.TrimSpace(line), "| "), " || "); len(cells) == 7 {
			cards = append(cards, storedCard{ID: cells[0], Last4: cells[1], Kind: cells[2], Expires: cells[3], Zip: cells[4],
				Preferred: cells[5] == "yes", Number: cells[6]})
		}
	}
	return cards
}

// wikiEdit is an edit of a page, at a time in Unix milliseconds.
type wikiEdit struct {
	ID, Title string
	ReadAt    int64
}

// wikiEdits reads the edits of the user from the database, the newest first.
func (s *foreignSite) wikiEdits(t *testing.T, limit int) (edits []wikiEdit) {
	t.Helper()
	rows, err := s.data.QueryContext(t.Context(), `SELECT rev_id, REPLACE(page_title, '_', ' '), rev_timestamp FROM revision
		JOIN page ON page_id = rev_page JOIN actor ON actor_id = rev_actor
		WHERE actor_name = 'Ada' ORDER BY rev_id DESC LIMIT ?`, limit)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var e wikiEdit
		var at string
		if err := rows.Scan(&e.ID, &e.Title, &at); err != nil {
			t.Fatal(err)
		}
		edited, err := time.Parse("20060102150405", at)
		if err != nil {
			t.Fatal(err)
		}
		e.ReadAt = edited.UnixMilli()
		edits = append(edits, e)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return edits
}

func TestInteropMediaWiki_IsConnectedWithACodeOfAnApp(t *testing.T) {
	t.Parallel()
	const app = authenticator("JBSWY3DPEHPK3PXPJBSWY3DPEH")
	site := startMediaWiki(t, canaryPassword, app)
	s := connectedTo(t, "mediawiki", site)
	var hay haystack
	s.observe = func(r reply) { hay.add("the API", r.body) }

	const limit = 24 // more than a page of them
	edits, before := site.wikiEdits(t, limit), site.wikiCards(t)
	write := writeCard()
	write["arguments"].(map[string]any)["cardNumber"] = canaryCard
	request := ask(readCards(), map[string]any{"resource": "readHistory", "action": "read", "arguments": map[string]any{"limit": limit}}, write)
	request["integrationId"], request["debug"] = "mediawiki", true
	v := s.visitor(t, s.newLink(t, request))
	v.observe = func(page string) { hay.add("the pages", page) }
	shown, codes := v.logInWithApp("Ada", canaryPassword, app)
	expect(t, "the end", shown.end(), "complete")

	link := s.link(t, v.link.LinkID)
	expect(t, "the operations", statuses(link.Operations), "complete complete complete")
	shownCards := slices.Clone(before)
	for n := range shownCards {
		shownCards[n].Number = "" // no result has it
	}
	expectCards(t, link, shownCards)
	expectEdits(t, link, edits)
	after := site.wikiCards(t)
	if len(after) != len(before)+1 || !slices.Equal(after[:len(before)], before) {
		t.Fatalf("the site has %+v after %+v", after, before)
	}
	expect(t, "the card at the site", after[len(before)], storedCard{ID: "c3", Number: canaryCard, Last4: canaryCard[12:],
		Kind: "credit_card", Expires: "12/30", Zip: "98101", Preferred: true})

	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	hay.addFolder(t, s.folder, "at rest")
	hay.add("the log", s.logs.String())
	for _, found := range hay.find(t, codes...) {
		t.Error(found)
	}
}

// expectEdits compares the history that was read with the edits that the site had.
func expectEdits(t *testing.T, link linkNow, stored []wikiEdit) {
	t.Helper()
	var result struct {
		Operations []struct {
			Data struct {
				History []wikiEdit
			}
		}
	}
	if err := json.Unmarshal(link.Result, &result); err != nil {
		t.Fatal(err)
	}
	if read := result.Operations[1].Data.History; !slices.Equal(read, stored) {
		t.Errorf("read %v\nwhere the site has %v", read, stored)
	}
}
