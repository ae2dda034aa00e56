package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"text/tabwriter"

	"passage/automation/sandbox"
	"passage/views/docs"
)

// carrier is Demo Mobile and its payment processor, each at an address of its
// own on this machine: the card form is on another site than the carrier, as
// real ones are.
type carrier struct {
	*sandbox.Carrier
	site, frame listener
}

// bindCarrier makes a carrier whose site is at an address of this machine.
func bindCarrier(options sandbox.CarrierOptions, address string) (*carrier, error) {
	c := &carrier{}
	var err error
	if c.site.Listener, err = net.Listen("tcp", address); err != nil {
		return nil, fmt.Errorf("listen for the demo carrier: %w", err)
	}
	if c.frame.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, errors.Join(fmt.Errorf("listen for its payment processor: %w", err), c.site.Close())
	}
	options.FrameURL = func() string { return "http://" + c.frameHost() }
	c.Carrier = sandbox.NewCarrier(options)
	c.site.handler, c.frame.handler = c.Site(), c.CardFrame()
	return c, nil
}

func (c *carrier) listeners() []*listener { return []*listener{&c.site, &c.frame} }

func (c *carrier) frameHost() string {
	return fmt.Sprintf("localhost:%d", c.frame.Addr().(*net.TCPAddr).Port)
}

// address is where the carrier's integration is pointed to, as --site says it.
func (c *carrier) address() string { return "http://" + c.site.Addr().String() + "," + c.frameHost() }

// sandbox tells merchants whom their test links are tried as; nil where there
// is no sandbox.
func (f serverFlags) sandbox() *docs.Sandbox {
	if !f.Sandbox {
		return nil
	}
	shown := &docs.Sandbox{Service: "Demo Mobile", Password: sandbox.Password, Code: sandbox.Code}
	for _, scenario := range sandbox.Scenarios() {
		user := docs.Field{Name: scenario.Username, About: scenario.About}
		if scenario.Outcome != sandbox.Complete {
			user.About += ": `" + scenario.Outcome + "`"
		}
		shown.Users = append(shown.Users, user)
	}
	return shown
}

// printScenarios lists whom to log in as.
func printScenarios(to io.Writer) error {
	table := tabwriter.NewWriter(to, 4, 0, 2, ' ', 0)
	for _, scenario := range sandbox.Scenarios() {
		fmt.Fprintf(table, "    %s\t%s\n", scenario.Username, scenario.About)
	}
	return table.Flush()
}

func scenarioNames() []string {
	var names []string
	for _, scenario := range sandbox.Scenarios() {
		names = append(names, scenario.Name)
	}
	return names
}
