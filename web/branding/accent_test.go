package branding

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestShades_AreReadableInBothThemes(t *testing.T) {
	t.Parallel()
	for red := 0; red < 256; red += 51 {
		for green := 0; green < 256; green += 51 {
			for blue := 0; blue < 256; blue += 51 {
				accent := colour{float64(red) / 255, float64(green) / 255, float64(blue) / 255}.String()
				shades := ShadesOf(accent)
				if got := lightTheme.leastContrast(parse(shades.Light)); got < minContrast {
					t.Errorf("%s is %s in the light theme: %.2f", accent, shades.Light, got)
				}
				if got := darkTheme.leastContrast(parse(shades.Dark)); got < minContrast {
					t.Errorf("%s is %s in the dark theme: %.2f", accent, shades.Dark, got)
				}
			}
		}
	}
}

func TestShades_ChangeAnAccentOnlyWhereNeeded(t *testing.T) {
	t.Parallel()
	for accent, says := range map[string][]string{
		"":        nil,
		"#12594a": {"dark theme"},
		"#ffe600": {"light theme"},
		"#777777": {"light theme", "dark theme", "4.5 : 1"},
	} {
		advice := Advice(accent)
		for _, part := range says {
			if !strings.Contains(advice, part) {
				t.Errorf("%s: %q", accent, advice)
			}
		}
		if want := len(says) > 0; (advice != "") != want || want && strings.Contains(advice, "light theme") != strings.Contains(strings.Join(says, " "), "light theme") {
			t.Errorf("%s: %q", accent, advice)
		}
	}
	if shades := ShadesOf("#12594a"); shades.Light != "#12594a" {
		t.Errorf("a dark colour becomes %s in the light theme", shades.Light)
	}
	if got := contrast(parse("#767676"), parse("#ffffff")); got < 4.54 || got > 4.55 { // the known grey at the limit
		t.Errorf("contrast is %.3f", got)
	}
}

// The colours that contrast is measured against are those of the pages.
func TestThemes_MatchTheStyleSheet(t *testing.T) {
	t.Parallel()
	sheet, err := os.ReadFile(filepath.Join("..", "..", "static", "app.css"))
	if err != nil {
		t.Fatal(err)
	}
	light, dark, ok := strings.Cut(string(sheet), "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("the style sheet has no dark theme")
	}
	for part, theme := range map[*string]theme{&light: lightTheme, &dark: darkTheme} {
		for name, want := range map[string]colour{"paper": theme.paper, "surface": theme.surface, "ink": theme.ink, "on-accent": theme.on} {
			found := regexp.MustCompile(`--` + name + `: (#[0-9a-f]{6});`).FindStringSubmatch(*part)
			if found == nil || found[1] != want.String() {
				t.Errorf("--%s is %v, not %s", name, found, want)
			}
		}
	}
}

func FuzzAccent(f *testing.F) {
	for _, seed := range []string{"", "#12594a", "ABC", " #fff ", "#ggg", "é", "#1234567"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		kept, fault := readAccent(text)
		if fault != "" || kept == "" {
			return
		}
		if again, fault := readAccent(kept); fault != "" || again != kept || parse(kept).String() != kept {
			t.Fatalf("%q is kept as %q, and that as %q", text, kept, again)
		}
		if shades := ShadesOf(kept); lightTheme.leastContrast(parse(shades.Light)) < minContrast || darkTheme.leastContrast(parse(shades.Dark)) < minContrast {
			t.Fatalf("%s: %+v", kept, shades)
		}
	})
}
