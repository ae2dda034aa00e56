package branding

import (
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"passage/automation/loopback"
)

const (
	mailScheme = "mailto:"
	webScheme  = "https://"

	maxSupport = 200 // bytes
)

// plainMail is an address that means the same in a mailto: URL, where ? and &
// begin headers.
var plainMail = regexp.MustCompile(`^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)

// readSupport takes a mail address or a page, and keeps a URL.
func readSupport(text string) (kept, reason string) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", ""
	case len(text) > maxSupport:
		return "", "must have at most " + strconv.Itoa(maxSupport) + " characters"
	case strings.HasPrefix(strings.ToLower(text), webScheme):
		parsed, err := url.Parse(text)
		if err != nil || parsed.User != nil || !isHost(parsed.Host) {
			return "", "must be a whole https address, without a user name or a password"
		}
		return parsed.String(), ""
	}
	text = strings.TrimPrefix(text, mailScheme)
	if _, err := mail.ParseAddress(text); err != nil || !plainMail.MatchString(text) {
		return "", "must be a mail address, such as help@shop.example.com, or a page's address that begins with https://"
	}
	return mailScheme + text, ""
}

// SupportText is a support address as people read and type it.
func SupportText(kept string) string { return strings.TrimPrefix(kept, mailScheme) }

// appScheme follows RFC 3986, section 3.1.
var appScheme = regexp.MustCompile(`^[a-z][a-z0-9+.-]*$`)

// readReturnTo takes a host, or an app's scheme with its colon.
func readReturnTo(text string) (kept, reason string) {
	const form = "must be a host, such as shop.example.com, or the scheme of an app with its colon, such as myapp:"
	lower := strings.ToLower(text)
	if scheme, rest, ok := strings.Cut(lower, ":"); ok && strings.Trim(rest, "/") == "" && appScheme.MatchString(scheme) {
		if scheme == "https" || scheme == "http" {
			return "", "must name the host too: any page could be returned to"
		}
		if !IsAppScheme(scheme) {
			return "", "must be the scheme of an app's own; " + scheme + ": means something to browsers or to other programs"
		}
		return scheme + ":", ""
	}
	lower = strings.TrimSuffix(strings.TrimPrefix(lower, webScheme), "/")
	host, ok := asHost(lower, "https")
	if !ok || !strings.ContainsAny(host, ".:") && !isLoopback(host) { // “myapp” is a scheme without its colon
		return "", form
	}
	return host, ""
}

// AllowsReturn reports whether a list of schemes and hosts allows a return URL,
// which is one that the API takes. An empty list allows all.
func AllowsReturn(allowed []string, returnURL string) bool {
	if len(allowed) == 0 {
		return true
	}
	scheme, _, _ := strings.Cut(strings.ToLower(returnURL), ":")
	if scheme != "https" && scheme != "http" {
		return slices.Contains(allowed, scheme+":")
	}
	parsed, err := url.Parse(returnURL)
	if err != nil {
		return false
	}
	host, ok := asHost(strings.ToLower(parsed.Host), scheme)
	return ok && slices.Contains(allowed, host)
}

// readOrigin takes an origin as a browser would write it. It goes into a
// Content-Security-Policy as it is kept.
func readOrigin(text string) (kept, reason string) {
	scheme, rest, ok := strings.Cut(strings.ToLower(text), "://")
	if !ok || scheme != "https" && scheme != "http" {
		return "", "must begin with https://"
	}
	host, ok := asHost(strings.TrimSuffix(rest, "/"), scheme)
	if !ok {
		return "", "must be an exact origin, such as https://shop.example.com: no path and no *"
	}
	if scheme == "http" && !isLoopback(host) {
		return "", "must begin with https://; http is for this machine only"
	}
	return scheme + "://" + host, ""
}

// asHost is a lower-case host as browsers compare it: in ASCII, without the
// port that its scheme has anyway.
func asHost(text, scheme string) (host string, ok bool) {
	name, port, hasPort := strings.Cut(text, ":")
	if name, err := idna.Lookup.ToASCII(name); err == nil {
		text = name
	}
	if hasPort && port != map[string]string{"https": "443", "http": "80"}[scheme] {
		text += ":" + port
	}
	return text, isHost(text)
}

var hostPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[1-9][0-9]{0,4})?$`)

// maxHost is RFC 1035's, and a port.
const maxHost = 253 + len(":65535")

func isHost(text string) bool {
	if len(text) > maxHost || !hostPattern.MatchString(strings.ToLower(text)) {
		return false
	}
	_, port, hasPort := strings.Cut(text, ":")
	_, err := strconv.ParseUint(port, 10, 16)
	return !hasPort || err == nil
}

// isLoopback reports whether a host, with a port or without, is this machine.
func isLoopback(host string) bool {
	name, _, _ := strings.Cut(host, ":")
	return loopback.IsHost(name)
}
