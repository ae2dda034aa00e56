package db_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"passage/db"
	"passage/db/dbtest"
)

// encodings are the forms in which a secret could lie in a file.
func encodings(secret string) map[string][]byte {
	forms := map[string][]byte{
		"plain": []byte(secret), "hex": []byte(hex.EncodeToString([]byte(secret))),
		"upper hex": bytes.ToUpper([]byte(hex.EncodeToString([]byte(secret)))),
	}
	// Base64 depends on where in a text the secret begins: its middle, without
	// the characters that share bits with what is around, is the same in any.
	for shift := range 3 {
		padded := append(make([]byte, shift), secret...)
		for name, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
			text := encoding.EncodeToString(padded)
			forms[name+" at "+string(rune('0'+shift))] = []byte(text[4 : len(text)-4])
		}
	}
	return forms
}

// files reads the database and what SQLite keeps beside it.
func (w *fixture) files() map[string][]byte {
	w.Helper()
	found := map[string][]byte{}
	for _, name := range []string{"passage.db", "passage.db-wal"} {
		content, err := os.ReadFile(filepath.Join(w.folder, name))
		w.must(err)
		found[name] = content
	}
	return found
}

func (w *fixture) absent(secrets map[string]string) {
	w.Helper()
	files := w.files()
	for what, secret := range secrets {
		for form, text := range encodings(secret) {
			for name, content := range files {
				if bytes.Contains(content, text) {
					w.Errorf("%s lies in %s as %s", what, name, form)
				}
			}
		}
	}
}

// checkpoint moves the WAL's content into the database file.
func (w *fixture) checkpoint() {
	w.Helper()
	var busy, log, moved int
	w.must(w.raw.QueryRowContext(w.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &moved))
	expect(w.T, "checkpoint was kept from its work", busy, 0)
}

func TestFiles_HoldNoSecretInAnyEncoding(t *testing.T) {
	w := newFixture(t)
	link, _ := w.create(w.once("key", `{"cardNumber":"`+cardNumber+`"}`))
	claim := dbtest.NewClaim(link.ClaimCode, node)
	claim.Visitor = "browser-id-of-the-person"
	claimed, err := w.db.ClaimLink(t.Context(), claim)
	w.must(err)
	lease := dbtest.Run(t, w.db, claimed)
	w.must(w.db.SaveScreenshot(t.Context(), lease, "image/png", []byte("canary-of-a-picture-4b1d")))
	w.absent(map[string]string{"the card number, while it is needed,": cardNumber})
	dbtest.Finish(t, w.db, lease, `{"secret":"canary-of-a-result-77aa"}`)

	key, err := w.db.CreateKey(t.Context(), db.NewKey{OrganizationID: w.org})
	w.must(err)
	webhook, err := w.db.EnsureWebhookSecrets(t.Context(), w.org)
	w.must(err)
	ours, err := w.db.Secret(t.Context(), "cookies", 32)
	w.must(err)
	_, private, err := w.db.EnsureSigningKey(t.Context(), w.org)
	w.must(err)
	scalar, err := private.Bytes()
	w.must(err)
	w.must(w.db.CreateOperator(t.Context(), "ada@example.com", "correct horse battery"))
	operator, err := w.db.CheckPassword(t.Context(), "ada@example.com", "correct horse battery")
	w.must(err)
	operatorToken, err := w.db.CreateOperatorSession(t.Context(), operator, db.Browser{})
	w.must(err)
	_, phone := w.phone(link)

	secrets := map[string]string{
		"the claim code": link.ClaimCode, "the card number": cardNumber, "the result": "canary-of-a-result-77aa",
		"the picture": "canary-of-a-picture-4b1d", "the client token": claimed.ClientToken, "the API key": key,
		"the webhook secret": webhook[0], "our secret": string(ours), "the signing key": string(scalar),
		"the password": "correct horse battery", "the browser's id": "browser-id-of-the-person",
		"the phone code": phone, "the operator's token": operatorToken,
	}
	w.absent(secrets)
	w.checkpoint()
	w.absent(secrets)
	if content := w.files()["passage.db"]; !bytes.Contains(content, []byte(link.ID)) {
		t.Error("the search looks at the wrong file: it does not even hold the link's id")
	}
}

