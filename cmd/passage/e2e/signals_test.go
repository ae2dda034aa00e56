package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// brokenPipe is a pipe that nobody reads, as after a log shipper has ended.
func brokenPipe(t *testing.T) *os.File {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = writer.Close() })
	return writer
}

func TestServe_OutlivesTheReaderOfItsOutput(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	command := newCommand(t, nil, "serve", "--data", folder, "--addr", "127.0.0.1:0", "--browser-spares", "0")
	command.Stdout, command.Stderr = brokenPipe(t), brokenPipe(t)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	s := &serverProcess{t: t, command: command, folder: folder, log: &processLog{}, exited: make(chan struct{})}
	go func() {
		defer close(s.exited)
		_ = command.Wait()
	}()
	t.Cleanup(s.kill)
	eventually(t, "the server starts", func() bool {
		_, err := os.Stat(filepath.Join(folder, "serve.lock"))
		return err == nil
	})
	if code, _ := s.stop(); code != 0 { // which takes effect when the start, with its greeting and logs, is over
		t.Errorf("a server whose output nobody reads ended with %s", command.ProcessState)
	}
}

func TestHangUp_StopsAsTerminateDoes(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	held := s.site.hold(readingPage)
	p := s.visitor("good", "read", "bills")
	p.connect()
	p.reaches(held)
	s.server.signal(syscall.SIGHUP)
	s.unready()
	s.server.signal(syscall.SIGHUP) // a terminal that closes, and systemd's SendSIGHUP, send more than one
	held.open()
	if code := s.server.end(); code != 0 {
		t.Errorf("the server ended with %s", s.server.command.ProcessState)
	}
	s.restart()
	s.hears("link.failed", "WORKER_LOST", p.link.LinkID)
	s.expect(p.link.LinkID, "failed", "WORKER_LOST", "complete pending")
}

func TestHangUp_StaysIgnoredUnderNohup(t *testing.T) {
	t.Parallel()
	s := &serverProcess{t: t, folder: t.TempDir(), log: &processLog{}, exited: make(chan struct{})}
	s.command = newCommand(t, nil, "serve", "--data", s.folder, "--addr", "127.0.0.1:0", "--browser-spares", "0")
	s.command.Args = append([]string{"sh", "-c", `trap "" HUP; exec "$0" "$@"`, s.command.Path}, s.command.Args[1:]...)
	s.command.Path = "/bin/sh"
	s.run()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid()))
	if err != nil {
		t.Fatal(err)
	}
	_, ignored, _ := strings.Cut(string(status), "\nSigIgn:\t")
	mask, err := strconv.ParseUint(strings.Fields(ignored)[0], 16, 64)
	if err != nil || mask&(1<<(syscall.SIGHUP-1)) == 0 {
		t.Errorf("it does not ignore SIGHUP: %s, %v", status, err)
	}
}
