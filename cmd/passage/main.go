// Command passage is the whole of Passage: the server, the demo, and the tools of
// operators and authors of integrations.
//
// It owns the command line: one file per command. The packages below it own the
// flags that commands share, the wiring and the demo. It decides nothing about
// links, sessions or pages. Its invariant: main only calls run, and everything
// that run starts has ended when it returns.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	syscall.Umask(0o077) // files are for their owner only
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
