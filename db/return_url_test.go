package db_test

import (
	"testing"

	"passage/db"
)

func TestReturnTo_AppendsTheIDOnly(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"https://your-app.com/done":             "https://your-app.com/done?linkId=link_abc123",
		"myapp://callback?ref=foo":              "myapp://callback?ref=foo&linkId=link_abc123",
		"https://a.example/x?y=1#frag":          "https://a.example/x?y=1&linkId=link_abc123#frag",
		"https://a.example":                     "https://a.example?linkId=link_abc123",
		"https://a.example/?":                   "https://a.example/?linkId=link_abc123",
		"https://a.example/?a=1&":               "https://a.example/?a=1&linkId=link_abc123",
		"https://a.example/?b=%7e&a=+%20#?x#y":  "https://a.example/?b=%7e&a=+%20&linkId=link_abc123#?x#y",
		"https://a.example/#":                   "https://a.example/?linkId=link_abc123#",
		"https://a.example/p#/route?tab=1":      "https://a.example/p?linkId=link_abc123#/route?tab=1",
		"https://a.example/?next=https://b/?c=": "https://a.example/?next=https://b/?c=&linkId=link_abc123",
		"com.example.app:/oauth2redirect":       "com.example.app:/oauth2redirect?linkId=link_abc123",
	} {
		if got := db.ReturnTo(given, "link_abc123"); got != want {
			t.Errorf("ReturnTo(%q) = %q, want %q", given, got, want)
		}
	}
}
