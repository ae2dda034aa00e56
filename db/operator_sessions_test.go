package db_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"passage/db"
)

const operatorPassword = "correct horse battery"

// operator adds one whose password is hashed as cheaply as can be, and returns it
// as a log-in finds it.
func (w *fixture) operator(email string) db.Operator {
	w.Helper()
	hashed, err := argon2id.CreateHash(operatorPassword, &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 8, KeyLength: 16})
	w.must(err)
	_, err = w.raw.ExecContext(w.Context(), `INSERT INTO operators VALUES ($1, $2, $3, 1, 1)`, "op_"+email, email, hashed)
	w.must(err)
	operator, err := w.db.CheckPassword(w.Context(), email, operatorPassword)
	w.must(err)
	return operator
}

// operatorToken logs an operator in.
func (w *fixture) operatorToken(operator db.Operator) string {
	w.Helper()
	token, err := w.db.CreateOperatorSession(w.Context(), operator, db.Browser{UserAgent: "Firefox", Address: "203.0.113.9"})
	w.must(err)
	return token
}

func (w *fixture) operatorSession(operator db.Operator) db.OperatorSession {
	w.Helper()
	session, err := w.db.AuthenticateOperator(w.Context(), w.operatorToken(operator))
	w.must(err)
	return session
}

func (w *fixture) operatorSessions(operator db.Operator) (ids []string) {
	w.Helper()
	sessions, err := w.db.OperatorSessions(w.Context(), operator.ID)
	w.must(err)
	for _, session := range sessions {
		ids = append(ids, session.ID)
	}
	return ids
}

func TestOperatorSession_EndsAfterItsLifetimeAndIsSweptThen(t *testing.T) {
	w := newFixture(t)
	ada := w.operator("ada@example.com")
	token := w.operatorToken(ada)
	w.clock.Advance(db.OperatorSessionLifetime - time.Millisecond)
	session, err := w.db.AuthenticateOperator(t.Context(), token)
	w.must(err)
	expect(t, "operator", session.Operator.ID, ada.ID)
	expect(t, "browser", session.Browser, db.Browser{UserAgent: "Firefox", Address: "203.0.113.9"})
	w.must(w.db.DestroyOld(t.Context(), keep))
	expect(t, "rows before the end", w.count("operator_sessions"), 1)

	w.clock.Advance(time.Millisecond)
	_, err = w.db.AuthenticateOperator(t.Context(), token)
	w.want(err, db.ErrNotFound)
	expect(t, "sessions that are listed", len(w.operatorSessions(ada)), 0)
	w.must(w.db.DestroyOld(t.Context(), keep))
	expect(t, "rows after the end", w.count("operator_sessions"), 0)
}

func TestAuthenticateOperator_TakesTheWholeTokenOnly(t *testing.T) {
	w := newFixture(t)
	token := w.operatorToken(w.operator("ada@example.com"))
	if random := strings.TrimPrefix(token, "opt_"); len(random) != 43 { // 256 bits in base64
		t.Errorf("the token is %q", token)
	}
	for _, wrong := range []string{"", token[:len(token)-1], token + "A", strings.TrimPrefix(token, "opt_")} {
		_, err := w.db.AuthenticateOperator(t.Context(), wrong)
		w.want(err, db.ErrNotFound)
	}
}

func TestEndOperatorSession_EndsOneOfTheOperatorsOwn(t *testing.T) {
	w := newFixture(t)
	ada, eve := w.operator("ada@example.com"), w.operator("eve@example.com")
	first, second, eves := w.operatorSession(ada), w.operatorSession(ada), w.operatorSession(eve)
	w.want(w.db.EndOperatorSession(t.Context(), eve.ID, first.ID), db.ErrNotFound)
	w.must(w.db.EndOperatorSession(t.Context(), ada.ID, first.ID))
	w.want(w.db.EndOperatorSession(t.Context(), ada.ID, first.ID), db.ErrNotFound)
	expect(t, "sessions", strings.Join(w.operatorSessions(ada), " "), second.ID)
	expect(t, "another operator's", strings.Join(w.operatorSessions(eve), " "), eves.ID)
}

