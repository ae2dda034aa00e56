package main

import (
	"context"
	"errors"
	"os/signal"
	"syscall"

	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
	"passage/cmd/passage/server"
)

// serveCommand runs the server.
type serveCommand struct {
	Addr string `help:"Address for merchants and their users." default:"127.0.0.1:8080"`
	config.Flags
}

// Run serves until the context ends.
func (c *serveCommand) Run(ctx context.Context, out *console.Console) (err error) {
	// When nobody reads the output any more, its lines are lost and the server goes
	// on: a log shipper may be restarted.
	signal.Ignore(syscall.SIGPIPE)
	// The start is short: a stop during it takes effect after it.
	starting := context.WithoutCancel(ctx)
	s, err := server.Open(starting, c.Addr, c.Flags, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Greet(starting, c.Data); err != nil && !errors.Is(err, syscall.EPIPE) {
		return err
	}
	return s.Run(ctx)
}
