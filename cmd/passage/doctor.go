package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"passage/automation/browser"
	"passage/automation/browser/chrome"
	"passage/automation/browser/pool"
	"passage/automation/secret"
	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
	"passage/db"
)

// doctorCommand checks a machine before it serves users.
type doctorCommand struct {
	config.DataFlag
	config.BrowserFlags
	PublicURL string `help:"The URL under which users reach this server, to check it too."`
}

// Run checks everything and reports each finding on a line.
func (c *doctorCommand) Run(ctx context.Context, out *console.Console) error {
	failed := 0
	for _, check := range []struct {
		name string
		do   func(context.Context) (string, error)
	}{
		{"browser", c.checkBrowser},
		{"browsers", c.checkCapacity},
		{"data folder", c.checkData},
		{"database", c.checkDatabase},
		{"clock", c.checkClock},
		{"public URL", c.checkPublicURL},
	} {
		found, err := check.do(ctx)
		sign := "ok  "
		if err != nil {
			failed++
			sign, found = "FAIL", err.Error()
		}
		if err := out.Printf("%s  %-12s %s\n", sign, check.name, found); err != nil {
			return err
		}
	}
	switch failed {
	case 0:
		return nil
	case 1:
		return errors.New("1 check failed")
	default:
		return fmt.Errorf("%d checks failed", failed)
	}
}

// checkBrowser starts a browser, as a session would, and reads its version.
func (c *doctorCommand) checkBrowser(ctx context.Context) (found string, err error) {
	folder, err := os.MkdirTemp("", "passage-doctor-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	browsers, err := c.NewPool(chrome.Options{Dir: folder})
	if err != nil {
		return "", err
	}
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	closed := make(chan error, 1)
	go func() { closed <- browsers.Run(ctx) }()
	defer func() { stop(); err = errors.Join(err, <-closed) }()
	begin := time.Now()
	window, err := browsers.Acquire(ctx, browser.Policy{Redactor: secret.NewRedactor()}, func(int) {})
	if err != nil {
		return "", fmt.Errorf("the browser did not start: %w", err)
	}
	window.Close()
	took := time.Since(begin).Round(time.Millisecond)
	path, err := chrome.Find(c.Browser)
	if err != nil {
		return "", err
	}
	version, err := chrome.Version(ctx, path)
	sandbox := "in its sandbox"
	if c.BrowserNoSandbox {
		sandbox = "WITHOUT its sandbox"
	}
	return fmt.Sprintf("%s, %s, starts in %s, %s", path, version, took, sandbox), err
}

// checkCapacity reports how many browsers can run and sessions work at once, and why.
func (c *doctorCommand) checkCapacity(context.Context) (string, error) {
	found, err := pool.MeasureCapacity(c.HeldBrowsers(), c.Workers)
	return found.String(), err
}

func (c *doctorCommand) checkData(context.Context) (string, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return "", err
	}
	probe, err := os.CreateTemp(c.Data, "doctor-")
	if err != nil {
		return "", err
	}
	_, err = probe.WriteString("can this be written?")
	if err := errors.Join(err, probe.Sync(), probe.Close(), os.Remove(probe.Name())); err != nil {
		return "", err
	}
	path, err := filepath.Abs(c.Data)
	return path + " can be written", err
}

// checkDatabase reads the whole database, which may be in use.
func (c *doctorCommand) checkDatabase(ctx context.Context) (string, error) {
	path := filepath.Join(c.Data, db.FileName)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "there is none yet", nil
	}
	if err != nil {
		return "", err
	}
	begin := time.Now()
	if err := db.QuickCheck(ctx, c.Data); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d MB are in order, checked in %s", info.Size()>>20, time.Since(begin).Round(time.Millisecond)), nil
}

// checkClock detects a clock that was never set: expiry and signatures need one.
func (c *doctorCommand) checkClock(context.Context) (string, error) {
	now := time.Now()
	if now.Before(buildTime()) {
		return "", fmt.Errorf("the clock says %s, which is before this program was built", now.Format(time.DateTime))
	}
	return now.UTC().Format(time.DateTime) + " UTC", nil
}

func (c *doctorCommand) checkPublicURL(ctx context.Context) (string, error) {
	if c.PublicURL == "" {
		return "not checked; pass --public-url", nil
	}
	parsed, err := config.ParsePublicURL(c.PublicURL)
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, parsed.JoinPath("healthz").String(), nil)
	if err != nil {
		return "", err
	}
	reply, err := (&http.Client{Timeout: 10 * time.Second}).Do(request)
	if err != nil {
		return "", fmt.Errorf("nothing answers there: %w", err)
	}
	if err := reply.Body.Close(); err != nil {
		return "", err
	}
	if reply.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answers %s", request.URL, reply.Status)
	}
	return parsed.String() + " answers", nil
}

// buildTime is when the source was committed; the zero time where the build
// does not know.
func buildTime() time.Time {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return time.Time{}
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.time" {
			if at, err := time.Parse(time.RFC3339, setting.Value); err == nil {
				return at
			}
		}
	}
	return time.Time{}
}
