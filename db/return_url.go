package db

import (
	"net/url"
	"slices"
	"strings"
)

// ReturnTo is where a person goes back to: the merchant's return URL with the
// link's id appended to its query. A linkId and a returnCode that are in it
// already are taken out: a page that gives its own address has those of an earlier
// link, and many readers would take the first. Everything else stays as it was
// given, byte for byte: a URL that were parsed and written again would lose its
// order and its encoding, which the merchant may have signed.
func ReturnTo(returnURL, linkID string) string {
	return appendQuery(withoutReturn(returnURL), linkIDParameter, url.QueryEscape(linkID))
}

// The parameters of the query with which a person comes back.
const (
	linkIDParameter     = "linkId"
	returnCodeParameter = "returnCode"
)

// withoutReturn takes the parameters of a return out of an address's query.
func withoutReturn(address string) string {
	before, fragment, hasFragment := strings.Cut(address, "#")
	path, query, hasQuery := strings.Cut(before, "?")
	if !hasQuery {
		return address
	}
	kept := slices.DeleteFunc(strings.Split(query, "&"), func(parameter string) bool {
		name, _, _ := strings.Cut(parameter, "=")
		if read, err := url.QueryUnescape(name); err == nil {
			name = read
		}
		return name == linkIDParameter || name == returnCodeParameter
	})
	address = path + "?" + strings.Join(kept, "&")
	if hasFragment {
		address += "#" + fragment
	}
	return address
}

func appendQuery(address, name, value string) string {
	before, fragment, hasFragment := strings.Cut(address, "#")
	switch _, query, hasQuery := strings.Cut(before, "?"); {
	case !hasQuery:
		before += "?"
	case query != "" && !strings.HasSuffix(query, "&"):
		before += "&"
	}
	before += name + "=" + value
	if hasFragment {
		before += "#" + fragment
	}
	return before
}
