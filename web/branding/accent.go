package branding

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// minContrast is what WCAG 2.2 (1.4.3) asks of text.
const minContrast = 4.5

// colour is one of sRGB; each part is 0 to 1.
type colour [3]float64

var colourPattern = regexp.MustCompile(`^#?([0-9a-f]{3}|[0-9a-f]{6})$`)

// readAccent takes a colour as designers write it, and keeps it with six digits.
func readAccent(text string) (kept, fault string) {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return "", ""
	}
	found := colourPattern.FindStringSubmatch(text)
	if found == nil {
		return "", "must be a colour such as #12594a"
	}
	digits := found[1]
	if len(digits) == 3 {
		digits = strings.Join([]string{digits[:1], digits[:1], digits[1:2], digits[1:2], digits[2:], digits[2:]}, "")
	}
	return "#" + digits, ""
}

// parse reads a colour with six digits.
func parse(text string) (c colour) {
	for n := range c {
		part, _ := strconv.ParseUint(text[1+2*n:3+2*n], 16, 8) // its form was checked
		c[n] = float64(part) / math.MaxUint8
	}
	return c
}

func (c colour) String() string {
	text := "#"
	for _, part := range c {
		text += fmt.Sprintf("%02x", int(math.Round(part*math.MaxUint8)))
	}
	return text
}

// rounded is the colour that its digits name.
func (c colour) rounded() colour { return parse(c.String()) }

// toward mixes a colour with a part of another.
func (c colour) toward(other colour, part float64) colour {
	for n := range c {
		c[n] += (other[n] - c[n]) * part
	}
	return c
}

// luminance follows WCAG 2.2's definition of relative luminance.
func (c colour) luminance() float64 {
	linear := func(part float64) float64 {
		if part <= 0.04045 {
			return part / 12.92
		}
		return math.Pow((part+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

func contrast(a, b colour) float64 {
	light, dark := a.luminance(), b.luminance()
	return (max(light, dark) + 0.05) / (min(light, dark) + 0.05)
}

// theme is what the hosted pages put an accent on and in: the colours of
// static/app.css, of which a test makes sure.
type theme struct {
	paper, surface, ink, on colour
	end                     colour // where more contrast is
}

var (
	lightTheme = theme{paper: parse("#f3f4f1"), surface: parse("#ffffff"), ink: parse("#17211d"), on: parse("#ffffff"), end: parse("#000000")}
	darkTheme  = theme{paper: parse("#0e1211"), surface: parse("#161b19"), ink: parse("#e7ece9"), on: parse("#0a1512"), end: parse("#ffffff")}
)

// The tints of app.css, with a little to spare: it mixes in another colour space.
const (
	tintPart = 0.13
	sunkPart = 0.05
)

// leastContrast is the lowest contrast that an accent has with anything it meets.
func (t theme) leastContrast(accent colour) float64 {
	least := contrast(accent, t.on)
	for _, ground := range []colour{t.paper, t.surface, t.surface.toward(accent, tintPart), t.surface.toward(t.ink, sunkPart)} {
		least = min(least, contrast(accent, ground))
	}
	return least
}

// nearestReadable is the nearest colour to the accent that can be read: the accent itself,
// or darker, or lighter.
func (t theme) nearestReadable(accent colour) colour {
	const steps = 256
	for step := range steps {
		if near := accent.toward(t.end, float64(step)/steps).rounded(); t.leastContrast(near) >= minContrast {
			return near
		}
	}
	return t.end
}

// Shades are what an accent becomes in either theme.
type Shades struct {
	Light, OnLight string // the accent, and what is written in it
	Dark, OnDark   string
}

// ShadesOf are the shades of an accent as it is kept.
func ShadesOf(accent string) Shades {
	c := parse(accent)
	return Shades{lightTheme.nearestReadable(c).String(), lightTheme.on.String(), darkTheme.nearestReadable(c).String(), darkTheme.on.String()}
}

// Advice says in which theme an accent is shown otherwise, and how; empty: it
// is shown as it is.
func Advice(accent string) string {
	if accent == "" {
		return ""
	}
	var parts []string
	shades, c := ShadesOf(accent), parse(accent)
	tell := func(t theme, name, shown string) {
		if shown != accent {
			parts = append(parts, fmt.Sprintf("in the %s theme, where its contrast is %.1f : 1 and text needs 4.5 : 1, %s is shown", name, t.leastContrast(c), shown))
		}
	}
	tell(lightTheme, "light", shades.Light)
	tell(darkTheme, "dark", shades.Dark)
	return strings.Join(parts, "; ")
}
