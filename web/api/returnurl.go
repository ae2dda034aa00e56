package api

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"passage/automation/loopback"
	"passage/web/api/strictjson"
	"passage/web/api/wire"
	"passage/web/branding"
)

// refuseReturnURL says why a return URL is not accepted, or "". An accepted one is
// put into a page unchanged, so every reader must understand it the same way
// (CONTRACT §6).
func refuseReturnURL(text string) string {
	if reason := refuseText(text); reason != "" {
		return reason
	}
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok || !isScheme(scheme) {
		return "must be an absolute URL"
	}
	scheme = strings.ToLower(scheme)
	switch {
	case scheme == "https", scheme == "http":
		return refuseWebURL(text, scheme == "http")
	case !branding.IsAppScheme(scheme):
		return "must be https or a scheme of your app's own"
	case !strings.HasPrefix(rest, "/"):
		// “localhost:3000/done” has no scheme: http:// is missing.
		return "must have a / after the scheme, such as myapp://callback"
	}
	return refuseAuthority(rest)
}

// refuseOtherHosts says where a return URL must lead instead, if its organization
// is limited to a list.
func refuseOtherHosts(text string, allowed []string) string {
	if branding.AllowsReturn(allowed, text) {
		return ""
	}
	return "must lead to one of " + strings.Join(allowed, ", ") + "; whoever runs Passage can allow more"
}

// refuseText refuses what readers of a URL understand in different ways.
func refuseText(text string) string {
	switch {
	case len(text) > wire.MaxURL:
		return "must have at most " + strconv.Itoa(wire.MaxURL) + " characters"
	case !utf8.ValidString(text) || strings.ContainsFunc(text, strictjson.IsInvisible):
		return "must not contain control characters"
	case strings.ContainsFunc(text, unicode.IsSpace):
		return "must not contain white space"
	case strings.Contains(text, `\`):
		return "must not contain a backslash" // browsers read it as a slash
	}
	return ""
}

// isScheme follows RFC 3986, section 3.1.
func isScheme(text string) bool {
	for i, c := range []byte(text) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", rune(c))) {
			return false
		}
	}
	return text != ""
}

// refuseWebURL checks an http or https URL.
func refuseWebURL(text string, plain bool) string {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Hostname() == "" || !isPort(parsed) {
		return "must be a valid absolute URL"
	}
	if parsed.User != nil {
		return "must not contain a user name or a password"
	}
	if plain && !loopback.IsHost(parsed.Hostname()) {
		return "must be https; http is for loopback only"
	}
	return ""
}

// refuseAuthority checks what follows “scheme:” in an app's own URL, which
// net/url may not understand: “//host/path?query#fragment”.
func refuseAuthority(rest string) string {
	authority, ok := strings.CutPrefix(rest, "//")
	if !ok {
		return ""
	}
	if end := strings.IndexAny(authority, "/?#"); end >= 0 {
		authority = authority[:end]
	}
	if strings.Contains(authority, "@") {
		return "must not contain a user name or a password"
	}
	return ""
}

func isPort(parsed *url.URL) bool {
	if !strings.HasSuffix(parsed.Host, ":"+parsed.Port()) { // there is none
		return true
	}
	_, err := strconv.ParseUint(parsed.Port(), 10, 16)
	return err == nil
}

// refuseWebhookURL says why a webhook URL is not accepted, or "". The address that
// it resolves to is checked when it is dialed, at each attempt.
func (a *API) refuseWebhookURL(text string) string {
	if reason := refuseText(text); reason != "" {
		return reason
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Hostname() == "" || !isPort(parsed) {
		return "must be an absolute https URL"
	}
	switch {
	case parsed.User != nil:
		return "must not contain a user name or a password"
	case parsed.Scheme == "https", parsed.Scheme == "http" && a.plainWebhook(parsed.Hostname()):
		return ""
	}
	return "must be an absolute https URL"
}

func (a *API) plainWebhook(host string) bool {
	return a.Development && loopback.IsHost(host) || a.PlainWebhook != nil && a.PlainWebhook(host)
}
