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
	for _, fault := range f {
		if fault.Field == field {
			return fault.Text
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
	var faults FieldErrors
	var read db.Branding
	read.DisplayName = strings.TrimSpace(f.DisplayName)
	faults.add(FieldDisplayName, CheckName(read.DisplayName, taken))
	var fault string
	read.Accent, fault = readAccent(f.Accent)
	faults.add(FieldAccent, fault)
	read.Support, fault = readSupport(f.Support)
	faults.add(FieldSupport, fault)
	read.ReturnTo, fault = readList(f.ReturnTo, readReturnTo)
	faults.add(FieldReturnTo, fault)
	read.EmbedOrigins, fault = readList(f.EmbedOrigins, readOrigin)
	faults.add(FieldEmbedOrigins, fault)
	return read, faults
}

// maxEntries keeps a header that lists them short.
const maxEntries = 20

// readList reads each entry once; the fault names the first entry that is wrong.
func readList(entries []string, read func(string) (kept, fault string)) (list []string, fault string) {
	seen := map[string]bool{}
	for _, entry := range entries {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		kept, fault := read(entry)
		if fault != "" {
			return nil, strconv.Quote(entry) + " " + fault
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
