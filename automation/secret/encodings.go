package secret

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// encodings returns the secret and the forms in which it may come back: from
// an address, a page's source, a script's data, a header.
func encodings(secret string) []string {
	query := url.QueryEscape(secret)
	component := strings.ReplaceAll(query, "+", "%20") // as encodeURIComponent does, but for the next line
	marks := strings.NewReplacer("%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(component)
	entities := html.EscapeString(secret)
	forms := []string{
		secret, query, component, marks, url.PathEscape(secret),
		lowerHex(query), lowerHex(component), lowerHex(marks), lowerHex(url.PathEscape(secret)),
		entities,
		strings.NewReplacer("&#34;", "&quot;", "&#39;", "&apos;").Replace(entities),
		strings.NewReplacer("&#34;", "&quot;", "&#39;", "&#x27;").Replace(entities),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(secret), // innerHTML of text
		jsonForm(secret, true), jsonForm(secret, false), asciiJSON(secret),
	}
	forms = append(forms, base64Forms(secret)...)
	slices.Sort(forms)
	return slices.Compact(forms)
}

// lowerHex turns %2F into %2f.
func lowerHex(s string) string {
	out := []byte(s)
	for i := 0; i+2 < len(out); i++ {
		if out[i] == '%' {
			copy(out[i+1:i+3], strings.ToLower(string(out[i+1:i+3])))
			i += 2
		}
	}
	return string(out)
}

// jsonForm is the secret inside a JSON string, without the quotes.
func jsonForm(secret string, escapeHTML bool) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(escapeHTML)
	if err := encoder.Encode(secret); err != nil {
		return secret
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(out.String()), `"`), `"`)
}

// asciiJSON is jsonForm as writers that keep to ASCII give it.
func asciiJSON(secret string) string {
	var out strings.Builder
	for _, r := range jsonForm(secret, false) {
		switch {
		case r < utf8.RuneSelf:
			out.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}

// base64Forms returns the secret's base64, and for longer secrets what stays
// the same of it when it stands inside something longer ("user:password"), at
// each of the three offsets.
func base64Forms(secret string) []string {
	const enough = 8 // characters: a shorter core would be found in innocent text
	var forms []string
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		forms = append(forms, encoding.EncodeToString([]byte(secret)))
		for offset := range 3 {
			whole := encoding.EncodeToString(append(make([]byte, offset), secret...))
			first := (offset*8 + 5) / 6            // characters that hold bits of what comes before
			last := (offset + len(secret)) * 8 / 6 // the first that may hold bits of what comes after
			if core := whole[first:last]; len(core) >= enough {
				forms = append(forms, core)
			}
		}
	}
	return forms
}
