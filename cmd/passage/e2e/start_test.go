package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

func TestNewFolder_AllowsManyCommandsAtOnce(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "new")
	const keys = 5
	results := make([]commandResult, keys)
	var all sync.WaitGroup
	for n := range keys {
		all.Go(func() { results[n] = runCommand(t, nil, "", "keys", "create", "--data", folder, "--org", "Acme") })
	}
	all.Wait()
	m := &processMerchant{t: t, server: startServer(t, folder, "--browser-spares", "0")}
	for _, result := range results {
		m.key = strings.TrimSpace(result.stdout)
		if status := m.call(http.MethodGet, "/v1/links", nil, nil); result.code != 0 || status != http.StatusOK {
			t.Errorf("a key made at the same time as others is met with %d: %s", status, result.stderr)
		}
	}
}

func TestDemo_LeavesNothingWhenInterrupted(t *testing.T) {
	t.Parallel()
	temporary := t.TempDir()
	for _, args := range [][]string{{"demo"}, {"demo", "--auto", "--scenario", "slow"}} {
		command := newCommand(t, []string{"TMPDIR=" + temporary}, append(args, "--addr", "127.0.0.1:0")...)
		var out processLog
		command.Stdout, command.Stderr = &out, &out
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		s := &serverProcess{t: t, command: command, folder: temporary, log: &out, exited: make(chan struct{})}
		go func() {
			defer close(s.exited)
			_ = command.Wait()
		}()
		t.Cleanup(s.kill)
		begun := map[int]string{1: "Press Ctrl-C", 4: "asked for credentials"}[len(args)]
		eventually(t, "the demo has begun", func() bool { return logContains(&out, begun) })
		s.signal(syscall.SIGINT)
		if code := s.end(); code == 0 != (len(args) == 1) {
			t.Errorf("an interrupted %v ends with %d:\n%s", args, code, &out)
		}
		left, err := os.ReadDir(temporary)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range left {
			t.Errorf("an interrupted %v leaves %s", args, entry.Name())
		}
	}
}