func TestOperatorSessions_EndTogether(t *testing.T) {
	w := newFixture(t)
	ada, eve := w.operator("ada@example.com"), w.operator("eve@example.com")
	eves := w.operatorSession(eve)
	for name, end := range map[string]func(kept db.OperatorSession) int{
		"by the operator": func(kept db.OperatorSession) int {
			w.must(w.db.EndOtherOperatorSessions(t.Context(), kept))
			return 1
		},
		"at the command line": func(db.OperatorSession) int {
			ended, err := w.db.LogOutOperator(t.Context(), " ADA@example.com")
			w.must(err)
			expect(t, "ended", ended, 3)
			return 0
		},
		"by another password": func(db.OperatorSession) int {
			w.must(w.db.SetPassword(t.Context(), "ada@example.com", operatorPassword))
			return 0
		},
	} {
		_, err := w.db.LogOutOperator(t.Context(), ada.Email)
		w.must(err)
		ada, err = w.db.CheckPassword(t.Context(), ada.Email, operatorPassword)
		w.must(err)
		kept := w.operatorSession(ada)
		w.operatorSession(ada)
		w.operatorSession(ada)
		if left, got := end(kept), w.operatorSessions(ada); len(got) != left || left == 1 && got[0] != kept.ID {
			t.Errorf("%s: %v are left", name, got)
		}
		expect(t, name+", another operator's", strings.Join(w.operatorSessions(eve), " "), eves.ID)
	}
	_, err := w.db.LogOutOperator(t.Context(), "bob@example.com")
	w.want(err, db.ErrNotFound)
}

// A log-in that was checked before the password changed must not outlive the change.
func TestCreateOperatorSession_RefusesAPasswordThatHasChanged(t *testing.T) {
	w := newFixture(t)
	checked := w.operator("ada@example.com")
	w.must(w.db.SetPassword(t.Context(), checked.Email, operatorPassword)) // in the same millisecond
	_, err := w.db.CreateOperatorSession(t.Context(), checked, db.Browser{})
	w.want(err, db.ErrWrongPassword)
	expect(t, "sessions", w.count("operator_sessions"), 0)
}

func TestCreateOperatorSession_TrimsWhatABrowserSays(t *testing.T) {
	w := newFixture(t)
	operator := w.operator("ada@example.com")
	_, err := w.db.CreateOperatorSession(t.Context(), operator,
		db.Browser{UserAgent: "\xff" + strings.Repeat("é", 1000), Address: strings.Repeat("1", 1000)})
	w.must(err)
	sessions, err := w.db.OperatorSessions(t.Context(), operator.ID)
	w.must(err)
	browser := sessions[0].Browser
	if len(browser.UserAgent) > 256 || len(browser.UserAgent) < 250 || !utf8.ValidString(browser.UserAgent) || len(browser.Address) != 64 {
		t.Errorf("%+v", browser)
	}
}

func TestNoteOperatorSeen_WritesOnceAMinute(t *testing.T) {
	w := newFixture(t)
	operator := w.operator("ada@example.com")
	session := w.operatorSession(operator)
	start := w.db.Now()
	for _, step := range []struct{ after, noted time.Duration }{
		{59 * time.Second, 0}, {time.Second, time.Minute}, {30 * time.Second, time.Minute}, {30 * time.Second, 2 * time.Minute},
	} {
		w.clock.Advance(step.after)
		w.must(w.db.NoteOperatorSeen(t.Context(), session))
		sessions, err := w.db.OperatorSessions(t.Context(), operator.ID)
		w.must(err)
		session = sessions[0]
		expect(t, "last seen", session.LastSeenAt, start+step.noted.Milliseconds())
	}
}
