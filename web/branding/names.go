package branding

import (
	"strings"
	"unicode"

	"go.mau.fi/util/confusable"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"passage/automation/catalog"
)

// IntegrationNames are the names and ids of the integrations of a catalog.
func IntegrationNames(loaded *catalog.Catalog) []string {
	var names []string
	for _, entry := range loaded.Entries() {
		if entry.Integration != nil {
			names = append(names, entry.Integration.Name)
		}
		names = append(names, entry.ID)
	}
	return names
}

// embedded is how long the skeleton of a taken name is that is not looked for in
// words only, but within them: “att” is in too many.
const embedded = 6

// resembles finds the taken name that a reader may take this one for: the same,
// or within it, however it is spaced, accented or spelt with look-alikes.
func resembles(name string, taken []string) string {
	spoken := words(name)
	whole := strings.Join(spoken, "")
	for _, each := range taken {
		sought := strings.Join(words(each), "")
		if sought == "" {
			continue
		}
		if whole == sought || len(sought) >= embedded && strings.Contains(whole, sought) || hasRun(spoken, sought) && !isID(each) {
			return each
		}
	}
	return ""
}

// isID tells an integration's id, which may be a common word such as “demo”,
// from its name.
func isID(name string) bool { return strings.ToLower(name) == name }

// hasRun reports whether words that follow each other make up the one sought.
func hasRun(spoken []string, sought string) bool {
	for n := range spoken {
		run := ""
		for _, word := range spoken[n:] {
			if run += word; run == sought {
				return true
			}
		}
	}
	return false
}

// lookAlikes are what people write for a letter, beyond what Unicode's table of
// confusables knows.
var lookAlikes = strings.NewReplacer("i", "l", "1", "l", "!", "l", "|", "l", "0", "o", "3", "e", "4", "a", "@", "a",
	"5", "s", "$", "s", "7", "t", "+", "t", "8", "b", "9", "g", "6", "g", "2", "z")

// words are the words of a name as skeletons: what looks alike is the same.
func words(name string) []string {
	// Twice: “Т” looks like a Latin letter, and “т”, which it is folded to, does not.
	for range 2 {
		name = cases.Fold().String(skeleton(norm.NFKD.String(name)))
	}
	return strings.FieldsFunc(lookAlikes.Replace(bare(name)), func(r rune) bool { return !unicode.IsLetter(r) })
}

// skeleton maps characters that look alike to the same text, by the table of
// confusables of UTS #39, Unicode Security Mechanisms. It goes beyond section 4 of
// the standard in that it ignores accents. confusable.Skeleton departs from the
// standard for unprintable characters alone, which CheckName does not allow.
//
// It does not reorder right-to-left text as the standard's bidiSkeleton does.
// CheckName refuses direction marks, but a run of Hebrew letters that look like
// Latin ones is compared in the order of the text, not of the screen.
func skeleton(text string) string { return confusable.Skeleton(bare(text)) }

// bare removes accents and invisible characters from a text, among them all that
// Unicode calls Default_Ignorable_Code_Point.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.M, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point) {
			return -1
		}
		return r
	}, text)
}
