package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"passage/automation/sandbox"
	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
	"passage/cmd/passage/demo"
)

// demoCommand runs a server with a carrier and a shop to try it on.
type demoCommand struct {
	Addr      string `help:"Address for the pages and the API." default:"127.0.0.1:8080"`
	AdminAddr string `help:"Address of the dashboard. Default: loopback, on the port after --addr's."`
	Data      string `help:"Folder of the database. Default: a temporary folder, removed at the end." type:"path"`
	PublicURL string `help:"URL under which users reach --addr. Default: http:// and --addr."`
	Assets    string `help:"Read style sheets, scripts and icons from this folder on every request, while you work on them." type:"path" placeholder:"DIR"`
	Auto      bool   `help:"Play the user in a second browser, from the claim URL to the shop, then exit."`
	Scenario  string `help:"The user that --auto plays. The demo prints the list." default:"code"`
	config.BrowserFlags
	config.IntegrationsFlag
}

// Run serves the demo, or plays one scenario.
func (c *demoCommand) Run(ctx context.Context, out *console.Console) (err error) {
	scenario, ok := sandbox.ScenarioOf(c.Scenario)
	if !ok {
		return console.Usage(fmt.Errorf("--scenario: there is no %q; use one of %s", c.Scenario, strings.Join(scenarioNames(), ", ")))
	}
	if c.Data == "" {
		if c.Data, err = os.MkdirTemp("", "passage-demo-"); err != nil {
			return fmt.Errorf("make a temporary folder: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(c.Data)) }()
	}
	d, err := demo.Open(ctx, demo.Options{
		Addr: c.Addr, AdminAddr: c.AdminAddr, Data: c.Data, PublicURL: c.PublicURL, AssetsDir: c.Assets,
		Browser: c.BrowserFlags, Integrations: c.IntegrationsFlag,
	}, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return d.Play(ctx, func(ctx context.Context) error {
		if c.Auto {
			return d.Auto(ctx, scenario)
		}
		return d.Invite(ctx)
	})
}

func scenarioNames() []string {
	var names []string
	for _, scenario := range sandbox.Scenarios() {
		names = append(names, scenario.Name)
	}
	return names
}
