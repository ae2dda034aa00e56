package branding

import (
	"strings"
	"testing"
	"unicode"

	"go.mau.fi/util/confusable"
	"golang.org/x/text/unicode/norm"
)

func TestCheckName_CatchesLookAlikes(t *testing.T) {
	t.Parallel()
	for kind, names := range map[string][]string{
		"Cyrillic":                {"Vеrіzоn", "Т-Моbіlе", "АТ&Т"},
		"Greek":                   {"Verιzοn", "Τ-Μοbile", "ΑΤ&Τ", "UΒΕR ΕΑΤS"},
		"digits":                  {"V3r1z0n", "T-M0b1l3", "4TT", "U8er Ea7s"},
		"added after Unicode 13":  {"Verⲓzon", "T-Mϭbile", "Verizoղ", "Verizoŋ", "Uber Eatട", "T-Mobⲓle"},
		"letters that are blank":  {"Veri\u3164zon", "Veri\u115fzon", "Veri\u1160zon", "Veri\uffa0zon"},
		"marks that are not seen": {"Veri\u034fzon", "Veri\ufe0fzon"},
	} {
		for _, name := range names {
			if fault := CheckName(name, integrations); !strings.Contains(fault, "must not resemble") {
				t.Errorf("%s: %q is accepted: %q", kind, name, fault)
			}
		}
	}
	for _, name := range []string{"Þór", "Шоколад", "Ŋalina", "Ելակ", "थाली", "한국 상점", "บ้าน", "მაღაზია", "משלוח"} {
		if fault := CheckName(name, integrations); fault != "" {
			t.Errorf("%q: %s", name, fault)
		}
	}
}

// An older table would accept look-alikes that newer fonts display.
func TestSkeleton_KnowsUnicode17(t *testing.T) {
	t.Parallel()
	for character, want := range map[rune]string{
		'\u0448':     "w", // CYRILLIC SMALL LETTER SHA, mapped since Unicode 17
		'\U0001CCD6': "A", // OUTLINED LATIN CAPITAL LETTER A, added by Unicode 16
		'\U00016EAA': "l", // a letter that Unicode 17 added
	} {
		if got := confusable.GetReplacement(character); got != want {
			t.Errorf("%U looks like %q, want %q", character, got, want)
		}
	}
}

// The definition in section 4 of UTS #39: decompose, leave out what is ignorable,
// replace each character by its prototype, decompose again.
func TestSkeleton_FollowsUTS39(t *testing.T) {
	t.Parallel()
	for character := range unicode.MaxRune + 1 {
		if !unicode.IsPrint(character) || unicode.In(character, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) {
			continue
		}
		var mapped strings.Builder
		for _, part := range norm.NFD.String(string(character)) {
			prototype := confusable.GetReplacement(part)
			if prototype == "" {
				prototype = string(part)
			}
			mapped.WriteString(prototype)
		}
		if got, want := confusable.Skeleton(string(character)), norm.NFD.String(mapped.String()); got != want {
			t.Errorf("%U: %+q, want %+q", character, got, want)
		}
	}
}
