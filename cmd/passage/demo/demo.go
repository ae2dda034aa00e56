// Package demo is a server with what one can try it on: a demo carrier, a demo
// shop, the gallery of screens, and a scripted end user with a browser of their
// own. It is never part of passage serve.
package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"passage/automation/sandbox"
	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
	"passage/cmd/passage/server"
	"passage/db"
)

// The merchant and the operator of the demo.
const (
	Merchant = "Acme Shop"
	Operator = "operator@demo.example"
)

// Options say where the demo is and what it works with.
type Options struct {
	Addr, AdminAddr string
	Data            string // the folder of the database
	PublicURL       string // "": http:// and the address
	AssetsDir       string // see server.Extras
	Browser         config.BrowserFlags
	Integrations    config.IntegrationsFlag
	Carrier         sandbox.CarrierOptions
	Sites           map[string]string // of further integrations, as --site gives them
}

// Demo is a server with its surroundings: a carrier, its payment processor and
// a shop, each on an address of its own.
type Demo struct {
	*server.Server
	Carrier  *server.Carrier
	Shop     server.Listener
	Key      string
	Password string // of the operator
	browser  config.BrowserFlags
	client   *http.Client
	console  *console.Console
}

// Open makes the server and what surrounds it, ready to Play.
func Open(ctx context.Context, options Options, out *console.Console) (*Demo, error) {
	d := &Demo{console: out, browser: options.Browser, Password: rand.Text(), client: &http.Client{Timeout: 15 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	var err error
	if d.Carrier, err = server.BindCarrier(options.Carrier, "127.0.0.1:0"); err != nil {
		return nil, err
	}
	beside := append(d.Carrier.Listeners(), &d.Shop)
	if d.Shop.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, errors.Join(fmt.Errorf("listen for the shop: %w", err), server.CloseAll(d.Carrier.Listeners()))
	}
	sites := map[string]string{}
	maps.Copy(sites, options.Sites)
	sites["demo"] = d.Carrier.SiteFlag()
	settings, err := config.Flags{
		DataFlag: config.DataFlag{Data: options.Data}, BrowserFlags: options.Browser, IntegrationsFlag: options.Integrations, AdminAddr: options.AdminAddr, PublicURL: options.PublicURL, Site: sites,
		WebhookAllow: []string{"127.0.0.1"}, OperatorName: "The Passage demo",
	}.Check(options.Addr, out.Logger)
	if err == nil {
		d.Server, err = server.New(ctx, settings, out, server.Extras{Gallery: http.HandlerFunc(showGallery), AssetsDir: options.AssetsDir})
	}
	if err != nil {
		return nil, errors.Join(err, server.CloseAll(beside))
	}
	d.ServeBeside(beside)
	if err := d.enrol(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// enrol makes the shop a merchant and adds an operator.
func (d *Demo) enrol(ctx context.Context) error {
	organization, err := d.DB.EnsureOrganization(ctx, Merchant)
	if err != nil {
		return err
	}
	if d.Key, err = d.DB.CreateKey(ctx, db.NewKey{OrganizationID: organization.ID, Name: "The demo's shop", Actor: "the demo"}); err != nil {
		return err
	}
	branding := organization.Branding
	branding.EmbedOrigins = []string{"http://" + d.Shop.Addr().String()}
	if err := d.DB.SetBranding(ctx, organization.ID, branding, "passage demo"); err != nil {
		return err
	}
	d.Shop.Handler = sandbox.NewMerchant(sandbox.MerchantOptions{
		API: "http://" + d.Public.Addr().String(), Key: func() string { return d.Key },
	})
	if err := d.DB.CreateOperator(ctx, Operator, d.Password); err != nil {
		return d.DB.SetPassword(ctx, Operator, d.Password) // a folder that was used before
	}
	return nil
}

// Play runs the demo until do returns or the context ends.
func (d *Demo) Play(ctx context.Context, do func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return d.Run(ctx) })
	group.Go(func() error {
		defer stop()
		return do(ctx)
	})
	return group.Wait()
}

// NewClaim has the shop make a link, as its button does, and returns the claim
// URL and the link's id.
func (d *Demo) NewClaim(ctx context.Context, card string) (claimURL string, err error) {
	body := strings.NewReader(url.Values{"card": {card}}.Encode())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+d.Shop.Addr().String()+"/connect", body)
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

// Invite prints what to try, and waits until the context ends.
func (d *Demo) Invite(ctx context.Context) error {
	claimURL, err := d.NewClaim(ctx, "store")
	if err != nil {
		return err
	}
	if err := d.console.Printf(`
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

Other users of Demo Mobile, all with that password:
`, Merchant, claimURL, sandbox.Domain, sandbox.Password, sandbox.Code,
		d.Shop.Addr(), Merchant, d.Admin.Addr(), Operator, d.Password, d.PublicURL, d.Carrier.SiteListener.Addr(), d.Carrier.SiteFlag()); err != nil {
		return err
	}
	if err := server.PrintScenarios(d.console.Stdout); err != nil {
		return err
	}
	if err := d.console.Printf("\nPress Ctrl-C to end.\n"); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
