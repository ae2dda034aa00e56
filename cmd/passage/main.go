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
	if err := refuseCores(); err != nil {
		complain(os.Stderr, err)
		os.Exit(exitFailure)
	}
	ctx, stop := untilTold(context.Background())
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// untilTold returns a context that ends at the first interrupt, SIGTERM or SIGHUP.
// A second interrupt or SIGTERM ends the program at once. A second SIGHUP does not:
// a terminal that closes sends several, and systemd one after its SIGTERM. Under
// nohup, SIGHUP stays ignored.
func untilTold(parent context.Context) (ctx context.Context, stop func()) {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop = signal.NotifyContext(parent, signals...)
	context.AfterFunc(ctx, func() {
		signal.Ignore(syscall.SIGHUP)
		stop()
	})
	return ctx, stop
}
