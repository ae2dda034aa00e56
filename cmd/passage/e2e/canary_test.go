package e2e

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"passage/automation/sandbox"
)

// The secrets that are planted. None of them may be anywhere afterwards.
const (
	canaryPassword = `Canary/pass+wörd&7 <x>"`
	canaryCode     = "715026"
	canaryAnswer   = "Canary's first pet"
	canaryCard     = "4539578763621486"
	canaryCVV      = "0739"
)

// canaries are the planted secrets and those of the carrier that were typed.
var canaries = []string{canaryPassword, canaryCode, canaryAnswer, canaryCard, canaryCVV, sandbox.Password, sandbox.Code}

// disguises are the forms that a secret may hide in.
func disguises(t *testing.T, secret string) map[string]string {
	t.Helper()
	quoted, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	forms := map[string]string{
		"plain": secret, "query": url.QueryEscape(secret), "path": url.PathEscape(secret), "html": html.EscapeString(secret),
		"json": strings.Trim(string(quoted), `"`), "go": strings.Trim(fmt.Sprintf("%q", secret), `"`),
		"hex": hex.EncodeToString([]byte(secret)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(secret))),
		"base64": base64.RawStdEncoding.EncodeToString([]byte(secret)), "base64url": base64.RawURLEncoding.EncodeToString([]byte(secret)),
	}
	if secret == canaryCard {
		forms["spaced"], forms["dashed"] = "4539 5787 6362 1486", "4539-5787-6362-1486"
	}
	if len(secret) > len(canaryCVV) { // inside a longer text: the characters that its neighbours do not change
		for before := 1; before <= 2; before++ {
			inside := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + secret))
			forms[fmt.Sprint("base64 after ", before)] = inside[before+1 : (before+len(secret))*8/6]
		}
	}
	return forms
}

// holds finds a form in a text. Digits alone also occur by chance, inside of
// times and ids: only what stands for itself counts.
func holds(text, form string) bool {
	const digits, letters = "0123456789", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-"
	before, after := "", ""
	switch {
	case form == canaryCVV:
		before, after = digits+letters, digits+letters
	case strings.Trim(form, digits) == "":
		before, after = digits+".", digits
	}
	for {
		at := strings.Index(text, form)
		if at < 0 {
			return false
		}
		end := at + len(form)
		if (at == 0 || strings.IndexByte(before, text[at-1]) < 0) && (end == len(text) || strings.IndexByte(after, text[end]) < 0) {
			return true
		}
		text = text[end:]
	}
}

// haystack is everything that came out of a system, by where it was found.
type haystack struct {
	mu    sync.Mutex
	texts map[string]*strings.Builder
}

func (h *haystack) add(where, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.texts == nil {
		h.texts = map[string]*strings.Builder{}
	}
	if h.texts[where] == nil {
		h.texts[where] = &strings.Builder{}
	}
	h.texts[where].WriteString(text + "\n")
}

// find names the places and forms in which canaries were found, and further
// secrets.
func (h *haystack) find(t *testing.T, further ...string) (found []string) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, secret := range append(further, canaries...) {
		for form, written := range disguises(t, secret) {
			for where, text := range h.texts {
				if holds(text.String(), written) {
					found = append(found, fmt.Sprintf("%q as %s in %s", secret, form, where))
				}
			}
		}
	}
	return found
}

