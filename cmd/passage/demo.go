package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"passage/automation/sandbox"
	"passage/db"
)

// demoCommand is a server with something to try it on.
type demoCommand struct {
	Addr      string `help:"Address for the pages and the API." default:"127.0.0.1:8080"`
	AdminAddr string `help:"Address of the dashboard; loopback, the port after --addr's, unless said."`
	Data      string `help:"Folder of the database. Unless said, a temporary one that goes with the demo." type:"path"`
	Auto      bool   `help:"Play the person in a second browser, from the claim URL to the shop, and end."`
	Scenario  string `help:"Whom --auto plays; the list is printed by the demo." default:"code"`
	browserFlags
	scriptFlags

	// Tests have no time for slow pages, and more sites to work on.
	carrier sandbox.CarrierOptions `kong:"-"`
	sites   map[string]string      `kong:"-"`
}

// The demo's merchant and operator.
const (
	demoMerchant = "Acme Shop"
	demoOperator = "operator@demo.example"
)

// Run serves the demo, or plays it through once.
func (c *demoCommand) Run(ctx context.Context, out *console) (err error) {
	scenario, ok := sandbox.ScenarioOf(c.Scenario)
	if !ok {
		return asUsage(fmt.Errorf("--scenario: there is no %q; there are %s", c.Scenario, strings.Join(scenarioNames(), ", ")))
	}
	if c.Data == "" {
		if c.Data, err = os.MkdirTemp("", "passage-demo-"); err != nil {
			return fmt.Errorf("make a temporary folder: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(c.Data)) }()
	}
	d, err := c.prepare(ctx, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	return d.play(ctx, func(ctx context.Context) error {
		if c.Auto {
			return d.auto(ctx, scenario)
		}
		return d.invite(ctx)
	})
}

// demo is a server with its surroundings: a carrier, its payment processor and
// a shop, each on an address of its own.
type demo struct {
	*server
	carrier  *carrier
	shop     listener
	key      string
	password string // of the operator
	browser  browserFlags
	client   *http.Client
}

func (c *demoCommand) prepare(ctx context.Context, out *console) (*demo, error) {
	d := &demo{browser: c.browserFlags, password: rand.Text(), client: &http.Client{Timeout: 15 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	var err error
	if d.carrier, err = bindCarrier(c.carrier, "127.0.0.1:0"); err != nil {
		return nil, err
	}
	beside := append(d.carrier.listeners(), &d.shop)
	if d.shop.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, errors.Join(fmt.Errorf("listen for the shop: %w", err), closeAll(d.carrier.listeners()))
	}
	sites := map[string]string{}
	maps.Copy(sites, c.sites)
	sites["demo"] = d.carrier.address()
	settings, err := serverFlags{
		dataFlag: dataFlag{c.Data}, browserFlags: c.browserFlags, scriptFlags: c.scriptFlags, AdminAddr: c.AdminAddr, Site: sites,
		WebhookAllow: []string{"127.0.0.1"}, OperatorName: "The Passage demo",
	}.check(c.Addr, out.logger)
	if err == nil {
		d.server, err = newServer(ctx, settings, out, http.HandlerFunc(showGallery))
	}
	if err != nil {
		return nil, errors.Join(err, closeAll(beside))
	}
	d.serveBeside(beside)
	if err := d.enrol(ctx); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

// enrol makes the shop a merchant, and someone an operator.
func (d *demo) enrol(ctx context.Context) error {
	organization, err := d.db.EnsureOrganization(ctx, demoMerchant)
	if err != nil {
		return err
	}
	if d.key, err = d.db.CreateKey(ctx, db.NewKey{OrganizationID: organization.ID, Name: "The demo's shop", Actor: "the demo"}); err != nil {
		return err
	}
	branding := organization.Branding
	branding.EmbedOrigins = []string{"http://" + d.shop.Addr().String()}
	if err := d.db.SetBranding(ctx, organization.ID, branding, "passage demo"); err != nil {
		return err
	}
	d.shop.handler = sandbox.NewMerchant(sandbox.MerchantOptions{
		API: "http://" + d.public.Addr().String(), Key: func() string { return d.key },
	})
	if err := d.db.CreateOperator(ctx, demoOperator, d.password); err != nil {
		return d.db.SetPassword(ctx, demoOperator, d.password) // a folder that was used before
	}
	return nil
}

// play runs everything until do is done, or until the context ends.
func (d *demo) play(ctx context.Context, do func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return d.run(ctx) })
	group.Go(func() error {
		defer stop()
		return do(ctx)
	})
	return group.Wait()
}

// newClaim has the shop make a link, as its button does, and returns the claim
// URL and the link's id.
func (d *demo) newClaim(ctx context.Context, card string) (claimURL string, err error) {
	body := strings.NewReader(url.Values{"card": {card}}.Encode())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+d.shop.Addr().String()+"/connect", body)
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	reply, err := d.client.Do(request)
	if err != nil {
		return "", fmt.Errorf("make a link: %w", err)
	}
	if err := reply.Body.Close(); err != nil {
		return "", err
	}
	if reply.StatusCode != http.StatusSeeOther {
		return "", fmt.Errorf("make a link: the shop answered %s", reply.Status)
	}
	return reply.Header.Get("Location"), nil
}

// invite prints what there is to try, and waits until it is stopped.
func (d *demo) invite(ctx context.Context) error {
	claimURL, err := d.newClaim(ctx, "store")
	if err != nil {
		return err
	}
	if err := d.console.printf(`
Passage is running. Open this link as a customer of %s would:

    %s

Log in as    code@%s    password    %s    one-time code    %s

More to try:
    http://%s      %s, which makes such links and receives the webhooks
    http://%s      the dashboard: %s, password %s
    %s/gallery     every screen
    http://%s      Demo Mobile, the carrier
    passage integrations try demo --site demo=%s --operation paymentMethod.read
                                their script by hand, step by step

Other people at Demo Mobile, all with that password:
`, demoMerchant, claimURL, sandbox.Domain, sandbox.Password, sandbox.Code,
		d.shop.Addr(), demoMerchant, d.admin.Addr(), demoOperator, d.password, d.publicURL, d.carrier.site.Addr(), d.carrier.address()); err != nil {
		return err
	}
	if err := printScenarios(d.console.stdout); err != nil {
		return err
	}
	if err := d.console.printf("\nPress Ctrl-C to end.\n"); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