func TestEncryptedValue_DoesNotDecryptElsewhere(t *testing.T) {
	t.Parallel()
	moves := map[string]struct {
		update string
		read   func(w *fixture, to db.Link) error
	}{
		"claim code": {`UPDATE links SET claim_code = (SELECT claim_code FROM links WHERE id = $1) WHERE id = $2`,
			func(w *fixture, to db.Link) error {
				_, err := w.db.Link(w.Context(), w.org, to.ID)
				return err
			}},
		"result with its key": {`UPDATE links SET (result, data_key) = (SELECT result, data_key FROM links WHERE id = $1) WHERE id = $2`,
			func(w *fixture, to db.Link) error {
				now := w.reload(to)
				_, err := w.db.Result(&now)
				return err
			}},
		"result": {`UPDATE links SET result = (SELECT result FROM links WHERE id = $1) WHERE id = $2`,
			func(w *fixture, to db.Link) error {
				now := w.reload(to)
				_, err := w.db.Result(&now)
				return err
			}},
		"arguments": {`UPDATE link_operations SET arguments = (SELECT arguments FROM link_operations WHERE link_id = $1 AND position = 1)
			WHERE link_id = $2`,
			func(w *fixture, to db.Link) error {
				now := w.reload(to)
				_, err := w.db.Arguments(&now)
				return err
			}},
		"a key of another kind": {`UPDATE links SET arguments_key = data_key WHERE id IN ($1, $2)`,
			func(w *fixture, to db.Link) error {
				now := w.reload(to)
				_, err := w.db.Arguments(&now)
				return err
			}},
	}
	for name, move := range moves {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			from, _ := w.linkAt(db.LinkComplete, reusable)
			to, _ := w.linkAt(db.LinkComplete, reusable)
			w.must(move.read(w, to))
			_, err := w.raw.ExecContext(t.Context(), move.update, from.ID, to.ID)
			w.must(err)
			if move.read(w, to) == nil {
				t.Error("it opened")
			}
		})
	}
}

func TestEncryptedArguments_DoNotDecryptForAnotherOperation(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	_, err := w.raw.ExecContext(t.Context(), `UPDATE link_operations SET arguments =
		(SELECT arguments FROM link_operations WHERE link_id = $1 AND position = 1) WHERE link_id = $1 AND position = 0`, link.ID)
	w.must(err)
	now := w.reload(link)
	if _, err := w.db.Arguments(&now); err == nil {
		t.Error("they opened")
	}
}

func TestEncryptedReply_DoesNotDecryptForAnotherKey(t *testing.T) {
	w := newFixture(t)
	w.create(w.once("one", `{}`))
	w.create(w.once("two", `{}`))
	_, err := w.raw.ExecContext(t.Context(), `UPDATE idempotency_keys SET reply = (SELECT reply FROM idempotency_keys LIMIT 1)`)
	w.must(err)
	_, _, first := w.db.CreateLink(t.Context(), dbtest.NewLink(w.org), w.once("one", `{}`))
	_, _, second := w.db.CreateLink(t.Context(), dbtest.NewLink(w.org), w.once("two", `{}`))
	if (first == nil) == (second == nil) {
		t.Errorf("exactly one of the replies is in its place, but got %v and %v", first, second)
	}
}

func TestEncryptedValues_DecryptToWhatTheyWere(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	arguments, err := w.db.Arguments(&link)
	w.must(err)
	if arguments[0] != nil || string(arguments[1]) != `{"cardNumber":"`+cardNumber+`"}` {
		t.Errorf("arguments: %s", arguments)
	}
	read := w.reload(link)
	expect(t, "claim code", read.ClaimCode, link.ClaimCode)
	again, err := w.db.Arguments(&read)
	w.must(err)
	expect(t, "arguments as read", string(again[1]), string(arguments[1]))
	dbtest.Finish(t, w.db, w.run(link), `{"a": 1}`)
	done := w.reload(link)
	stored, err := w.db.Result(&done)
	w.must(err)
	expect(t, "result", string(stored), `{"a": 1}`)
	if !json.Valid(stored) {
		t.Error("the result is no JSON")
	}
}
