package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

func TestATestEventIsVerifiedAndPrintedByTheListener(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	code, secrets, fault := command(t, "keys", "show-webhook", "--data", s.folder, "--org", demoMerchant)
	if code != exitSuccess {
		t.Fatal(fault)
	}
	ctx, stop := context.WithCancel(t.Context())
	stdout, printed := io.Pipe()
	stderr, complained := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"webhooks", "listen", "--addr", "127.0.0.1:0", "--secret", strings.Fields(secrets)[0],
			"--key-url", s.base + "/.well-known/jwks.json"}, os.Getenv, strings.NewReader(""), printed, complained)
	}()
	lines := bufio.NewReader(stdout)
	greeting, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimSuffix(strings.TrimPrefix(greeting, "Send webhooks to "), ".\n")

	// The printer waits until what it writes is read, so both go on beside each other.
	result := make(chan string, 1)
	go func() {
		_, said, fault := command(t, "webhooks", "test", "--data", s.folder, "--org", demoMerchant, "--url", address, "--webhook-allow", "127.0.0.1")
		result <- said + fault
	}()
	var event notification
	if err := json.NewDecoder(lines).Decode(&event); err != nil || event.Event != "link.test" || event.LinkID != "link_test" {
		t.Errorf("printed %+v, %v", event, err)
	}
	go func() { _, _ = io.Copy(io.Discard, stdout) }()
	if said := <-result; !strings.HasPrefix(said, "Taken, with status 200 after ") {
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
	if line := <-complaints; forged.StatusCode != http.StatusBadRequest || !strings.HasPrefix(line, `Refused: "webhook-signature: `) {
		t.Errorf("a forged one is answered with %d: %s", forged.StatusCode, line)
	}
	stop()
	if code := <-ended; code != exitSuccess {
		t.Errorf("the listener ended with %d", code)
	}
}

func TestATestEventFollowsTheSendersRules(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	address, arrivals := receiver(t)
	code, _, fault := command(t, "webhooks", "test", "--data", s.folder, "--org", demoMerchant, "--url", address)
	if code != exitFailure || !strings.Contains(fault, "not taken: http is sent only where the operator allows it") || len(arrivals) != 0 {
		t.Errorf("it ended with %d: %s", code, fault)
	}
}
