package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"maps"
	"strings"

	"passage/automation/sandbox"
)

// serveCommand is everything, on one machine.
type serveCommand struct {
	Addr string `help:"Address for merchants and their users." default:"127.0.0.1:8080"`
	serverFlags
}

// Run serves until the context ends.
func (c *serveCommand) Run(ctx context.Context, out *console) (err error) {
	// A stop during the start, which is short, is an orderly one after it.
	starting := context.WithoutCancel(ctx)
	s, err := c.prepare(starting, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.greet(starting, c.Data); err != nil {
		return err
	}
	return s.run(ctx)
}

func (c *serveCommand) prepare(ctx context.Context, out *console) (*server, error) {
	var beside []*listener
	if c.Sandbox {
		carrier, err := c.bindSandbox()
		if err != nil {
			return nil, err
		}
		beside = carrier.listeners()
	}
	settings, err := c.check(c.Addr, out.logger)
	var s *server
	if err == nil {
		s, err = newServer(ctx, settings, out, nil)
	}
	if err != nil {
		return nil, errors.Join(err, closeAll(beside))
	}
	s.serveBeside(beside)
	return s, nil
}

// bindSandbox makes the demo carrier and points its integration there.
func (c *serveCommand) bindSandbox() (*carrier, error) {
	if _, pointed := c.Site["demo"]; pointed {
		return nil, asUsage(errors.New("--sandbox: brings its own site for demo; leave --site demo=… out"))
	}
	if err := checkAddress(c.SandboxAddr); err != nil {
		return nil, asUsage(fmt.Errorf("--sandbox-addr: %w", err))
	}
	if !isLoopback(c.SandboxAddr) {
		return nil, asUsage(fmt.Errorf("--sandbox-addr: %s is not an address of this machine only, such as 127.0.0.1:8090", c.SandboxAddr))
	}
	carrier, err := bindCarrier(sandbox.CarrierOptions{}, c.SandboxAddr)
	if err != nil {
		return nil, err
	}
	sites := map[string]string{"demo": carrier.address()}
	maps.Copy(sites, c.Site)
	c.Site = sites
	return carrier, nil
}

// greet says where everything is and, on an empty database, what to do first.
func (s *server) greet(ctx context.Context, folder string) error {
	if err := s.console.printf("Passage serves %s, and the dashboard at http://%s.\n", s.publicURL, s.admin.Addr()); err != nil {
		return err
	}
	if len(s.beside) > 0 {
		if err := s.greetSandbox(); err != nil {
			return err
		}
	}
	organizations, err := s.db.Organizations(ctx)
	if err != nil || len(organizations) > 0 {
		return err
	}
	return s.console.printf(`
Nothing is here yet. In another terminal, make a merchant's API key and an operator for the dashboard:

    passage keys create --data %[1]s --org "Your company"
    passage admin create --data %[1]s --email you@example.com

`, folder)
}

// greetSandbox says whom a merchant's test links can be tried as.
func (s *server) greetSandbox() error {
	err := s.console.printf(`
Sandbox: test keys (passage keys create --test) reach the integration demo, and no other key does. People at Demo Mobile,
all with password %s and one-time code %s; with +anything before the @, somebody alike with an account apart:

`, sandbox.Password, sandbox.Code)
	return errors.Join(err, printScenarios(s.console.stdout))
}

// quiet keeps the HTTP server's own log: broken handshakes and the like are
// for debugging.
func quiet(logger *slog.Logger) *log.Logger { return log.New(debugLog{logger}, "", 0) }

type debugLog struct{ logger *slog.Logger }

func (d debugLog) Write(line []byte) (int, error) {
	d.logger.Debug("http", "message", strings.TrimSpace(string(line)))
	return len(line), nil
}
