package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// server is passage serve on an empty data folder, with a merchant's key.
type server struct {
	*held
	passage string // the program
	folder  string
	address string
	key     string
	client  *http.Client
}

var serving = regexp.MustCompile(`^Passage serves (http://[^ ,]+),`)

// serve starts Passage with so many slots for browsers, and further flags.
func (s *suite) serve(ctx context.Context, slots int, flags ...string) (_ *server, err error) {
	folder, err := os.MkdirTemp(s.folder, "data-")
	if err != nil {
		return nil, err
	}
	made := &server{passage: s.passage, folder: folder, client: &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 1000},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if made.key, err = made.createKey(ctx, "Bench"); err != nil {
		return nil, err
	}
	arguments := []string{s.passage, "serve", "--addr", "127.0.0.1:0", "--data", folder, "--browser", s.browser,
		"--browser-slots", strconv.Itoa(slots), "--browser-spares", strconv.Itoa(warmBrowsers), "--api-rate", "0"}
	for _, site := range s.sites {
		arguments = append(arguments, "--site", site.flag())
	}
	if s.noSandbox {
		arguments = append(arguments, "--browser-no-sandbox")
	}
	arguments = append(arguments, flags...)
	if made.held, err = start(ctx, arguments...); err != nil {
		return nil, err
	}
	line, err := made.line()
	if found := serving.FindStringSubmatch(line); err == nil && found != nil {
		made.address = found[1]
		_, err = made.awaitIdle(ctx, 0)
		return made, err
	}
	if err == nil {
		err = fmt.Errorf("it says %q", line)
	}
	return nil, fmt.Errorf("passage serve: %w", made.blame(err))
}

// warmBrowsers are the warm browsers of the server that is measured.
const warmBrowsers = 1

func (s *server) close() error {
	s.client.CloseIdleConnections()
	return s.stop()
}

// createKey makes a merchant and its key.
func (s *server) createKey(ctx context.Context, merchant string) (string, error) {
	made, err := exec.CommandContext(ctx, s.passage, "keys", "create", "--data", s.folder, "--org", merchant).Output() //nolint:gosec // the flag names the program
	if err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	return strings.TrimSpace(string(made)), nil
}

// as is the server, used with a merchant's key.
func (s *server) as(key string) *server {
	theirs := *s
	theirs.key = key
	return &theirs
}

// createLink makes a link to a kind of site as a merchant does.
func (s *server) createLink(ctx context.Context, to kind) (id, claimURL string, err error) {
	body, err := json.Marshal(map[string]any{"integrationId": to.id, "operations": to.operations(to.limit),
		"returnUrl": "https://shop.example/done", "userLabel": "ada@demo.example", "metadata": map[string]string{"cart": "1042"}})
	if err != nil {
		return "", "", err
	}
	var link struct{ LinkID, ClaimURL string }
	err = s.call(ctx, http.MethodPost, "/v1/links", body, &link)
	return link.LinkID, link.ClaimURL, err
}

// createLinks makes links and returns their ids and claim URLs.
func (s *server) createLinks(ctx context.Context, to kind, count int) (ids, claimURLs []string, err error) {
	for range count {
		id, claimURL, err := s.createLink(ctx, to)
		if err != nil {
			return nil, nil, err
		}
		ids, claimURLs = append(ids, id), append(claimURLs, claimURL)
	}
	return ids, claimURLs, nil
}

// listed is the data that the last operation of a kind reads.
type listed struct{ Billing, Orders []any }

// checkComplete makes sure that a link has come to its whole result.
func (s *server) checkComplete(ctx context.Context, to kind, id string) error {
	var link struct {
		Status string
		Error  *struct{ Code string }
		Result struct {
			listed     // where there is one operation
			Operations []struct{ Data listed }
		}
	}
	if err := s.call(ctx, http.MethodGet, "/v1/links/"+id, nil, &link); err != nil {
		return err
	}
	last := link.Result.listed
	if n := len(link.Result.Operations); n > 0 {
		last = link.Result.Operations[n-1].Data
	}
	if count := len(last.Billing) + len(last.Orders); link.Status != "complete" || count != to.limit {
		return fmt.Errorf("a link is %s with %d bills or orders of %d, and %+v", link.Status, count, to.limit, link.Error)
	}
	return nil
}

func (s *server) call(ctx context.Context, method, path string, body []byte, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, s.address+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+s.key)
	request.Header.Set("Content-Type", "application/json")
	if method == http.MethodPost {
		request.Header.Set("Idempotency-Key", rand.Text())
	}
	reply, err := s.client.Do(request)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(reply.Body)
	if err := errors.Join(err, reply.Body.Close()); err != nil {
		return err
	}
	if reply.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s: %s", method, path, reply.Status, text)
	}
	return json.Unmarshal(text, into)
}

// browserFlags are the flags of the warm browser that matter to what a session
// costs: all but those for its pipe, its profile and its way out.
func (s *server) browserFlags() ([]string, error) {
	tree, err := below(s.program)
	if err != nil {
		return nil, err
	}
	for _, p := range tree {
		line, err := commandLine(p.pid)
		if err != nil || p.pid == s.program || isHelper(line) {
			continue
		}
		return slices.DeleteFunc(line[1:], func(flag string) bool {
			return !strings.HasPrefix(flag, "--") || slices.ContainsFunc([]string{"remote-debugging-", "user-data-dir", "proxy-", "host-resolver-"},
				func(name string) bool { return strings.HasPrefix(flag, "--"+name) })
		}), nil
	}
	return nil, errors.New("there is no warm browser")
}

// isHelper reports whether a process is a child of a browser. These rewrite their
// command line, as one string.
func isHelper(line []string) bool { return strings.Contains(strings.Join(line, " "), " --type=") }
