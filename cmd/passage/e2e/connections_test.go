package e2e

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// More connections than the server may open files take none from the database,
// the browsers and the dashboard.
func TestConnections_TakeNotAllFiles(t *testing.T) {
	t.Parallel()
	const files, connections = 1024, 1200
	folder := t.TempDir()
	command := newCommand(t, nil, "serve", "--data", folder, "--addr", "127.0.0.1:0")
	command.Args = append([]string{"sh", "-c", fmt.Sprintf(`ulimit -n %d; exec "$0" "$@"`, files), command.Path}, command.Args[1:]...)
	command.Path = "/bin/sh"
	s := &serverProcess{t: t, folder: folder, log: &processLog{}, exited: make(chan struct{}), command: command}
	s.run()
	var open []net.Conn
	for range connections {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
	}
	for _, path := range []string{"/login", "/readyz"} {
		if status, text := s.send(http.MethodGet, s.admin+path, "", "", nil); status != http.StatusOK {
			t.Errorf("with %d connections and %d files, %s is met with %d: %.200s", connections, files, path, status, text)
		}
	}
	if logContains(s.log, "too many open files") {
		t.Errorf("the server ran out of its %d files", files)
	}
	for _, c := range open {
		_ = c.Close()
	}
	if status, _ := s.send(http.MethodGet, s.url+"/healthz", "", "", nil); status != http.StatusOK {
		t.Errorf("afterwards /healthz is met with %d", status)
	}
}
