// Command passage is the whole of Passage: the server, the demo, and what an
// operator does by hand.
//
// It owns the command line, the configuration and the wiring of the rooms. It
// decides nothing about links, sessions or pages. Its invariant: main only
// calls run, and everything that run starts has ended when it returns.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	syscall.Umask(0o077) // what is written here is for its owner only
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
