package db

import (
	"net/url"
	"strings"
)

// ReturnTo is where a person goes back to: the merchant's return URL with the
// link's id appended to its query. Everything else stays as it was given, byte
// for byte: a URL that were parsed and written again would lose its order and
// its encoding, which the merchant may have signed.
func ReturnTo(returnURL, linkID string) string {
	return appendQuery(returnURL, "linkId", url.QueryEscape(linkID))
}

func appendQuery(address, name, value string) string {
	before, fragment, hasFragment := strings.Cut(address, "#")
	switch {
	case !strings.Contains(before, "?"):
		before += "?"
	case !strings.HasSuffix(before, "?") && !strings.HasSuffix(before, "&"):
		before += "&"
	}
	before += name + "=" + value
	if hasFragment {
		before += "#" + fragment
	}
	return before
}
