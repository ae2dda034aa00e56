package db

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"passage/db/engine"
)

// How many log-ins of operators may fail within a window of time. Whoever tries
// passwords from other addresses must not keep an operator out: that an account
// has failed often only makes each address wait between two tries.
const (
	failureWindow = 15 * time.Minute

	maxFailuresOfPair    = 10 // of one account from one address
	maxFailuresOfAddress = 30 // of all accounts from one address

	failuresThatSlowDown = 50 // of one account from all addresses
	slowPace             = 5 * time.Minute
)

// TooManyFailures says that a log-in was not even checked, because too many have
// failed.
type TooManyFailures struct {
	Until int64 // when another one from this address may be tried
}

func (*TooManyFailures) Error() string { return "too many log-ins have failed" }

// operatorMACSetting names the key of the HMACs that stand for what was typed as
// an operator's email, which may have been anything.
const operatorMACSetting = "operator_mac_key"

func (db *DB) operatorMAC(tx *tx, email string) ([]byte, error) {
	return db.mac(tx, operatorMACSetting, "operator", foldEmail(email))
}

// LogInOperator checks an operator's password and starts a session, whose token it
// returns. ErrWrongPassword also stands for an unknown email; *TooManyFailures
// says that the password was not looked at.
func (db *DB) LogInOperator(ctx context.Context, email, password string, browser Browser) (token string, err error) {
	attempt, err := db.reserveOperatorLogIn(ctx, email, browser.Address)
	if err != nil {
		return "", fmt.Errorf("log an operator in: %w", err)
	}
	operator, err := db.checkPassword(ctx, email, password)
	if err == nil {
		token, err = db.createOperatorSession(ctx, operator, browser)
	}
	if err != nil && !errors.Is(err, ErrWrongPassword) {
		// Nobody has learned whether the password is right.
		err = errors.Join(err, db.releaseOperatorLogIn(context.WithoutCancel(ctx), attempt))
	}
	if err != nil {
		return "", fmt.Errorf("log an operator in: %w", err)
	}
	return token, nil
}

// reserveOperatorLogIn counts a log-in as failed until it succeeds, so that many
// at once are not checked before the first has failed.
func (db *DB) reserveOperatorLogIn(ctx context.Context, email, address string) (attempt int64, err error) {
	from := network(address)
	err = db.transact(ctx, func(tx *tx) error {
		mac, err := db.operatorMAC(tx, email)
		if err != nil {
			return err
		}
		until, err := tx.operatorLogInAllowedAt(mac, from)
		if err != nil {
			return err
		}
		if until > tx.Now {
			return &TooManyFailures{until}
		}
		return tx.queryRow(`INSERT INTO failed_operator_log_ins (email_mac, address, at) VALUES ($1, $2, $3) RETURNING id`,
			mac, from, tx.Now).Scan(&attempt)
	})
	return attempt, err
}

func (db *DB) releaseOperatorLogIn(ctx context.Context, attempt int64) error {
	return db.transact(ctx, func(tx *tx) error {
		return tx.exec(`DELETE FROM failed_operator_log_ins WHERE id = $1`, attempt)
	})
}

// forgetFailures resets the count of an account, whose operator has shown to know
// the password or has a new one.
func (db *DB) forgetFailures(tx *tx, email string) error {
	mac, err := db.operatorMAC(tx, email)
	if err != nil {
		return err
	}
	return tx.exec(`DELETE FROM failed_operator_log_ins WHERE email_mac = $1`, mac)
}

// failedLogIn is a failure from one address.
type failedLogIn struct {
	emailMAC []byte
	at       int64
}

// operatorLogInAllowedAt returns from when on a log-in with this account is allowed from
// an address; 0 is now.
func (tx *tx) operatorLogInAllowedAt(mac []byte, address string) (int64, error) {
	since := tx.Now - failureWindow.Milliseconds()
	failures, err := engine.Collect(tx.Context(), tx, func(r engine.Row) (f failedLogIn, err error) {
		return f, r.Scan(&f.emailMAC, &f.at)
	}, `SELECT email_mac, at FROM failed_operator_log_ins WHERE address = $1 AND at > $2 ORDER BY at`, address, since)
	if err != nil {
		return 0, err
	}
	var ofAddress, ofPair []int64
	for _, failure := range failures {
		ofAddress = append(ofAddress, failure.at)
		if bytes.Equal(failure.emailMAC, mac) {
			ofPair = append(ofPair, failure.at)
		}
	}
	until := max(whenBelow(ofAddress, maxFailuresOfAddress), whenBelow(ofPair, maxFailuresOfPair))
	slow, err := tx.isSlowedDown(mac, since)
	if slow && len(ofPair) > 0 {
		until = max(until, ofPair[len(ofPair)-1]+slowPace.Milliseconds())
	}
	return until, err
}

// isSlowedDown reports whether an account has failed so often, from anywhere.
func (tx *tx) isSlowedDown(mac []byte, since int64) (bool, error) {
	var at int64
	err := tx.queryRow(`SELECT at FROM failed_operator_log_ins WHERE email_mac = $1 AND at > $2 ORDER BY at LIMIT 1 OFFSET $3`,
		mac, since, failuresThatSlowDown-1).Scan(&at)
	if errors.Is(orNotFound(err), ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// whenBelow returns when fewer than so many failures will count; 0 is now. The
// failures are in their order.
func whenBelow(failures []int64, most int) int64 {
	if len(failures) < most {
		return 0
	}
	return failures[len(failures)-most] + failureWindow.Milliseconds()
}

// network is whose failures count together: an IPv4 address, or the IPv6 network
// that one subscriber has.
func network(address string) string {
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		return trim(address, maxAddress)
	}
	parsed = parsed.Unmap().WithZone("")
	if parsed.Is4() {
		return parsed.String()
	}
	return netip.PrefixFrom(parsed, 64).Masked().String()
}
