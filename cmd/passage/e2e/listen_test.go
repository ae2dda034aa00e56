package e2e

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"passage/cmd/passage/demo"
)

func TestWebhooksListen_VerifiesAndPrintsATestEvent(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	secrets := mustRun(t, "", "keys", "show-webhook", "--data", s.folder, "--org", demo.Merchant)
	listener := newCommand(t, nil, "webhooks", "listen", "--addr", "127.0.0.1:0", "--secret", strings.Fields(secrets)[0],
		"--key-url", s.base+"/.well-known/jwks.json")
	stdout, err := listener.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := listener.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Process.Kill() })
	lines := bufio.NewReader(stdout)
	greeting, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimSuffix(strings.TrimPrefix(greeting, "Send webhooks to "), ".\n")

	// The printer waits until what it writes is read, so both go on beside each other.
	result := make(chan string, 1)
	go func() {
		sent := runCommand(t, nil, "", "webhooks", "test", "--data", s.folder, "--org", demo.Merchant, "--url", address, "--webhook-allow", "127.0.0.1")
		result <- sent.stdout + sent.stderr
	}()
	var event notification
	if err := json.NewDecoder(lines).Decode(&event); err != nil || event.Event != "link.test" || event.LinkID != "link_test" {
		t.Errorf("printed %+v, %v", event, err)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	if said := <-result; !strings.HasPrefix(said, "Accepted with status 200 after ") {
		t.Errorf("the sender says %q", said)
	}

	complaints := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(stderr).ReadString('\n')
		complaints <- line
	}()
	forged, err := http.Post(address, "application/json", strings.NewReader(`{"event":"forged"}`)) //nolint:noctx // loopback
	if err != nil {
		t.Fatal(err)
	}
	defer forged.Body.Close()
	if line := <-complaints; forged.StatusCode != http.StatusBadRequest || !strings.HasPrefix(line, `Rejected: "webhook-signature: `) {
		t.Errorf("a forged one is answered with %d: %s", forged.StatusCode, line)
	}
	if err := errors.Join(listener.Process.Signal(syscall.SIGTERM), listener.Wait()); err != nil {
		t.Errorf("the listener ended: %v", err)
	}
}

func TestWebhooksTest_FollowsTheSendersRules(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	address, arrivals := receiver(t)
	sent := runCommand(t, nil, "", "webhooks", "test", "--data", s.folder, "--org", demo.Merchant, "--url", address)
	if sent.code != 1 || !strings.Contains(sent.stderr, "not accepted: http is sent only where the operator allows it") || len(arrivals) != 0 {
		t.Errorf("it ended with %d: %s", sent.code, sent.stderr)
	}
}
