package branding

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"passage/db"
)

// The names of the fields in FieldErrors.
const (
	FieldName         = "name"
	FieldDisplayName  = "displayName"
	FieldLogo         = "logo"
	FieldAccent       = "accent"
	FieldSupport      = "support"
	FieldReturnTo     = "returnTo"
	FieldEmbedOrigins = "embedOrigins"
)

// Form is an organization's branding as it was typed.
type Form struct {
	DisplayName  string
	Accent       string
	Support      string
	ReturnTo     []string // empty entries do not count
	EmbedOrigins []string
}

// FormOf is the form with the current branding.
func FormOf(kept db.Branding) Form {
	return Form{kept.DisplayName, kept.Accent, SupportText(kept.Support), kept.ReturnTo, kept.EmbedOrigins}
}

// FieldError is what is wrong with a field: “must …”.
type FieldError struct{ Field, Text string }

// FieldErrors is everything that is wrong with a form.
type FieldErrors []FieldError

// For returns what is wrong with a field; empty if nothing is.
func (f FieldErrors) For(field string) string {
	for _, e := range f {
		if e.Field == field {
			return e.Text
		}
	}
	return ""
}

func (f *FieldErrors) add(field, text string) {
	if text != "" {
		*f = append(*f, FieldError{field, text})
	}
}

// Validate checks a form and returns the branding to store. taken are the names of
// the integrations, which no organization may use.
func (f Form) Validate(taken []string) (db.Branding, FieldErrors) {
	var errs FieldErrors
	var read db.Branding
	read.DisplayName = strings.TrimSpace(f.DisplayName)
	errs.add(FieldDisplayName, CheckName(read.DisplayName, taken))
	var reason string
	read.Accent, reason = readAccent(f.Accent)
	errs.add(FieldAccent, reason)
	read.Support, reason = readSupport(f.Support)
	errs.add(FieldSupport, reason)
	read.ReturnTo, reason = readList(f.ReturnTo, readReturnTo)
	errs.add(FieldReturnTo, reason)
	read.EmbedOrigins, reason = readList(f.EmbedOrigins, readOrigin)
	errs.add(FieldEmbedOrigins, reason)
	return read, errs
}

// maxEntries keeps a header that lists them short.
const maxEntries = 20

// readList reads each entry once; the reason names the first entry that is wrong.
func readList(entries []string, read func(string) (kept, reason string)) (list []string, reason string) {
	seen := map[string]bool{}
	for _, entry := range entries {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		kept, reason := read(entry)
		if reason != "" {
			return nil, strconv.Quote(entry) + " " + reason
		}
		if !seen[kept] {
			seen[kept] = true
			list = append(list, kept)
		}
	}
	if len(list) > maxEntries {
		return nil, "must have at most " + strconv.Itoa(maxEntries) + " entries"
	}
	return list, ""
}

// maxName is how long a name may be, in characters: what fits a phone in two lines.
const maxName = 40

// CheckName says why an organization cannot go by a name; empty: it can.
func CheckName(name string, taken []string) string {
	switch {
	case strings.TrimSpace(name) == "":
		return "must not be empty: people read it on every page"
	case utf8.RuneCountInString(name) > maxName:
		return "must have at most " + strconv.Itoa(maxName) + " characters"
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "must not contain line breaks, other than plain spaces, or characters that nobody sees"
	}
	if like := resembles(name, taken); like != "" {
		return "must not resemble “" + like + "”, which is an integration: people would take one for the other"
	}
	return ""
}
