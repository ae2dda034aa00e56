//go:build interop

package e2e

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha1" // as authenticator apps have it (RFC 6238)
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Applications whose log-in takes a code of an authenticator app, installed by
// .tools/applications.

// installed is the folder of an application.
func installed(t *testing.T, name string) string {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join(repository, ".tools", "installed", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, ".installed")); err != nil {
		t.Fatalf("run .tools/applications first: %v", err)
	}
	return folder
}

// authenticator is a person's app, with a secret in base32.
type authenticator string

// code is that of the app now (RFC 6238).
func (a authenticator) code(t *testing.T) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(string(a))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, time.Now().Unix()/30)
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&(1<<31-1)%1_000_000)
}

// logInWithApp logs in with the code of an app, after a wrong one, and returns what is
// shown when the session has ended, and the codes that were typed. The time of a
// code may end on its way to the site: then the next one is typed.
func (v *visitor) logInWithApp(username, password string, app authenticator) (shown *screen, codes []string) {
	v.t.Helper()
	shown = v.next(v.submit(v.claim().asks(), map[string]string{"username": username, "password": password}))
	expect(v.t, "after the password", shown.asks().kind(), "one_time_code")
	shown = v.next(v.submit(shown.asks(), map[string]string{"code": otherThan(app.code(v.t))}))
	if shown.byID("reason") == nil {
		v.t.Error("the page does not say that the code was wrong")
	}
	for range 2 {
		expect(v.t, "after a wrong code", shown.asks().kind(), "one_time_code")
		codes = append(codes, app.code(v.t))
		shown = v.next(v.submit(shown.asks(), map[string]string{"code": codes[len(codes)-1]}))
		if shown.asks() == nil {
			break
		}
	}
	return shown, codes
}

// freeAddress is one of this machine that nobody listens at.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// furnish runs a command that has to succeed in the folder of an application.
func furnish(t *testing.T, folder string, env []string, command ...string) {
	t.Helper()
	process := exec.CommandContext(t.Context(), command[0], command[1:]...)
	process.Dir, process.Env = folder, append(os.Environ(), env...)
	if said, err := process.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", command, err, said)
	}
}

// startSite runs a server until the test is over, and returns when it says that
// it has started. Its processes end with the standard input of the shell around
// them, so also when the test's process dies.
func startSite(t *testing.T, folder string, env []string, command ...string) {
	t.Helper()
	site := exec.Command("sh", append([]string{"-c", `"$@" & cat; kill -9 0`, "sh"}, command...)...)
	site.Dir, site.Env = folder, append(os.Environ(), env...)
	site.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stay, err := site.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, write := io.Pipe()
	site.Stdout, site.Stderr = write, write
	if err := site.Start(); err != nil {
		t.Fatal(err)
	}
	started, ended := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(ended)
		defer close(started)
		var all strings.Builder
		lines := bufio.NewScanner(said)
		for waiting := true; lines.Scan(); {
			fmt.Fprintln(&all, lines.Text())
			if waiting && strings.Contains(strings.ToLower(lines.Text()), "started") {
				waiting = false
				started <- all.String()
			}
		}
		_, _ = io.Copy(io.Discard, said)
	}()
	t.Cleanup(func() {
		_ = stay.Close()
		_ = site.Wait()
		_ = write.Close()
		<-ended
	})
	within(t, strings.Join(command, " "), started)
}
