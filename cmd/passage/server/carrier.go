package server

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"text/tabwriter"

	"passage/automation/sandbox"
	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
	"passage/views/docs"
)

// Carrier is Demo Mobile and its payment processor, each at an address of its
// own on this machine: the card form is on another site than the carrier, as
// real ones are.
type Carrier struct {
	*sandbox.Carrier
	SiteListener, FrameListener Listener
}

// BindCarrier makes a carrier and binds its site to an address of this machine.
func BindCarrier(options sandbox.CarrierOptions, address string) (*Carrier, error) {
	c := &Carrier{}
	var err error
	if c.SiteListener.Listener, err = net.Listen("tcp", address); err != nil {
		return nil, fmt.Errorf("listen for the demo carrier: %w", err)
	}
	if c.FrameListener.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, errors.Join(fmt.Errorf("listen for its payment processor: %w", err), c.SiteListener.Close())
	}
	options.FrameURL = func() string { return "http://" + c.frameHost() }
	c.Carrier = sandbox.NewCarrier(options)
	c.SiteListener.Handler, c.FrameListener.Handler = c.Site(), c.CardFrame()
	return c, nil
}

// Listeners are those of the site and of the payment processor.
func (c *Carrier) Listeners() []*Listener { return []*Listener{&c.SiteListener, &c.FrameListener} }

func (c *Carrier) frameHost() string {
	return fmt.Sprintf("localhost:%d", c.FrameListener.Addr().(*net.TCPAddr).Port)
}

// SiteFlag is the value of --site that points the integration to the carrier.
func (c *Carrier) SiteFlag() string {
	return "http://" + c.SiteListener.Addr().String() + "," + c.frameHost()
}

// PrintScenarios lists the users of the carrier.
func PrintScenarios(to io.Writer) error {
	table := tabwriter.NewWriter(to, 4, 0, 2, ' ', 0)
	for _, scenario := range sandbox.Scenarios() {
		fmt.Fprintf(table, "    %s\t%s\n", scenario.Username, scenario.About)
	}
	return table.Flush()
}

// bindSandbox makes the demo carrier and points its integration to it.
func bindSandbox(flags *config.Flags) (*Carrier, error) {
	if _, pointed := flags.Site["demo"]; pointed {
		return nil, console.Usage(errors.New("--sandbox: it sets the site of demo; remove --site demo=…"))
	}
	if err := config.CheckAddress(flags.SandboxAddr); err != nil {
		return nil, console.Usage(fmt.Errorf("--sandbox-addr: %w", err))
	}
	if !config.IsLoopback(flags.SandboxAddr) {
		return nil, console.Usage(fmt.Errorf("--sandbox-addr: %s is not a loopback address such as 127.0.0.1:8090", flags.SandboxAddr))
	}
	carrier, err := BindCarrier(sandbox.CarrierOptions{}, flags.SandboxAddr)
	if err != nil {
		return nil, err
	}
	sites := map[string]string{"demo": carrier.SiteFlag()}
	maps.Copy(sites, flags.Site)
	flags.Site = sites
	return carrier, nil
}

// sandboxReference lists the users of the sandbox, for the reference; nil if there
// is no sandbox.
func sandboxReference(f config.Flags) *docs.Sandbox {
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
