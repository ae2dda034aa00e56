package e2e

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/net/html"
)

// fresh is what a redesigned site's ids, classes and names of fields begin with.
const fresh = "fresh-"

// redesign is a site whose ids, classes and names of fields can be renamed, all
// of them and at any time: in its pages, its style sheets and its scripts. The
// site itself does not notice: what is sent to it gets the old names.
type redesign struct{ on atomic.Bool }

func (d *redesign) of(site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !d.on.Load() {
			site.ServeHTTP(w, r)
			return
		}
		restoreFields(r)
		shown := httptest.NewRecorder()
		site.ServeHTTP(shown, r)
		body := shown.Body.Bytes()
		switch mediaType, _, _ := strings.Cut(shown.Header().Get("Content-Type"), ";"); mediaType {
		case "text/html":
			body = renameHTML(body)
		case "text/css":
			body = renameCSS(body)
		case "text/javascript":
			body = renameSelectors(body)
		}
		for name, values := range shown.Header() {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(shown.Code)
		_, _ = w.Write(body) // the browser has left; nothing to do about it
	})
}

// restoreFields gives the fields of a posted form their old names.
func restoreFields(r *http.Request) {
	if r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		return
	}
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		return // the site finds the same
	}
	values, err := url.ParseQuery(string(sent))
	if err != nil {
		return
	}
	old := url.Values{}
	for name, value := range values {
		old[strings.TrimPrefix(name, fresh)] = value
	}
	text := old.Encode()
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
}

// renameHTML renames what the attributes of a page define or refer to.
func renameHTML(page []byte) []byte {
	var out bytes.Buffer
	for tokens := html.NewTokenizer(bytes.NewReader(page)); ; {
		if tokens.Next() == html.ErrorToken {
			return out.Bytes()
		}
		raw := string(tokens.Raw())
		token := tokens.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			out.WriteString(raw)
			continue
		}
		for n, attribute := range token.Attr {
			named := attribute.Key == "name" && token.Data != "meta"
			switch attribute.Key {
			case "id", "class", "for", "aria-labelledby", "aria-describedby":
				named = true
			}
			if !named {
				continue
			}
			words := strings.Fields(attribute.Val)
			for i := range words {
				words[i] = fresh + words[i]
			}
			token.Attr[n].Val = strings.Join(words, " ")
		}
		out.WriteString(token.String())
	}
}

var (
	beforeRule = regexp.MustCompile(`[^{}]*\{`)
	idOrClass  = regexp.MustCompile(`([#.])([A-Za-z_])`)
)

// renameCSS renames what stands before a rule's brackets.
func renameCSS(sheet []byte) []byte {
	return beforeRule.ReplaceAllFunc(sheet, func(selectors []byte) []byte {
		return idOrClass.ReplaceAll(selectors, []byte("${1}"+fresh+"${2}"))
	})
}

var quotedSelector = regexp.MustCompile(`(["'])([#.])`)

// renameSelectors renames in the texts of a script, of the site's or of ours.
func renameSelectors(source []byte) []byte {
	return quotedSelector.ReplaceAll(source, []byte("${1}${2}"+fresh))
}
