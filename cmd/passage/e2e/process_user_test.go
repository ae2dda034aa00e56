package e2e

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"passage/automation/sandbox"
)

// processUser is somebody with a browser without JavaScript who connects an
// account.
type processUser struct {
	t        *testing.T
	merchant *processMerchant
	link     processLink
	scenario string
	answers  *sandbox.Person
	client   *http.Client
	session  string // its path
	answered string // the prompt that was answered last
}

// newProcessUser is somebody of a scenario, a customer of their own for each test.
func newProcessUser(t *testing.T, m *processMerchant, link processLink, scenario string) *processUser {
	t.Helper()
	user, ok := sandbox.ScenarioOf(scenario)
	if !ok {
		t.Fatalf("there is no scenario %s", scenario)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &processUser{t: t, merchant: m, link: link, scenario: scenario, answers: user.Person(),
		client: &http.Client{Jar: jar, Transport: plainClient.Transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// claim presses the button of the claim page.
func (p *processUser) claim() {
	p.t.Helper()
	claim, err := url.Parse(p.link.ClaimURL)
	if err != nil {
		p.t.Fatal(err)
	}
	reply := p.post(claim.Path, nil)
	p.session = reply.Header.Get("Location")
	if !strings.HasPrefix(p.session, "/s/") {
		p.t.Fatalf("the claim of %s led to %d %q", p.link.LinkID, reply.StatusCode, p.session)
	}
	p.answered = ""
}

// again presses “Try again”, or, where the page is gone, opens the claim URL.
func (p *processUser) again() {
	p.t.Helper()
	reply := p.post(p.session+"/retry", nil)
	p.session = reply.Header.Get("Location")
	if !strings.HasPrefix(p.session, "/s/") {
		p.t.Fatalf("trying again led to %d %q", reply.StatusCode, p.session)
	}
	p.answered = ""
}

func (p *processUser) post(path string, form url.Values) *http.Response {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), processPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.merchant.server.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	reply, err := p.client.Do(request)
	if err != nil {
		p.t.Fatalf("POST %s: %v", path, err)
	}
	reply.Body.Close()
	return reply
}

var (
	promptPattern = regexp.MustCompile(`data-prompt="([^"]*)"`)
	endPattern    = regexp.MustCompile(`data-end="([^"]*)"`)
)

// next waits until the session asks something new or has ended.
func (p *processUser) next() (prompt, end string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), processPatience)
	defer cancel()
	prompt, end, err := p.follow(ctx)
	if err != nil {
		p.t.Fatalf("follow %s: %v", p.session, err)
	}
	return prompt, end
}

// follow reads the session's stream until it asks something new or has ended.
func (p *processUser) follow(ctx context.Context) (prompt, end string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.merchant.server.url+p.session+"/events", nil)
	if err != nil {
		return "", "", err
	}
	reply, err := p.client.Do(request)
	if err != nil {
		return "", "", err
	}
	defer reply.Body.Close()
	event := ""
	for lines := bufio.NewReader(reply.Body); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return "", "", err
		}
		if event += line; line != "\n" {
			continue
		}
		if found := endPattern.FindStringSubmatch(event); found != nil {
			return "", found[1], nil
		}
		if found := promptPattern.FindStringSubmatch(event); found != nil && found[1] != "" && found[1] != p.answered {
			return found[1], "", nil
		}
		event = ""
	}
}

// reaches waits until the session's browser stands at a gate of the site.
func (p *processUser) reaches(gate *requestGate) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), processPatience)
	defer cancel()
	stopped := make(chan string, 1)
	go func() {
		prompt, end, err := p.follow(ctx)
		stopped <- fmt.Sprintf("%q %q %v", prompt, end, err)
	}()
	select {
	case <-gate.reached:
		cancel()
		<-stopped
	case at := <-stopped:
		p.t.Fatalf("instead of %s the session came to %s", gate.request, at)
	}
}

// answer gives the scenario's answer to a question of this kind, once it is open.
func (p *processUser) answer(kind string) {
	p.t.Helper()
	prompt, end := p.next()
	if prompt == "" {
		p.t.Fatalf("the session ended %s instead of asking for %s", end, kind)
	}
	form := url.Values{"promptId": {prompt}}
	for name, value := range p.answers.Answer(kind) {
		form.Set(name, value)
	}
	if reply := p.post(p.session+"/answer", form); reply.StatusCode != http.StatusSeeOther {
		p.t.Fatalf("the answer to %s was met with %d", kind, reply.StatusCode)
	}
	p.answered = prompt
}

// leaves has the person wait for the next question and not answer it.
func (p *processUser) leaves() {
	p.t.Helper()
	prompt, end := p.next()
	if prompt == "" {
		p.t.Fatalf("the session ended %s instead of asking", end)
	}
	p.answered = prompt
}

// connect goes from the claim page to the log-in.
func (p *processUser) connect() {
	p.t.Helper()
	p.claim()
	p.answer("credentials")
}

// logsIn answers every question until the account is open, as the scenario does.
func (p *processUser) logsIn() {
	p.t.Helper()
	p.connect()
	more := map[string][]string{"forgetful": {"credentials", "credentials"}, "clumsy": {"one_time_code", "one_time_code"}}
	for _, kind := range more[p.scenario] {
		p.answer(kind)
	}
}

// cancels presses “Cancel”.
func (p *processUser) cancels() (status int) {
	p.t.Helper()
	return p.post(p.session+"/cancel", nil).StatusCode
}

// ends waits for the session's end.
func (p *processUser) ends(want string) {
	p.t.Helper()
	if prompt, end := p.next(); end != want {
		p.t.Errorf("the session is at %q %q, and should have ended %q", end, prompt, want)
	}
}
