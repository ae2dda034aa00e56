package e2e

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"passage/automation/integrations"
	"passage/automation/sandbox"
	"passage/automation/sandbox/att"
	"passage/automation/sandbox/tmobile"
	"passage/automation/sandbox/ubereats"
	"passage/automation/sandbox/verizon"
)

// sandboxSites are the sites that the four integrations work on here, each origin
// at an address of its own.
type sandboxSites struct {
	tmobile  *tmobile.Carrier
	att      *att.Carrier
	verizon  *verizon.Carrier
	ubereats *ubereats.Site
	sites    map[string]string // as --site has them, by integration
	servers  []*httptest.Server
}

// What tests have no time for: how long the sites' slow pages and approvals take.
const (
	slowPage  = 300 * time.Millisecond
	approving = 400 * time.Millisecond
)

func startSandboxSites() *sandboxSites {
	r := &sandboxSites{sites: map[string]string{}}
	var my, identity, frame, account, signIn, processor, card string
	// The demo has its own Demo Mobile; this one is for variants of its script.
	demo := sandbox.NewCarrier(sandbox.CarrierOptions{FrameURL: func() string { return card }})
	card = elsewhere(r.serve(demo.CardFrame()))
	r.point("demo", r.serve(demo.Site()), card)
	r.tmobile = tmobile.New(tmobile.Options{
		My: func() string { return my }, Identity: func() string { return identity }, Frame: func() string { return frame },
		Slow: slowPage, Approval: approving,
	})
	my, identity, frame = r.serve(r.tmobile.My()), r.serve(r.tmobile.Identity()), elsewhere(r.serve(r.tmobile.CardFrame()))
	r.point("tmobile", my, identity, frame)
	r.att = att.New(att.Options{Account: func() string { return account }, SignIn: func() string { return signIn }, Slow: slowPage})
	account, signIn = r.serve(r.att.Account()), r.serve(r.att.SignIn())
	r.point("att", account, signIn)
	r.verizon = verizon.New(verizon.Options{Processor: func() string { return processor }, Slow: slowPage, Approval: approving})
	processor = elsewhere(r.serve(r.verizon.Processor()))
	r.point("verizon", r.serve(r.verizon.Site()), processor)
	r.ubereats = ubereats.New(ubereats.Options{Slow: slowPage, Survey: time.Hour})
	r.point("ubereats", r.serve(r.ubereats.Handler()))
	return r
}

func (r *sandboxSites) serve(origin http.Handler) (address string) {
	server := httptest.NewServer(origin)
	r.servers = append(r.servers, server)
	return server.URL
}

// elsewhere gives an address a name that makes it another site to a browser.
func elsewhere(address string) string { return strings.Replace(address, "127.0.0.1", "localhost", 1) }

func (r *sandboxSites) point(id, site string, others ...string) {
	for _, other := range others {
		site += "," + strings.TrimPrefix(other, "http://")
	}
	r.sites[id] = site
}

func (r *sandboxSites) close() error {
	for _, server := range r.servers {
		server.CloseClientConnections()
		server.Close()
	}
	return nil
}

// variant is an integration that differs from a built-in one in a few words,
// and works on the same site.
type variant struct {
	of, suffix string
	words      []string // pairs: the words that stand there, and those instead of them
}

// hasty is an integration for sites on which what it waits for never comes.
func hasty(id string, words ...string) variant {
	return variant{of: id, suffix: "-hasty", words: append([]string{"PATIENCE = 20", "PATIENCE = 3"}, words...)}
}

// hastyDemo does not wait as long as a word waits by itself, either.
var hastyDemo = hasty("demo", `wait_for(list = "#payment-methods")`, `wait_for(list = "#payment-methods", timeout = PATIENCE)`)

// slips is an integration with slips of the pen: reading the payment methods
// fails, and the bills that it reads fit no schema.
var slips = variant{of: "verizon", suffix: "-slips", words: []string{
	`"last4": method["last4"]`, `"last4": method["lastFour"]`,
	`"currency": due["currency"]`, `"currency": 7`,
}}

// vary fills the operator's folder with the variants' scripts, and points them
// at the sandbox sites.
func (r *sandboxSites) vary(folder string, further []variant) error {
	if err := os.RemoveAll(folder); err != nil { // of a server before
		return err
	}
	for _, v := range append([]variant{hastyDemo, hasty("tmobile"), hasty("att"), hasty("verizon"), hasty("ubereats"), slips}, further...) {
		source, err := fs.ReadFile(integrations.FS(), v.of+"/integration.star")
		if err != nil {
			return err
		}
		text, id := string(source), v.of+v.suffix
		for words := append([]string{`id = "` + v.of + `"`, `id = "` + id + `"`}, v.words...); len(words) > 0; words = words[2:] {
			if strings.Count(text, words[0]) != 1 {
				return fmt.Errorf("%s: %q is not there once", id, words[0])
			}
			text = strings.Replace(text, words[0], words[1], 1)
		}
		if err := os.MkdirAll(filepath.Join(folder, id), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, id, "integration.star"), []byte(text), 0o600); err != nil {
			return err
		}
		r.sites[id] = r.sites[v.of]
	}
	return nil
}
