package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"passage/automation/sandbox"
)

// repository is the root of the source.
const repository = "../../.."

// documentedCommands are the commands of a Markdown file, each with the lines
// that continue it.
func documentedCommands(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, file))
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	for block := range strings.SplitSeq(string(text), "\n\n") {
		if !strings.HasPrefix(block, "    ") {
			continue
		}
		for line := range strings.SplitSeq(strings.TrimRight(block, "\n"), "\n") {
			line = strings.TrimPrefix(line, "    ")
			if strings.HasPrefix(line, " ") || line == "}'" {
				commands[len(commands)-1] += "\n" + line
				continue
			}
			commands = append(commands, line)
		}
	}
	return commands
}

func TestDocumentation_HasOnlyCommandsThatWork(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile(filepath.Join(repository, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	for _, command := range append(documentedCommands(t, "README.md"), documentedCommands(t, ".github/CONTRIBUTING.md")...) {
		switch program, rest, _ := strings.Cut(command, " "); program {
		case "make":
			if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(rest) + `:`).Match(makefile) {
				t.Errorf("%s: there is no such target", command)
			}
		case "bin/passage":
			runReadmeCommand(t, rest, data)
		case "curl":
			postReadmeLink(t, command)
		default:
			t.Errorf("%s: no test runs this", command)
		}
	}
}

var quoted = regexp.MustCompile(`"[^"]*"|\S+`)

// runReadmeCommand runs a command as it stands, in a data folder of the test's.
// A server is stopped as soon as it serves.
func runReadmeCommand(t *testing.T, line, data string) {
	t.Helper()
	builtIn, err := filepath.Abs(repository + "/automation/integrations")
	if err != nil {
		t.Fatal(err)
	}
	// What the README places on a machine is here somewhere else.
	place := strings.NewReplacer("/var/lib/passage", data, "/srv/sites", filepath.Join(data, "sites"), "automation/integrations", builtIn)
	stdin := "correct horse battery\n"
	if strings.HasPrefix(line, "integrations try") {
		place = strings.NewReplacer("http://127.0.0.1:8090", sharedStack(t).Carrier.SiteFlag())
		stdin = someone(t, "good").Username + "\n" + sandbox.Password + "\n"
	}
	var args []string
	for _, word := range quoted.FindAllString(line, -1) {
		args = append(args, place.Replace(strings.Trim(word, `"`)))
	}
	command := newCommand(t, []string{"PASSAGE_DATA=" + data, "PASSAGE_ADDR=127.0.0.1:0", "PASSAGE_ADMIN_ADDR=127.0.0.1:0"}, args...)
	stdout := &stopWriter{stop: func() {}}
	if args[0] == "serve" || strings.HasPrefix(line, "webhooks listen") {
		stdout.stop = sync.OnceFunc(func() { _ = command.Process.Signal(syscall.SIGTERM) })
	}
	var stderr bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(stdin), stdout, &stderr
	if err := command.Run(); err != nil {
		t.Errorf("passage %s: %v\n%s%s", line, err, &stdout.text, &stderr)
	}
}

// stopWriter keeps what is printed, and stops the command with its first line.
type stopWriter struct {
	text bytes.Buffer // not embedded: its ReadFrom would go past Write
	stop func()
}

func (w *stopWriter) Write(line []byte) (int, error) {
	defer w.stop()
	return w.text.Write(line)
}

// postReadmeLink sends the README's request to a running server.
func postReadmeLink(t *testing.T, command string) {
	t.Helper()
	_, body, _ := strings.Cut(command, "-d '")
	stack := sharedStack(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, stack.base+"/v1/links",
		strings.NewReader(strings.TrimSuffix(body, "'")))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+stack.Key)
	request.Header.Set("Content-Type", "application/json")
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	var link struct{ ClaimURL string }
	if err := json.NewDecoder(reply.Body).Decode(&link); err != nil || reply.StatusCode != http.StatusCreated || link.ClaimURL == "" {
		t.Errorf("the README's request: %s, %+v, %v", reply.Status, link, err)
	}
}
