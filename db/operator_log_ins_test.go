package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

const (
	home     = "203.0.113.9"
	attacker = "198.51.100.7"
)

// try logs in from an address. It returns how long to wait where the password was not
// looked at.
func (w *fixture) try(email, password, address string) (wait time.Duration, err error) {
	w.Helper()
	_, err = w.db.LogInOperator(w.Context(), email, password, db.Browser{Address: address})
	if refused, is := errors.AsType[*db.TooManyFailures](err); is {
		return time.Duration(refused.Until-w.db.Now()) * time.Millisecond, err
	}
	return 0, err
}

// fail tries wrong passwords, a second apart, each of which is looked at.
func (w *fixture) fail(times int, email, address string) {
	w.Helper()
	for range times {
		_, err := w.try(email, "wrong", address)
		w.want(err, db.ErrWrongPassword)
		w.clock.Advance(time.Second)
	}
}

func (w *fixture) logsIn(email, address string) {
	w.Helper()
	_, err := w.try(email, operatorPassword, address)
	w.must(err)
}

func (w *fixture) waits(want time.Duration, email, address string) {
	w.Helper()
	wait, err := w.try(email, operatorPassword, address)
	if wait != want {
		w.Errorf("%s from %s waits %v (%v), want %v", email, address, wait, err, want)
	}
}

// at is one of many addresses.
func at(n int) string { return fmt.Sprintf("192.0.2.%d", n) }

func TestLogInOperator_LimitsFailuresOfAnAccountFromAnAddress(t *testing.T) {
	w := newFixture(t)
	w.operator("ada@example.com")
	w.operator("eve@example.com")
	w.fail(10, "ada@example.com", attacker)
	w.waits(15*time.Minute-10*time.Second, " ADA@example.com", attacker)
	w.logsIn("eve@example.com", attacker)
	w.clock.Advance(15*time.Minute - 10*time.Second - time.Millisecond)
	w.waits(time.Millisecond, "ada@example.com", attacker)
	w.clock.Advance(time.Millisecond)
	w.logsIn("ada@example.com", attacker)
}

func TestLogInOperator_LetsTheOperatorInFromAnotherAddress(t *testing.T) {
	w := newFixture(t)
	w.operator("ada@example.com")
	checked := 0
	for n := range 200 { // from twenty addresses
		if _, err := w.try("ada@example.com", "wrong", at(n%20)); errors.Is(err, db.ErrWrongPassword) {
			checked++
		}
	}
	expect(t, "passwords that were checked", checked, 50)
	w.logsIn("ada@example.com", home)
	w.logsIn("ada@example.com", at(0)) // it was cleared: even there
}

func TestLogInOperator_SlowsDownAnAccountThatFailsEverywhere(t *testing.T) {
	w := newFixture(t)
	w.operator("ada@example.com")
	w.fail(1, "ada@example.com", home)
	for n := range 7 {
		w.fail(7, "ada@example.com", at(n))
	}
	w.waits(5*time.Minute-50*time.Second, "ada@example.com", home)
	w.fail(1, "ada@example.com", at(100))
	w.waits(5*time.Minute-time.Second, "ada@example.com", at(100))
	w.clock.Advance(5*time.Minute - time.Second)
	w.logsIn("ada@example.com", at(100))
	w.fail(5, "ada@example.com", home) // it was cleared: at full pace
}

func TestLogInOperator_LimitsFailuresOfAnAddress(t *testing.T) {
	w := newFixture(t)
	w.operator("ada@example.com")
	for n := range 30 {
		w.fail(1, fmt.Sprintf("somebody%d@example.com", n), attacker)
	}
	w.waits(15*time.Minute-30*time.Second, "ada@example.com", attacker)
	w.logsIn("ada@example.com", home)
	w.clock.Advance(15*time.Minute - 30*time.Second)
	w.logsIn("ada@example.com", attacker)
}

func TestLogInOperator_CountsAnIPv6NetworkAsOneAddress(t *testing.T) {
	w := newFixture(t)
	w.operator("ada@example.com")
	for n := range 10 {
		w.fail(1, "ada@example.com", fmt.Sprintf("2001:db8::%x", n))
	}
	w.waits(15*time.Minute-10*time.Second, "ada@example.com", "2001:db8::ffff")
	w.logsIn("ada@example.com", "2001:db8:0:1::")
	w.fail(10, "ada@example.com", "::ffff:"+attacker)
	w.waits(15*time.Minute-10*time.Second, "ada@example.com", attacker)
}

func TestLogInOperator_ClearsTheCountOfTheAccountOnly(t *testing.T) {
	w := newFixture(t)
	w.operator("ada@example.com")
	w.operator("eve@example.com")
	w.fail(9, "ada@example.com", home)
	w.fail(10, "eve@example.com", home)
	w.logsIn("ada@example.com", home)
	w.fail(9, "ada@example.com", home)
	w.waits(15*time.Minute-19*time.Second, "eve@example.com", home)
	w.must(w.db.SetPassword(t.Context(), "eve@example.com", operatorPassword))
	w.logsIn("eve@example.com", home)
}

func TestLogInOperator_HoldsTheLimitUnderConcurrency(t *testing.T) {
	w := newFixture(t)
	w.operator("ada@example.com")
	var checked atomic.Int32
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			_, err := w.db.LogInOperator(t.Context(), "ada@example.com", "wrong", db.Browser{Address: attacker})
			if errors.Is(err, db.ErrWrongPassword) {
				checked.Add(1)
			}
		})
	}
	all.Wait()
	expect(t, "passwords that were checked", checked.Load(), 10)
}

func TestLogInOperator_CountsNoPasswordThatWasNotChecked(t *testing.T) {
	w := newFixture(t)
	w.operator("ada@example.com")
	first, second := db.Hash(w.db), db.Hash(w.db)
	for range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		if _, err := w.db.LogInOperator(ctx, "ada@example.com", operatorPassword, db.Browser{Address: home}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		cancel()
	}
	first()
	second()
	expect(t, "failures", w.count("failed_operator_log_ins"), 0)
}

func TestLogInOperator_StoresNeitherEmailsNorOldFailures(t *testing.T) {
	w := newFixture(t)
	w.fail(1, "canary-typed-as-an-email", attacker)
	w.absent(map[string]string{"what was typed": "canary-typed-as-an-email"})
	w.clock.Advance(15*time.Minute - time.Second - time.Millisecond)
	w.must(w.db.DestroyOld(t.Context(), keep))
	expect(t, "failures that count", w.count("failed_operator_log_ins"), 1)
	w.clock.Advance(time.Millisecond)
	w.must(w.db.DestroyOld(t.Context(), keep))
	expect(t, "failures that count no more", w.count("failed_operator_log_ins"), 0)
}

func TestLogInOperator_KeepsItsCountsWhenReopened(t *testing.T) {
	w := newFixture(t)
	w.operator("ada@example.com")
	w.fail(10, "ada@example.com", attacker)
	again := &fixture{T: t, clock: w.clock, folder: w.folder, db: dbtest.OpenFolder(t, w.folder, w.clock.Now)}
	again.waits(15*time.Minute-10*time.Second, "ada@example.com", attacker)
}
