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
		"https://a.example/?next=/b?":           "https://a.example/?next=/b?&linkId=link_abc123",
		"com.example.app:/oauth2redirect":       "com.example.app:/oauth2redirect?linkId=link_abc123",
	} {
		if got := db.ReturnTo(given, "link_abc123"); got != want {
			t.Errorf("ReturnTo(%q) = %q, want %q", given, got, want)
		}
	}
}

// A page that gives its own address has what it was returned to with before.
func TestReturnTo_ReplacesWhatAnEarlierLinkAppended(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"https://a.example/?linkId=link_old":                            "https://a.example/?linkId=link_abc123",
		"https://a.example/x?linkId=link_old&cart=%37&returnCode=rtn_1": "https://a.example/x?cart=%37&linkId=link_abc123",
		"https://a.example/?a&linkId=1&linkId=2&&b=+#linkId=x":          "https://a.example/?a&&b=+&linkId=link_abc123#linkId=x",
		"https://a.example/?link%49d=1&returnCode":                      "https://a.example/?linkId=link_abc123",
		"https://a.example/?linkid=1&mylinkId=2&next=/?linkId=3":        "https://a.example/?linkid=1&mylinkId=2&next=/?linkId=3&linkId=link_abc123",
		"https://a.example/linkId=1?%zz=linkId":                         "https://a.example/linkId=1?%zz=linkId&linkId=link_abc123",
		"myapp://callback?returnCode=rtn_1&linkId=link_old":             "myapp://callback?linkId=link_abc123",
	} {
		if got := db.ReturnTo(given, "link_abc123"); got != want {
			t.Errorf("ReturnTo(%q) = %q, want %q", given, got, want)
		}
	}
}
