package e2e

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"

	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
	"passage/cmd/passage/demo"
	"passage/cmd/passage/server"
)

// served is a stack of nothing but what passage serve brings, on a folder of
// its own; what it greets with is in its greeting.
func served(t *testing.T, flags config.Flags) *stack {
	t.Helper()
	skipIfShort(t)
	s := &stack{Demo: &demo.Demo{}, folder: filepath.Join(t.TempDir(), "data"), logs: &journal{}}
	flags.Data = s.folder
	var greeting bytes.Buffer
	out := &console.Console{Stdout: &greeting, Stderr: &greeting,
		Logger: slog.New(slog.NewTextHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var err error
	if s.Server, err = server.Open(ctx, "127.0.0.1:0", flags, out); err != nil {
		cancel()
		t.Fatal(err)
	}
	if err := s.Greet(ctx, s.folder); err != nil {
		t.Error(err)
	}
	s.greeting = greeting.String()
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	s.stop = sync.OnceValue(func() error {
		cancel()
		return errors.Join(<-ended, s.Close())
	})
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	s.merchant = s.merchantOf(t, demo.Merchant)
	if err := s.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}
