package webhook

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestExcerpt_IsPrintable(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ reply, want string }{
		{"", ""},
		{" ok\r\n", "ok"},
		{"a\tb\nc", "a b c"},
		{"a\x00b\x1b[31mc\u0085d\u009be", "ab[31mc de"},
		{"safe\u202Egnp.exe\u200B", "safegnp.exe"},
		{"bad \xff\xfe bytes", "bad \uFFFD bytes"},
		{strings.Repeat("a", 511) + "é", strings.Repeat("a", 511)},
		{strings.Repeat("a", 510) + "é!", strings.Repeat("a", 510) + "é"},
	} {
		if got := excerpt([]byte(row.reply), nil); got != row.want {
			t.Errorf("%q became %q, want %q", row.reply, got, row.want)
		}
	}
}

func TestExcerpt_WithholdsTheResult(t *testing.T) {
	t.Parallel()
	result := json.RawMessage(`{"paymentMethods":[{"vendorId":"pm-Zürich 7","last4":"4242","order":0}],"due":1234.5}`)
	quoted, err := json.Marshal(string(result))
	if err != nil {
		t.Fatal(err)
	}
	for _, reply := range []string{
		string(result), string(quoted), "got " + strings.ReplaceAll(string(result), ",", ",\n  "),
		"card ending in 4242", `{"due": "1,234.50"}`, strings.ToUpper(string(result)), strings.Repeat(" ", 600) + string(result),
	} {
		if got := excerpt([]byte(reply), result); got != withheld {
			t.Errorf("%q became %q", reply, got)
		}
	}
	for _, reply := range []string{"ok", `{"received":true,"order":0}`, "event evt_1 stored", "paymentMethods stored"} {
		if got := excerpt([]byte(reply), result); got != reply {
			t.Errorf("%q became %q", reply, got)
		}
	}
	short := json.RawMessage(`{"orderCount":7,"orders":[]}`)
	if got := excerpt([]byte(`{"result": {"orderCount": 7, "orders": []}}`), short); got != withheld {
		t.Errorf("a result of short values became %q", got)
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add([]byte("ok"), "secret-value")
	f.Add([]byte("\xff\x00\u202e"), "")
	f.Add([]byte(url.QueryEscape("a b")), base64.StdEncoding.EncodeToString([]byte("x")))
	f.Fuzz(func(t *testing.T, reply []byte, value string) {
		result, err := json.Marshal(map[string]string{"value": value})
		if err != nil {
			t.Skip()
		}
		for _, sent := range []json.RawMessage{nil, result} {
			got := excerpt(reply, sent)
			if len(got) > excerptSize || !utf8.ValidString(got) || strings.ContainsFunc(got, unicode.IsControl) {
				t.Errorf("excerpt is %q", got)
			}
			if sent != nil && len(skeleton(value)) >= shortestTrace && strings.Contains(got, value) && got != withheld {
				t.Errorf("excerpt %q holds %q", got, value)
			}
		}
	})
}
