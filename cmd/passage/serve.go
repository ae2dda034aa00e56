package main

import (
	"context"
	"errors"
	"log"
	"log/slog"
	"strings"
)

// serveCommand is everything, on one machine.
type serveCommand struct {
	Addr string `help:"Address for merchants and their users." default:"127.0.0.1:8080"`
	serverFlags
}

// Run serves until the context ends.
func (c *serveCommand) Run(ctx context.Context, out *console) (err error) {
	settings, err := c.check(c.Addr, out.logger)
	if err != nil {
		return err
	}
	// A stop during the start, which is short, is an orderly one after it.
	starting := context.WithoutCancel(ctx)
	s, err := newServer(starting, settings, out, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.greet(starting, c.Data); err != nil {
		return err
	}
	return s.run(ctx)
}

// greet says where everything is and, on an empty database, what to do first.
func (s *server) greet(ctx context.Context, folder string) error {
	if err := s.console.printf("Passage serves %s, and the dashboard at http://%s.\n", s.publicURL, s.admin.Addr()); err != nil {
		return err
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

// quiet keeps the HTTP server's own log: broken handshakes and the like are
// for debugging.
func quiet(logger *slog.Logger) *log.Logger { return log.New(debugLog{logger}, "", 0) }

type debugLog struct{ logger *slog.Logger }

func (d debugLog) Write(line []byte) (int, error) {
	d.logger.Debug("http", "message", strings.TrimSpace(string(line)))
	return len(line), nil
}
