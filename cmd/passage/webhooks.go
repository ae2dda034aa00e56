package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
	"passage/cmd/passage/server"
	"passage/db"
	"passage/web/webhook"
)

// webhooksCommand has tools for authors of receivers.
type webhooksCommand struct {
	Listen webhooksListen `cmd:"" help:"Receive webhooks on this machine, check their signatures and print them."`
	Test   webhooksTest   `cmd:"" help:"Send a signed test event to a URL, and print the result."`
}

type webhooksListen struct {
	Addr   string `help:"Address to listen on. Must be loopback." default:"127.0.0.1:9000"`
	KeyURL string `help:"Check X-Passage-Signature with the keys at this URL: the server's /.well-known/jwks.json."`
	Secret string `help:"Check webhook-signature with this secret, from \"keys show-webhook\"." placeholder:"whsec_…"`
}

type webhooksTest struct {
	config.DataFlag
	Org          string   `help:"The name of the merchant whose keys sign." required:""`
	URL          string   `help:"Where to send it." required:""`
	WebhookAllow []string `help:"Private hosts or networks that webhooks may be sent to, over http too. May be repeated." placeholder:"HOST|CIDR"`
}

// Run receives until the context ends.
func (c *webhooksListen) Run(ctx context.Context, out *console.Console) error {
	if err := c.check(); err != nil {
		return err
	}
	var listening net.ListenConfig
	bound, err := listening.Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("--addr: %w", err)
	}
	if err := out.Printf("Send webhooks to http://%s.\n", bound.Addr()); err != nil {
		return errors.Join(err, bound.Close())
	}
	printer := &deliveryPrinter{out: out, verifier: webhook.Verifier{
		Secret: c.Secret, KeyURL: c.KeyURL, Client: &http.Client{Timeout: keyTime}}}
	return server.Listener{Listener: bound, Handler: printer}.Serve(ctx, out)
}

// keyTime is the time limit for fetching the keys; the sender waits ten seconds in
// all.
const keyTime = 5 * time.Second

func (c *webhooksListen) check() error {
	var errs []error
	if !config.IsLoopback(c.Addr) {
		errs = append(errs, errors.New("--addr: give a loopback address, such as 127.0.0.1:9000; webhooks are printed"))
	}
	if c.KeyURL == "" && c.Secret == "" {
		errs = append(errs, errors.New("--key-url or --secret: give one, or both, to check the signatures with"))
	}
	return console.Usage(errors.Join(errs...))
}

// deliveryPrinter is a merchant's receiver that prints what it gets.
type deliveryPrinter struct {
	verifier webhook.Verifier

	mu  sync.Mutex // one delivery at a time
	out *console.Console
}

// maxDelivery is larger than any webhook, in bytes.
const maxDelivery = 8 << 20

// ServeHTTP prints a delivery with valid signatures. Of any other it prints only
// the error, because anyone may have sent it.
func (p *deliveryPrinter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "Webhooks are posted here.", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDelivery))
	if err == nil {
		err = p.verifier.Verify(r.Context(), r.Header, body)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		fmt.Fprintf(p.out.Stderr, "Rejected: %q\n", err.Error())
		http.Error(w, "The signature does not fit.", http.StatusBadRequest)
		return
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, body, "", "  "); err != nil {
		http.Error(w, "This is not JSON.", http.StatusBadRequest)
		return
	}
	if err := p.out.Printf("%s\n", &indented); err != nil {
		http.Error(w, "It cannot be printed.", http.StatusInternalServerError)
	}
}

// Run sends one event.
func (c *webhooksTest) Run(ctx context.Context, out *console.Console) error {
	allow, err := webhook.ParseAllow(c.WebhookAllow)
	if err != nil {
		return console.Usage(fmt.Errorf("--webhook-allow: %w", err))
	}
	return withMerchant(ctx, c.Data, c.Org, func(database *db.DB, organization db.Organization) error {
		try, err := webhook.New(webhook.Options{DB: database, Allow: allow, Logger: out.Logger}).Test(ctx, organization.ID, c.URL)
		if err != nil {
			return err
		}
		if try.Reply != "" {
			fmt.Fprintf(out.Stderr, "The reply starts with: %s\n", try.Reply)
		}
		if try.Error != "" {
			return fmt.Errorf("not accepted: %s", try.Error)
		}
		return out.Printf("Accepted with status %d after %d ms.\n", *try.StatusCode, try.Took)
	})
}
