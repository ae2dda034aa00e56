package chrome

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
)

// Options say how a Launcher starts browsers.
type Options struct {
	Path      string       // the browser's program; "" looks for one (see Find)
	NoSandbox bool         // run without Chromium's sandbox, as root must
	Headful   bool         // show windows: for a developer who watches a script
	Dir       string       // profiles live in it, one folder per process; leftover profiles in it are removed
	Forbidden []string     // host:port of this program's own listeners
	Logger    *slog.Logger // nil: none
}

// Launcher starts browser processes. It is safe for concurrent use.
type Launcher struct {
	options   Options
	forbidden forbidden
	profiles  *profiles
}

// NewLauncher checks the options, reports everything that is wrong with them,
// and removes the profiles that an earlier process left in Dir.
func NewLauncher(o Options) (*Launcher, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	l := &Launcher{options: o}
	if err := l.check(); err != nil {
		return nil, err
	}
	if o.NoSandbox {
		o.Logger.Warn("browsers run without a sandbox: a hostile site could take over this process's user")
	}
	l.profiles = &profiles{dir: l.options.Dir, logger: o.Logger, inUse: map[string]struct{}{}}
	l.SweepProfiles()
	return l, nil
}

// check completes the options and reports every error in them at once.
func (l *Launcher) check() error {
	o := &l.options
	errs := []error{o.find()}
	if os.Geteuid() == 0 && !o.NoSandbox {
		errs = append(errs, errors.New("Chromium's sandbox does not run as root: run as a normal user, or set PASSAGE_BROWSER_NO_SANDBOX=1")) //nolint:staticcheck // a name
	}
	var err error
	l.forbidden, err = parseForbidden(o.Forbidden)
	errs = append(errs, err)
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		errs = append(errs, fmt.Errorf("make profile folder: %w", err))
	}
	o.Dir, err = filepath.Abs(o.Dir) // the browser runs in its profile
	return errors.Join(append(errs, err)...)
}

// SweepProfiles removes the profiles in Dir that no process of this Launcher
// uses. Those of a process that died without cleaning up are among them.
func (l *Launcher) SweepProfiles() { l.profiles.sweep() }
