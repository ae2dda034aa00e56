//go:build interop

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
)

// directus is the application at work, with what an administrator makes there.
type directus struct {
	*foreignSite
	token string
	app   authenticator
}

const directusUser = "ada@example.com"

// startDirectus starts it as its documentation says, on a new database, and makes
// a collection of cards and a second factor for its administrator.
func startDirectus(t *testing.T, password string) *directus {
	t.Helper()
	program, folder, address := installed(t, "directus"), t.TempDir(), freeAddress(t)
	port := address[len("127.0.0.1:"):]
	file := filepath.Join(folder, "data.db")
	env := []string{"HOST=127.0.0.1", "PORT=" + port, "PUBLIC_URL=http://" + address, "DB_CLIENT=sqlite3", "DB_FILENAME=" + file,
		"STORAGE_LOCAL_ROOT=" + folder, "EXTENSIONS_PATH=" + folder, "SECRET=of-the-test", "KEY=of-the-test", "TELEMETRY=false",
		"ADMIN_EMAIL=" + directusUser, "ADMIN_PASSWORD=" + password}
	run := filepath.Join("node_modules", "@directus", "api", "dist", "cli", "run.js")
	furnish(t, program, env, "node", run, "bootstrap")
	startSite(t, program, env, "node", run, "start")
	site := &directus{foreignSite: &foreignSite{address: address}}
	site.open(t, file)

	site.token = site.call(t, "/auth/login", map[string]any{"email": directusUser, "password": password})["access_token"].(string)
	site.makeCards(t)
	app := site.call(t, "/users/me/tfa/generate", map[string]any{"password": password})["secret"].(string)
	site.app = authenticator(app)
	site.call(t, "/users/me/tfa/enable", map[string]any{"secret": app, "otp": site.app.code(t)})
	return site
}

// call calls the application's own API.
func (d *directus) call(t *testing.T, path string, body any) map[string]any {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+d.address+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if d.token != "" {
		request.Header.Set("Authorization", "Bearer "+d.token)
	}
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	said, err := io.ReadAll(reply.Body)
	if err != nil || reply.StatusCode >= http.StatusMultipleChoices {
		t.Fatalf("%s: %d %s (%v)", path, reply.StatusCode, said, err)
	}
	var result struct{ Data map[string]any }
	if len(said) > 0 {
		if err := json.Unmarshal(said, &result); err != nil {
			t.Fatal(err)
		}
	}
	return result.Data
}

// makeCards makes a collection with two cards, and has the app list them in
// columns, the newest first.
func (d *directus) makeCards(t *testing.T) {
	t.Helper()
	field := func(name string) map[string]any {
		return map[string]any{"field": name, "type": "string", "meta": map[string]any{"interface": "input"}, "schema": map[string]any{}}
	}
	kind := field("kind")
	kind["meta"] = map[string]any{"interface": "select-dropdown", "options": map[string]any{"choices": []map[string]string{
		{"text": "Credit card", "value": "credit_card"}, {"text": "Debit card", "value": "debit_card"}}}}
	preferred := map[string]any{"field": "preferred", "type": "boolean", "meta": map[string]any{"interface": "boolean"},
		"schema": map[string]any{"default_value": false}}
	id := map[string]any{"field": "id", "type": "integer", "meta": map[string]any{"hidden": true, "interface": "input", "readonly": true},
		"schema": map[string]any{"is_primary_key": true, "has_auto_increment": true}}
	d.call(t, "/collections", map[string]any{"collection": "stored_cards", "meta": map[string]any{}, "schema": map[string]any{},
		"fields": []map[string]any{id, field("number"), field("last4"), field("expires"), field("holder"), field("zip"), field("brand"), kind, preferred}})
	for _, card := range []map[string]any{
		{"last4": "4242", "kind": "credit_card", "brand": "Visa", "expires": "08/28", "zip": "98101", "preferred": true},
		{"last4": "0005", "kind": "debit_card", "brand": "Amex", "expires": "01/29", "zip": "10001", "preferred": false},
	} {
		d.call(t, "/items/stored_cards", card)
	}
	columns := []string{"id", "last4", "kind", "brand", "expires", "zip", "preferred"}
	d.call(t, "/presets", map[string]any{"collection": "stored_cards", "layout": "tabular",
		"layout_query": map[string]any{"tabular": map[string]any{"fields": columns, "sort": []string{"-id"}}}})
}

func TestInteropDirectus_IsConnectedWithACodeOfAnApp(t *testing.T) {
	t.Parallel()
	site := startDirectus(t, canaryPassword)
	s := connectedTo(t, "directus", site.foreignSite)
	var hay haystack
	s.observe = func(r reply) { hay.add("the API", r.body) }

	before := site.cards(t)
	write := writeCard()
	write["arguments"].(map[string]any)["cardNumber"] = canaryCard
	request := ask(readCards(), write)
	request["integrationId"], request["debug"] = "directus", true
	v := s.visitor(t, s.newLink(t, request))
	v.observe = func(page string) { hay.add("the pages", page) }
	shown, codes := v.logInWithApp(directusUser, canaryPassword, site.app)
	expect(t, "the end", shown.end(), "complete")

	link := s.link(t, v.link.LinkID)
	expect(t, "the operations", statuses(link.Operations), "complete complete")
	expectCards(t, link, before)
	after := site.cards(t)
	if len(after) != len(before)+1 || !slices.Equal(after[1:], before) {
		t.Fatalf("the site has %+v after %+v", after, before)
	}
	expect(t, "the card at the site", after[0], storedCard{ID: "3", Number: canaryCard, Last4: canaryCard[12:],
		Kind: "credit_card", Expires: "12/30", Holder: "Ada Example", Zip: "98101", Preferred: true})

	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	hay.addFolder(t, s.folder, "at rest")
	hay.add("the log", s.logs.String())
	for _, found := range hay.find(t, append(codes, string(site.app))...) {
		t.Error(found)
	}
}
