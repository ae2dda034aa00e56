package server

import (
	"context"
	"errors"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"passage/cmd/passage/console"
)

// connectionsPerListener is how many connections a listener holds at once. Further
// ones wait until one is closed.
const connectionsPerListener = 20_000

// maxConnections is fewer where the process may not open that many files. Two
// listeners leave half of the files to the database and the browsers.
func maxConnections() int {
	var files unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &files); err != nil {
		return connectionsPerListener
	}
	return int(min(connectionsPerListener, files.Cur/4))
}

// Listener is a bound address with its handler.
type Listener struct {
	net.Listener
	Handler http.Handler
}

// CloseAll closes listeners. It ignores those that are closed already.
func CloseAll(bound []*Listener) error {
	var errs []error
	for _, one := range bound {
		if err := one.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Time limits of the listeners. shutdownTime begins when no session runs any more.
const (
	shutdownTime  = 5 * time.Second
	headerTime    = 10 * time.Second
	bodyTime      = 30 * time.Second
	replyTime     = time.Minute // streams and sockets have limits of their own
	idleTime      = 2 * time.Minute
	maxHeaderSize = 64 << 10
)

// Serve answers requests until the context ends.
func (l Listener) Serve(ctx context.Context, out *console.Console) error {
	requests, stopRequests := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRequests()
	httpServer := &http.Server{
		Handler: l.Handler, ReadHeaderTimeout: headerTime, ReadTimeout: bodyTime, WriteTimeout: replyTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeaderSize, ErrorLog: quiet(out.Logger),
		BaseContext: func(net.Listener) context.Context { return requests },
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		stopRequests() // streams would never end
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		stopped <- httpServer.Shutdown(within)
	})
	err := httpServer.Serve(l.Listener)
	if !stop() {
		return errors.Join(ignoreClosed(err), <-stopped)
	}
	return ignoreClosed(err)
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// quiet logs what the HTTP server itself reports, such as broken handshakes, at
// the debug level.
func quiet(logger *slog.Logger) *log.Logger { return log.New(debugLog{logger}, "", 0) }

type debugLog struct{ logger *slog.Logger }

func (d debugLog) Write(line []byte) (int, error) {
	d.logger.Debug("http", "message", strings.TrimSpace(string(line)))
	return len(line), nil
}
