package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"time"

	"passage/automation/browser"
	"passage/automation/browser/chrome"
	"passage/automation/sandbox"
	"passage/automation/secret"
)

// Auto plays a user in a browser of its own, from the claim URL to the shop's
// page, and checks the result with the API. It returns an error if the
// session does not end as the scenario expects.
func (d *Demo) Auto(ctx context.Context, scenario sandbox.Scenario) (err error) {
	folder, err := os.MkdirTemp("", "passage-person-")
	if err != nil {
		return fmt.Errorf("make a temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	flags := d.browser
	flags.Browsers, flags.BrowserSpares = 1, 0
	browsers, err := flags.NewPool(chrome.Options{Dir: folder, Logger: d.console.Logger})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	closed := make(chan error, 1)
	go func() { closed <- browsers.Run(ctx) }()
	defer func() { stop(); err = errors.Join(err, <-closed) }()

	window, err := browsers.Acquire(ctx, browser.Policy{AllowPrivate: true, Redactor: secret.NewRedactor(),
		Hosts: []string{d.PublicURL.Host, d.Shop.Addr().String()}}, func(int) {})
	if err != nil {
		return err
	}
	defer window.Close()
	return d.visit(ctx, &person{page: window.Page(), scenario: scenario, say: d.console.Printf})
}

// visit goes from the shop's button to its last page, for one link.
func (d *Demo) visit(ctx context.Context, p *person) error {
	begin := time.Now()
	claimURL, err := d.NewClaim(ctx, "store")
	if err != nil {
		return err
	}
	if err := d.console.Printf("%s %s\nclaim URL: %s\n", p.scenario.Username, p.scenario.About, claimURL); err != nil {
		return err
	}
	p.code = func(ctx context.Context) (string, error) {
		link, err := d.DB.LinkByCode(ctx, path.Base(claimURL))
		if err != nil {
			return "", err
		}
		if link.Error == nil {
			return "", errors.New("the page says that the session failed, but the link holds no error")
		}
		return link.Error.Code, nil
	}
	linkID, code, err := p.connect(ctx, claimURL)
	if err != nil {
		return err
	}
	if linkID == "" {
		return d.checkFailure(p.scenario, code)
	}
	result, err := d.checkResult(ctx, linkID)
	if err != nil {
		return err
	}
	return d.console.Printf("%s is complete after %s; the shop's page shows it. The result:\n%s\n",
		linkID, time.Since(begin).Round(100*time.Millisecond), result)
}

// checkFailure accepts the failure that the scenario expects.
func (d *Demo) checkFailure(scenario sandbox.Scenario, code string) error {
	if code != scenario.Again {
		return fmt.Errorf("%s ended with %s, not with %s", scenario.Name, code, scenario.Again)
	}
	return d.console.Printf("The link failed with %s, as this scenario expects.\n", code)
}

// checkResult fetches the link from the API, as a merchant's server does.
func (d *Demo) checkResult(ctx context.Context, linkID string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet,
		"http://"+d.Public.Addr().String()+"/v1/links/"+url.PathEscape(linkID), nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+d.Key)
	reply, err := d.client.Do(request)
	if err != nil {
		return "", fmt.Errorf("fetch the link: %w", err)
	}
	body, err := io.ReadAll(reply.Body)
	if err := errors.Join(err, reply.Body.Close()); err != nil {
		return "", fmt.Errorf("fetch the link: %w", err)
	}
	var link struct {
		Status string
		Result json.RawMessage
	}
	if err := json.Unmarshal(body, &link); err != nil {
		return "", fmt.Errorf("read the link: %w", err)
	}
	if link.Status != "complete" || len(link.Result) == 0 {
		return "", fmt.Errorf("the shop was reached, but the link is %s", link.Status)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, link.Result, "", "  "); err != nil {
		return "", fmt.Errorf("read the result: %w", err)
	}
	return pretty.String(), nil
}
