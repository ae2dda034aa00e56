package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// A drawn request is made from what the document says of an operation: as it
// should be, or with something wrong about it.
type drawn struct {
	method, path, query, body string
	headers                   []string // pairs, as call takes them
}

// drawer draws requests. Texts of some fields are drawn from what there is.
type drawer struct {
	*rapid.T
	document *described
	known    map[string][]string // by the field's name
}

// chance is true so often. Rapid draws small numbers more often than others, so
// the number is mixed; the simplest one is false.
func (d *drawer) chance(percent uint64, what string) bool {
	return rapid.Uint64().Draw(d.T, what)*0x9E3779B97F4A7C15>>32%100 >= 100-percent
}

func (d *drawer) one(what string, of ...string) string { return rapid.SampledFrom(of).Draw(d.T, what) }

// request draws one.
func (d *drawer) request() drawn {
	o := d.document.operations[rapid.IntRange(0, len(d.document.operations)-1).Draw(d.T, "operation")]
	if d.chance(15, "create a link") { // most of what can be sent is sent there
		o = *d.document.find(http.MethodPost, "/v1/links")
	}
	r := drawn{method: o.method, path: parameter.ReplaceAllLiteralString(o.path, url.PathEscape(d.text("id")))}
	if d.chance(2, "another method") {
		r.method = d.one("method", "GET", "POST", "PUT", "PATCH", "DELETE")
	}
	parameters, _ := o.fields["parameters"].([]any)
	for _, parameter := range parameters {
		d.parameter(parameter.(map[string]any), &r)
	}
	if d.chance(5, "an unknown parameter") {
		r.query += "&" + url.QueryEscape(d.strange("parameter")) + "=" + url.QueryEscape(d.strange("value"))
	}
	if d.chance(2, "a broken query") {
		r.query += d.one("broken", "%zz", "&;=", "limit=1&limit=2", "==&&", "%00=%ff")
	}
	if o.request != nil {
		r.body = d.bodyOf(o.path, o.fields["requestBody"].(map[string]any)["content"].(map[string]any)["application/json"].(map[string]any)["schema"])
	}
	if d.chance(5, "another content type") {
		r.headers = append(r.headers, "Content-Type", d.one("type", "text/plain", "application/json; charset=utf-16", "application/json;;", "*/*", "\"", ""))
	}
	if d.chance(5, "a strange header") {
		r.headers = append(r.headers, d.one("header", "X-Request-Id", "Accept", "Accept-Language", "Origin", "Cookie", "X-Forwarded-For", "Range", "If-None-Match"),
			d.headerText())
	}
	return r
}

func (d *drawer) parameter(parameter map[string]any, r *drawn) {
	name := parameter["name"].(string)
	if parameter["in"] == "path" || !d.chance(30, "give "+name) {
		return
	}
	value := fmt.Sprint(d.value(parameter["schema"], name, 0))
	if d.chance(20, "a strange "+name) {
		value = d.strange(name)
	}
	if parameter["in"] == "header" {
		if d.chance(50, "a known key") { // so that some come twice
			value = d.one("key", "one", "two", "three")
		}
		r.headers = append(r.headers, name, header(value))
		return
	}
	r.query += "&" + name + "=" + url.QueryEscape(value)
}

// header leaves out of a text what a client cannot send.
func header(text string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return -1
		}
		return c
	}, text)
}

func (d *drawer) headerText() string { return header(d.strange("header")) }

// bodyOf draws a body, and often spoils it. Much of what the schema allows is
// refused for what no schema says, so some of a link's is known to be taken.
func (d *drawer) bodyOf(path string, schema any) string {
	value := d.value(schema, "", 0)
	if path == "/v1/links" && d.chance(60, "a good one") {
		drawn := value.(map[string]any)
		value = d.good()
		for _, name := range []string{"externalUserId", "metadata", "debug", "expiresIn", "userLabel", "locale", "returnUrl", "webhookUrl"} {
			if field, ok := drawn[name]; ok && d.chance(50, "with "+name) {
				value.(map[string]any)[name] = field
			}
		}
	}
	for d.chance(25, "spoil a value") {
		value = d.spoil(value)
	}
	text, err := json.Marshal(value)
	if err != nil {
		d.Fatal(err)
	}
	if !d.chance(10, "spoil the text") {
		return string(text)
	}
	half := string(text[:len(text)/2])
	return d.one("body", "", "null", "[]", half, string(text)+string(text), "\ufeff"+string(text), `{"`+"\xff\xfe"+`":1}`,
		strings.Replace(string(text), "{", `{"integrationId":"shop","integrationId":"demo",`, 1),
		strings.Repeat(" ", 70<<10)+string(text), strings.Repeat(`{"a":`, 5000), strings.Repeat("[", 40)+strings.Repeat("]", 40),
		strings.Replace(string(text), "{", `{"`+theCard+`":1,"`+strings.Repeat("k", 3000)+`":2,`, 1))
}

func (d *drawer) good() (body any) {
	text := d.one("good", simple, stored, strings.Replace(simple, "shop", "demo", 1),
		with(hooked), with(`"reusable":true,"returnUrl":"myapp://x"`), with(`"requireReturn":true,"returnUrl":"https://a.example/done"`))
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		d.Fatal(err)
	}
	return body
}

