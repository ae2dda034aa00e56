package script

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Lockout is what locks an account at the site: so many wrong passwords within a
// window of time. The zero value says that nothing is known of one.
type Lockout struct {
	Attempts int
	Window   time.Duration
}

// What a lock-out may be. One wrong password that locks leaves nothing to stop
// short of.
const (
	leastLockout = 2
	mostLockout  = 100
	leastWindow  = time.Minute
	mostWindow   = 24 * time.Hour
)

// wholeSeconds is a window of time; one beyond what a window may be is just
// beyond it, so that no number overflows.
func wholeSeconds(n int) time.Duration {
	const beyond = int(mostWindow/time.Second) + 1
	return time.Duration(min(max(n, -beyond), beyond)) * time.Second
}

func (m *Manifest) lockoutFaults() (faults []error) {
	l := m.Lockout
	if l == (Lockout{}) {
		return nil
	}
	if l.Attempts < leastLockout || l.Attempts > mostLockout {
		faults = append(faults, fmt.Errorf("integration: attempts = %d must be %d to %d, the wrong passwords that lock an account, and window must say within how many seconds",
			l.Attempts, leastLockout, mostLockout))
	}
	if l.Window < leastWindow || l.Window > mostWindow {
		faults = append(faults, fmt.Errorf("integration: window = %d must be %d to %d seconds, and attempts must say how many wrong passwords in them lock an account",
			l.Window/time.Second, leastWindow/time.Second, mostWindow/time.Second))
	}
	if m.UsernameField() == "" {
		faults = append(faults, errors.New("integration: attempts and window are counted for each user name, and no field of credentials is one: they are all secret"))
	}
	return faults
}

// UsernameField is the name of the field that tells accounts apart: the one with
// the autocomplete token “username”, or else the first that is no secret; empty
// where there is none.
func (m *Manifest) UsernameField() string {
	first := ""
	for _, field := range m.Credentials {
		if slices.Contains(strings.Fields(field.Autocomplete), "username") {
			return field.Name
		}
		if first == "" && !field.Secret {
			first = field.Name
		}
	}
	return first
}
