package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"

	"passage/automation/sandbox"
)

// person is a user of the hosted pages: an HTTP client with cookies.
type person struct {
	client  http.Client
	site    string // Passage
	session string // the path of the session's page
	page    string // what was shown last
}

func (s *server) person() (*person, error) {
	jar, err := cookiejar.New(nil)
	client := *s.client
	client.Jar = jar
	return &person{client: client, site: s.address}, err
}

// claim presses the claim page's button and loads the page that it leads to.
func (p *person) claim(ctx context.Context, claimURL string) error {
	to, err := p.post(ctx, claimURL, nil)
	if err != nil {
		return err
	}
	p.session = to
	return p.show(ctx)
}

func (p *person) show(ctx context.Context) (err error) {
	p.page, err = p.get(ctx, p.session)
	return err
}

var promptID = regexp.MustCompile(`name="promptId" value="([^"]+)"`)

// answerCredentials answers the form that is on the screen.
func (p *person) answerCredentials(ctx context.Context, as sandbox.Scenario) error {
	found := promptID.FindStringSubmatch(p.page)
	if found == nil || !strings.Contains(p.page, `name="password"`) {
		return errors.New("there is no form for credentials on the page")
	}
	form := url.Values{"promptId": {found[1]}}
	for name, value := range as.Person().Answer("credentials") {
		form.Set(name, value)
	}
	if _, err := p.post(ctx, p.site+p.session+"/answer", form); err != nil {
		return err
	}
	return p.show(ctx)
}

// follow reads the session's live events, as its page does, line by line until
// enough is true of one or the session ends. The stream stays open until close.
func (p *person) follow(ctx context.Context, enough func(line string) bool) (stream io.Closer, found bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.site+p.session+"/events", nil)
	if err != nil {
		return nil, false, err
	}
	reply, err := p.client.Do(request)
	if err != nil {
		return nil, false, err
	}
	lines := bufio.NewScanner(reply.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if enough(lines.Text()) {
			return reply.Body, true, nil
		}
	}
	return reply.Body, false, lines.Err()
}

// showing is true of a line that contains a text.
func showing(text string) func(string) bool {
	return func(line string) bool { return strings.Contains(line, text) }
}

// wait follows the session until it asks for something, and keeps following.
func (p *person) wait(ctx context.Context, field string) (io.Closer, error) {
	stream, asked, err := p.follow(ctx, showing(field))
	if err == nil && !asked {
		err = errors.New("the session ended instead of waiting")
	}
	if err != nil && stream != nil {
		err, stream = errors.Join(err, stream.Close()), nil
	}
	return stream, err
}

// logIn makes a new user, who claims a link and submits credentials.
func (s *server) logIn(ctx context.Context, claimURL string, as sandbox.Scenario) (*person, error) {
	user, err := s.person()
	if err != nil {
		return nil, err
	}
	if err := user.claim(ctx, claimURL); err != nil {
		return nil, err
	}
	return user, user.answerCredentials(ctx, as)
}

// connect runs a whole session, from the claim to its end, for a user who is asked
// only for credentials.
func (s *server) connect(ctx context.Context, claimURL string, as sandbox.Scenario) error {
	user, err := s.logIn(ctx, claimURL, as)
	if err != nil {
		return err
	}
	stream, asked, err := user.follow(ctx, showing(`name="promptId"`))
	if err != nil {
		return err
	}
	if asked {
		err = errors.New("the session asks for more than credentials")
	}
	return errors.Join(err, stream.Close())
}

func (p *person) get(ctx context.Context, path string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.site+path, nil)
	if err != nil {
		return "", err
	}
	status, body, _, err := p.do(request)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("GET %s: status %d", path, status)
	}
	return body, err
}

// post sends a form and returns where the answer leads.
func (p *person) post(ctx context.Context, address string, form url.Values) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, body, to, err := p.do(request)
	if err == nil && status != http.StatusSeeOther {
		err = fmt.Errorf("POST %s: status %d: %.300s", address, status, body)
	}
	return to, err
}

func (p *person) do(request *http.Request) (status int, body, location string, err error) {
	request.Header.Set("Accept", "text/html")
	reply, err := p.client.Do(request)
	if err != nil {
		return 0, "", "", err
	}
	text, err := io.ReadAll(reply.Body)
	return reply.StatusCode, string(text), reply.Header.Get("Location"), errors.Join(err, reply.Body.Close())
}