// value draws what fits a schema.
func (d *drawer) value(schema any, name string, depth int) any {
	s, _ := schema.(map[string]any)
	if reference, ok := s["$ref"].(string); ok {
		s = d.document.at(reference)
	}
	for _, choice := range []string{"oneOf", "anyOf"} {
		if choices, ok := s[choice].([]any); ok && s["properties"] == nil {
			return d.value(rapid.SampledFrom(choices).Draw(d.T, choice), name, depth)
		}
	}
	if values, ok := s["enum"].([]any); ok {
		return rapid.SampledFrom(values).Draw(d.T, "enum")
	}
	kind := s["type"]
	if kinds, ok := kind.([]any); ok {
		kind = rapid.SampledFrom(kinds).Draw(d.T, "type")
	}
	switch kind {
	case "object":
		return d.object(s, depth)
	case "array":
		return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) any {
			inner := *d
			inner.T = t
			return inner.value(s["items"], name, depth+1)
		}), 1, 3).Draw(d.T, "items")
	case "integer", "number":
		return rapid.IntRange(int(bound(s["minimum"], 0)), int(bound(s["maximum"], 1<<40))).Draw(d.T, name)
	case "boolean":
		return rapid.Bool().Draw(d.T, name)
	case "string":
		return d.fitting(s, name)
	}
	return nil
}

func bound(value any, otherwise float64) float64 {
	if number, ok := value.(json.Number); ok {
		if given, err := number.Float64(); err == nil {
			return given
		}
	}
	return otherwise
}

func (d *drawer) object(s map[string]any, depth int) any {
	object := map[string]any{}
	required, _ := s["required"].([]any)
	properties, _ := s["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if slices.Contains(required, any(name)) || d.chance(25, "give "+name) {
			object[name] = d.value(properties[name], name, depth+1)
		}
	}
	if more, ok := s["additionalProperties"].(map[string]any); ok && depth < 4 {
		for range rapid.IntRange(0, 2).Draw(d.T, "more") {
			object[d.one("key", "a", "b", "ключ", "a.b", " ", "__proto__")] = d.value(more, "", depth+1)
		}
	}
	return object
}

// fitting draws a text that a schema allows.
func (d *drawer) fitting(s map[string]any, name string) string {
	if pattern, ok := s["pattern"].(string); ok && pattern != `\S` {
		return rapid.StringMatching(pattern).Draw(d.T, name)
	}
	return d.text(name)
}

// text draws one that there is where the field is known, else mostly a short one.
func (d *drawer) text(name string) string {
	if known := d.known[name]; known != nil && d.chance(85, "a known "+name) {
		return rapid.SampledFrom(known).Draw(d.T, name)
	}
	if d.chance(20, "strange") {
		return d.strange(name)
	}
	return rapid.StringN(1, 20, -1).Draw(d.T, name)
}

// strange draws what programs stumble over.
func (d *drawer) strange(what string) string {
	return d.one(what, "", " ", "\x00", "a\x00b", "\u202egnirts", "🦊🦊", "e\u0301", "\ufffd", "../../etc/passwd", "%2e%2e%2f", "' OR 1=1 --", "<script>",
		"-1", "0", "1e9", "99999999999999999999", "NaN", "null", "true", "{}", "[]", "link_", "sess_%", "evt_", "clm_", strings.Repeat("x", 300), strings.Repeat("ß", 5000))
}

// spoil puts something wrong into one place of a value.
func (d *drawer) spoil(value any) any {
	switch value := value.(type) {
	case map[string]any:
		if len(value) > 0 && d.chance(75, "inside") {
			name := rapid.SampledFrom(slices.Sorted(maps.Keys(value))).Draw(d.T, "at")
			if name == "metadata" && d.chance(50, "leave metadata") { // what is there comes back
				return value
			}
			value[name] = d.spoil(value[name])
			return value
		}
		value[d.one("unknown", "unknown", "IntegrationId", "integrationid ", "", "$schema", "__proto__", "a.b")] = d.wrong()
		return value
	case []any:
		if len(value) > 0 && d.chance(75, "an item") {
			n := rapid.IntRange(0, len(value)-1).Draw(d.T, "n")
			value[n] = d.spoil(value[n])
			return value
		}
	}
	return d.wrong()
}

// wrong draws a value of any type.
func (d *drawer) wrong() any {
	deep := strings.Repeat("[", 35) + strings.Repeat("]", 35)
	return rapid.SampledFrom([]any{nil, true, 0, -1, 1.5, json.RawMessage("1e400"), json.RawMessage("-0"), json.RawMessage("123456789012345678901234567890"),
		"", "\x00", "\u202e", strings.Repeat("y", 3000), map[string]any{}, []any{}, map[string]any{"a": map[string]any{"b": nil}},
		[]any{nil, []any{}, "x"}, json.RawMessage(deep), bytes.Repeat([]byte("z"), 60)}).Draw(d.T, "wrong")
}

// send sends it as it stands; a path or query that no client would write
// included.
func (s *server) send(ctx context.Context, r drawn) (reply, error) {
	request, err := http.NewRequestWithContext(ctx, r.method, s.url, strings.NewReader(r.body))
	if err != nil {
		return reply{}, err
	}
	request.URL.Opaque = "//" + request.URL.Host + r.path
	request.URL.RawQuery = strings.TrimPrefix(r.query, "&")
	request.Header.Set("Content-Type", "application/json")
	for n := 0; n < len(r.headers); n += 2 {
		request.Header.Set(r.headers[n], r.headers[n+1])
	}
	return s.do(request)
}
