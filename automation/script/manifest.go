package script

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"passage/automation/prompt"
)

// Manifest is what an integration declares when it is loaded: enough to list it
// and to show its credentials form without a browser.
type Manifest struct {
	ID          string
	Name        string
	Site        string   // an origin, without a path
	Hosts       []string // "name" (ports 80 and 443) or "name:port"; the browser may talk to no others
	Language    string   // that sites are told, a BCP 47 tag
	Zone        string   // the time zone of the browser, a name of the IANA database
	Credentials []prompt.Field
	Lockout     Lockout
	Operations  []string // "resource.action", sorted
}

// What an integration has that does not say otherwise.
const (
	standardLanguage = "en-US"
	standardZone     = "UTC"
)

var idPattern = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// Allows reports whether the browser may talk to the host of an origin.
func (m *Manifest) Allows(origin string) bool {
	return slices.Contains(m.Hosts, hostOf(strings.ToLower(origin)))
}

// UsernameField returns the name of the field that distinguishes accounts: the
// one with the autocomplete token “username”, else the first that is not secret.
// It is empty if there is none.
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

// validate returns everything that is wrong with the manifest, in words for the
// script's author.
func (m *Manifest) validate() []error {
	var errs []error
	report := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !idPattern.MatchString(m.ID) {
		report("integration: id = %q must be lower-case letters, digits and dashes, starting with a letter", m.ID)
	}
	if m.Name == "" || m.Name != prompt.Quote(m.Name) || len(m.Name) > 64 {
		report("integration: name = %q must be 1 to 64 printable characters", m.Name)
	}
	if err := checkSite(m.Site); err != nil {
		report("integration: %w", err)
	} else if !slices.Contains(m.Hosts, hostOf(m.Site)) {
		report("integration: hosts must contain the site's own host, %q", hostOf(m.Site))
	}
	if tag, err := language.Parse(m.Language); err != nil || tag.String() != m.Language {
		report("integration: language = %q must be a language tag like %q", m.Language, standardLanguage)
	}
	if location, err := time.LoadLocation(m.Zone); err != nil || m.Zone == "" || location == time.Local {
		report("integration: zone = %q must be the name of a time zone like %q or %q", m.Zone, "America/New_York", standardZone)
	}
	for _, host := range m.Hosts {
		if err := checkHost(host); err != nil {
			report("integration: %w", err)
		}
	}
	if len(m.Credentials) == 0 || len(m.Credentials) > 10 {
		report("integration: credentials must be a list of 1 to 10 field(…)")
	}
	seen := map[string]bool{}
	for _, field := range m.Credentials {
		if seen[field.Name] {
			report("integration: there are two fields named %q", field.Name)
		}
		seen[field.Name] = true
	}
	if m.Lockout == (Lockout{}) {
		return errs
	}
	errs = append(errs, m.Lockout.validate()...)
	if m.UsernameField() == "" {
		errs = append(errs, errors.New("integration: attempts and window are counted for each user name, and no field of credentials is one: they are all secret"))
	}
	return errs
}
