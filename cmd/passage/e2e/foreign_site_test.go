//go:build interop

package e2e

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"passage/cmd/passage/config"
)

// Real applications that nobody here wrote, connected by scripts that were
// written with the documentation: testdata/foreign.

// foreign holds a folder for each: the script, what was verified, and the site.
var foreign = filepath.Join("testdata", "foreign")

// foreignSite is such an application, at work on this machine.
type foreignSite struct {
	address string
	mails   <-chan string
	data    *sql.DB // its own database, to look into
}

// startPocketBase builds the application, which the module cache and the build
// cache make a matter of a second, and runs it until the test is over.
func startPocketBase(t *testing.T, password string) *foreignSite {
	t.Helper()
	folder := t.TempDir()
	program := filepath.Join(folder, "site")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", program, ".")
	build.Dir = filepath.Join(foreign, "pocketbase", "site")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the site: %v\n%s", err, said)
	}
	site := exec.Command(program, "serve", "--http", "127.0.0.1:0", "--dir", filepath.Join(folder, "data"))
	site.Env = append(os.Environ(), "SITE_PASSWORD="+password)
	stay, err := site.StdinPipe() // it ends with this, so also when the test's process dies
	if err != nil {
		t.Fatal(err)
	}
	lines, err := site.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := site.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stay.Close()
		_ = site.Wait()
	})
	address, mails := listenTo(lines)
	running := &foreignSite{address: within(t, "the site's address", address), mails: mails}
	running.open(t, filepath.Join(folder, "data", "data.db"))
	return running
}

// open opens the site's database, to read it only.
func (s *foreignSite) open(t *testing.T, file string) {
	t.Helper()
	var err error
	if s.data, err = sql.Open("sqlite", "file:"+file+"?mode=ro"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.data.Close() })
}

// listenTo tells apart what the site prints, until it ends.
func listenTo(lines io.Reader) (address, mails <-chan string) {
	addresses, letters := make(chan string, 1), make(chan string, 10)
	go func() {
		defer close(addresses)
		defer close(letters)
		for scanner := bufio.NewScanner(lines); scanner.Scan(); {
			var line struct{ Address, Mail string }
			if json.Unmarshal(scanner.Bytes(), &line) != nil {
				continue
			}
			if line.Address != "" {
				addresses <- line.Address
			}
			if line.Mail != "" {
				letters <- line.Mail
			}
		}
	}()
	return addresses, letters
}

// within is the next value of a channel that has to have one.
func within(t *testing.T, what string, values <-chan string) string {
	t.Helper()
	select {
	case value, ok := <-values:
		if !ok {
			t.Fatalf("%s: the site has ended", what)
		}
		return value
	case <-time.After(patience):
		t.Fatalf("%s: did not come", what)
	}
	return ""
}

var mailedCode = regexp.MustCompile(`<strong>(\d{6})</strong>`)

// code waits for the mail with the one-time code.
func (s *foreignSite) code(t *testing.T) string {
	t.Helper()
	mail := within(t, "the mail with the code", s.mails)
	found := mailedCode.FindStringSubmatch(mail)
	if found == nil {
		t.Fatalf("the mail has no code: %s", mail)
	}
	return found[1]
}

// storedCard is a record of the site's, as its table has it.
type storedCard struct {
	ID, Number, Last4, Kind, Brand, Expires, Holder, Zip string
	Preferred                                            bool
}

