package script

import (
	"fmt"
	"time"
)

// Lockout is how many wrong passwords, within a window of time, lock an account
// at the site. The zero value means that no such rule is known.
type Lockout struct {
	Attempts int
	Window   time.Duration
}

// Limits of a lock-out. With one attempt there would be nothing to stop short
// of.
const (
	minLockoutAttempts = 2
	maxLockoutAttempts = 100
	minLockoutWindow   = time.Minute
	maxLockoutWindow   = 24 * time.Hour
)

// lockoutWindow returns a window in seconds. A number out of range gives a
// window out of range, without overflow.
func lockoutWindow(seconds int) time.Duration {
	const tooMany = int(maxLockoutWindow/time.Second) + 1
	return time.Duration(min(max(seconds, -tooMany), tooMany)) * time.Second
}

// validate returns everything that is wrong with the lock-out.
func (l Lockout) validate() (errs []error) {
	if l.Attempts < minLockoutAttempts || l.Attempts > maxLockoutAttempts {
		errs = append(errs, fmt.Errorf("integration: attempts = %d must be %d to %d, the wrong passwords that lock an account, and window must say within how many seconds",
			l.Attempts, minLockoutAttempts, maxLockoutAttempts))
	}
	if l.Window < minLockoutWindow || l.Window > maxLockoutWindow {
		errs = append(errs, fmt.Errorf("integration: window = %d must be %d to %d seconds, and attempts must say how many wrong passwords in them lock an account",
			l.Window/time.Second, minLockoutWindow/time.Second, maxLockoutWindow/time.Second))
	}
	return errs
}