// addFolder adds every file as it lies on the disk.
func (h *haystack) addFolder(t *testing.T, folder, when string) {
	t.Helper()
	files := os.DirFS(folder)
	if err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		h.add(path+" "+when, string(content))
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestHaystack_FindsACanaryInEveryForm(t *testing.T) {
	t.Parallel()
	for _, secret := range canaries {
		for form, written := range disguises(t, secret) {
			var hay haystack
			hay.add("a text", "before:"+written+"\x00after")
			if len(hay.find(t)) == 0 {
				t.Errorf("%q as %s is not found", secret, form)
			}
		}
	}
	var hay haystack
	hay.add("a text", `{"at":1795438715026,"took":1.715026,"id":"a0739b"}`)
	if found := hay.find(t); len(found) > 0 {
		t.Errorf("found by chance: %v", found)
	}
}

// canaryLink is a link with planted arguments, recorded in full.
func (s *stack) canaryLink(t *testing.T, webhook string) created {
	t.Helper()
	write := writeCard()
	arguments := write["arguments"].(map[string]any)
	arguments["cardNumber"], arguments["cvv"] = canaryCard, canaryCVV
	request := ask(readCards(), write, readBills())
	request["debug"], request["webhookUrl"] = true, webhook
	return s.newLink(t, request)
}

// Whatever is typed or handed in, with failures and successes, at the most
// talkative log level: nothing of it is in a log, a file, a reply, a page, a
// stream or a webhook.
func TestSecrets_AreStoredLoggedAndShownNowhere(t *testing.T) {
	t.Parallel()
	s := ownStack(t)
	var hay haystack
	s.observe = func(r reply) { hay.add("the API", r.body+fmt.Sprint(r.header)) }
	address, arrivals := receiver(t)

	var visits sync.WaitGroup
	for _, visit := range []struct {
		scenario string
		attempts [][]map[string]string
		codes    []string
	}{
		{"code", [][]map[string]string{
			{password(canaryPassword), password(sandbox.Password), code(canaryCode), code(canaryCode), code(canaryCode)},
			{password(sandbox.Password), code(canaryCode), code(sandbox.Code)},
		}, []string{"MFA_FAILED", "complete"}},
		{"declined", [][]map[string]string{{password(sandbox.Password)}}, []string{"OPERATION_REJECTED"}},
		{"unconfirmed", [][]map[string]string{{password(canaryPassword), password(sandbox.Password)}, {password(sandbox.Password)}},
			[]string{"OPERATION_UNKNOWN", "complete"}},
		{"question", [][]map[string]string{{password(sandbox.Password), {"text": canaryAnswer}, {"text": canaryAnswer}, {"text": canaryAnswer}}},
			[]string{"MFA_FAILED"}},
	} {
		v := s.visitor(t, s.canaryLink(t, address))
		v.observe = func(page string) { hay.add("the pages", page) }
		username := someone(t, visit.scenario).Username
		var last *screen
		for n, answers := range visit.attempts {
			shown := v.claim()
			if last != nil {
				shown = v.get(shown.url)
			}
			events, _ := v.follow(shown.url)
			visits.Go(func() {
				for message := range events {
					hay.add("the streams", message.data)
				}
			})
			for _, answer := range answers {
				if shown.asks() == nil {
					t.Fatalf("%s: %q asks nothing; the link: %s", visit.scenario, shown.title(), s.link(t, v.link.LinkID).code())
				}
				if shown.asks().takes["username"] {
					answer["username"] = username
				}
				shown = v.next(v.submit(shown.asks(), answer))
			}
			last = shown
			expect(t, visit.scenario, s.link(t, v.link.LinkID).code(), visit.codes[n])
			hay.add("a webhook", string((<-arrivals).body))
		}
		link := s.link(t, v.link.LinkID)
		for _, session := range link.Sessions {
			s.session(t, session.ID)
		}
		s.call(t, http.MethodGet, "/v1/links/"+link.ID+"/sessions", nil)
		v.get(v.link.ClaimURL)
	}
	visits.Wait()
	for _, path := range []string{"/v1/links", "/v1/events", "/v1/providers", "/openapi.json"} {
		s.call(t, http.MethodGet, path, nil)
	}
	s.call(t, http.MethodPost, "/v1/links", map[string]any{"integrationId": "demo", "operations": []any{map[string]any{
		"resource": "paymentMethod", "action": "write", "arguments": map[string]any{"cardNumber": canaryCard + "0", "cvv": canaryCVV + canaryCVV,
			"password": canaryPassword, canaryCard: 1}}}}).want(t, http.StatusBadRequest, nil)

	hay.addFolder(t, s.folder, "at work")
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	hay.addFolder(t, s.folder, "at rest")
	hay.add("the log", s.logs.String())
	for _, place := range []string{"the API", "the pages", "the streams", "a webhook", "the log", "passage.db at rest", "passage.db-wal at work"} {
		if hay.texts[place] == nil {
			t.Errorf("nothing was collected from %s", place)
		}
	}
	for _, found := range hay.find(t) {
		t.Error(found)
	}
}

func password(value string) map[string]string { return map[string]string{"password": value} }
func code(value string) map[string]string     { return map[string]string{"code": value} }
