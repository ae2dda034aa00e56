package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
)

// served is a stack of nothing but what passage serve brings, on a folder of
// its own; what it greets with is in its greeting.
func served(t *testing.T, command *serveCommand) *stack {
	t.Helper()
	s := &stack{demo: &demo{}, folder: filepath.Join(t.TempDir(), "data"), logs: &journal{}}
	command.Data = s.folder
	var greeting bytes.Buffer
	out := &console{stdout: &greeting, stderr: &greeting,
		logger: slog.New(slog.NewTextHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var err error
	if s.server, err = command.prepare(ctx, out); err != nil {
		cancel()
		t.Fatal(err)
	}
	if err := s.greet(ctx, s.folder); err != nil {
		t.Error(err)
	}
	s.greeting = greeting.String()
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx) }()
	s.stop = sync.OnceValue(func() error {
		cancel()
		return errors.Join(<-ended, s.close())
	})
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	s.merchant = s.merchantOf(t, demoMerchant)
	if err := s.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}