// cards reads the site's own database, the newest first.
func (s *foreignSite) cards(t *testing.T) (cards []storedCard) {
	t.Helper()
	rows, err := s.data.QueryContext(t.Context(),
		`SELECT id, COALESCE(number, ''), last4, kind, COALESCE(brand, ''), expires, COALESCE(holder, ''), zip, preferred
			FROM stored_cards ORDER BY rowid DESC`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c storedCard
		if err := rows.Scan(&c.ID, &c.Number, &c.Last4, &c.Kind, &c.Brand, &c.Expires, &c.Holder, &c.Zip, &c.Preferred); err != nil {
			t.Fatal(err)
		}
		cards = append(cards, c)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return cards
}

// connectedTo is a server with the integrations of testdata/foreign over the
// built-in ones, of which one is pointed to a site.
func connectedTo(t *testing.T, id string, site *foreignSite) *stack {
	t.Helper()
	return served(t, config.Flags{BrowserFlags: testBrowser(1),
		IntegrationsFlag: config.IntegrationsFlag{Integrations: foreign}, Site: map[string]string{id: "http://" + site.address}})
}

func TestInteropForeignSite_IsConnectedByAScriptFromTheDocumentation(t *testing.T) {
	t.Parallel()
	site := startPocketBase(t, canaryPassword)
	s := connectedTo(t, "pocketbase", site)
	var hay haystack
	s.observe = func(r reply) { hay.add("the API", r.body+fmt.Sprint(r.header)) }

	before := site.cards(t)
	write := writeCard()
	write["arguments"].(map[string]any)["cardNumber"] = canaryCard
	request := ask(readCards(), write)
	request["integrationId"], request["debug"] = "pocketbase", true
	v := s.visitor(t, s.newLink(t, request))
	v.observe = func(page string) { hay.add("the pages", page) }

	shown := v.next(v.submit(v.claim().asks(), map[string]string{"username": "ada@example.com", "password": canaryPassword}))
	expect(t, "after the password", shown.asks().kind(), "one_time_code")
	code := site.code(t)
	shown = v.next(v.submit(shown.asks(), map[string]string{"code": otherThan(code)}))
	expect(t, "after a wrong code", shown.asks().kind(), "one_time_code")
	if shown.byID("reason") == nil {
		t.Error("the page does not say that the code was wrong")
	}
	shown = v.next(v.submit(shown.asks(), map[string]string{"code": code}))
	expect(t, "the end", shown.end(), "complete")

	link := s.link(t, v.link.LinkID)
	expect(t, "the operations", statuses(link.Operations), "complete complete")
	expectCards(t, link, before)
	after := site.cards(t)
	if len(after) != len(before)+1 || !slices.Equal(after[1:], before) {
		t.Fatalf("the site has %+v after %+v", after, before)
	}
	expect(t, "the card at the site", after[0], storedCard{ID: after[0].ID, Number: canaryCard, Last4: canaryCard[12:],
		Kind: "credit_card", Expires: "12/30", Holder: "Ada Example", Zip: "98101", Preferred: true})

	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	hay.addFolder(t, s.folder, "at rest")
	hay.add("the log", s.logs.String())
	for _, found := range hay.find(t, code) {
		t.Error(found)
	}
}

// otherThan is a code that is not this one.
func otherThan(code string) string {
	return string('0'+('9'-code[0])) + code[1:]
}

// expectCards compares what was read with what the site had.
func expectCards(t *testing.T, link linkNow, stored []storedCard) {
	t.Helper()
	var result struct {
		Operations []struct {
			Data struct {
				PaymentMethods []struct {
					VendorID, Last4, Type, Brand, ExpirationDate, BillingZip string
					IsDefault                                                bool
				}
			}
		}
	}
	if err := json.Unmarshal(link.Result, &result); err != nil {
		t.Fatal(err)
	}
	if len(result.Operations) == 0 {
		t.Fatalf("no result: %s", link.Result)
	}
	var read []storedCard
	for _, card := range result.Operations[0].Data.PaymentMethods {
		read = append(read, storedCard{ID: card.VendorID, Last4: card.Last4, Kind: card.Type, Brand: card.Brand,
			Expires: card.ExpirationDate, Zip: card.BillingZip, Preferred: card.IsDefault})
	}
	if !slices.Equal(read, stored) {
		t.Errorf("read %+v\nwhere the site has %+v", read, stored)
	}
}
