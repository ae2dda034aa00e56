package chrome

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"
)

// Locale is what a browser tells sites about its user: the language, as a BCP 47
// tag, and the time zone, as a name of the IANA database. Neither depends on the
// machine. An empty one stands for that of DefaultLocale.
type Locale struct{ Language, Zone string }

// DefaultLocale is that of every browser for which no other is wanted.
func DefaultLocale() Locale { return Locale{Language: "en-US", Zone: "UTC"} }

// OrDefault returns the locale with the defaults in place of what is empty.
func (l Locale) OrDefault() Locale {
	standard := DefaultLocale()
	return Locale{cmp.Or(l.Language, standard.Language), cmp.Or(l.Zone, standard.Zone)}
}

// acceptLanguages returns the languages that sites are asked for: the language,
// and the same without its region.
func (l Locale) acceptLanguages() string {
	if base, _, regional := strings.Cut(l.Language, "-"); regional {
		return l.Language + "," + base
	}
	return l.Language
}

// FormatAs makes a window write dates and numbers in a language. The headless
// shell cannot be told by a flag. Windows that share a renderer share that, too.
func (s Session) FormatAs(ctx context.Context, language string) error {
	err := proto.EmulationSetLocaleOverride{Locale: strings.ReplaceAll(language, "-", "_")}.Call(s.at(ctx))
	if refused, ok := errors.AsType[*cdp.Error](err); ok && strings.Contains(refused.Message, "already in effect") {
		return nil
	}
	if err != nil {
		return fmt.Errorf("set language: %w", err)
	}
	return nil
}
