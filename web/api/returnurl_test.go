package api

import (
	"net/url"
	"strings"
	"testing"

	"passage/db"
	"passage/web/api/wire"
	"passage/web/branding"
)

func TestRefuseReturnURL_AcceptsValidURLs(t *testing.T) {
	t.Parallel()
	for _, accepted := range []string{
		"https://your-app.com/done", "myapp://callback?ref=foo", "https://a.example/x?y=1#frag",
		"HTTPS://A.example/", "https://a.example:8443/x?b=2&a=1&&c", "https://[2001:db8::1]/x", "https://bücher.example/ü",
		"https://a.example/x?q=%zz", "https://a.example", "https://a.example/x@y?z=@",
		"http://localhost:3000/done", "http://127.0.0.1/x", "http://127.8.9.1:80", "http://[::1]:9/x", "http://app.localhost/x",
		"myapp://", "myapp:///x", "com.example.app:/oauth2redirect", "my-app+x.y://callback/path#a", "MyApp://x",
	} {
		if fault := refuseReturnURL(accepted); fault != "" {
			t.Errorf("%q is refused: %s", accepted, fault)
		}
	}
}

func TestRefuseReturnURL_RefusesAmbiguousURLs(t *testing.T) {
	t.Parallel()
	for _, refused := range []string{
		"", " ", "done", "/done", "//a.example/x", "?x", "#x", "a.example/done", ":", "://x", "1app://x", "my_app://x", "my app://x",
		"javascript:alert(1)", "JavaScript:alert(1)", "javascript://a.example/%0aalert(1)", "java\tscript:alert(1)", "\x01javascript:x",
		"data:text/html,x", "data://text/html,x", "vbscript:x", "file:///etc/passwd", "blob:https://a.example/1", "about:blank",
		"about://blank", "intent://x#Intent;end", "android-app://x", "mailto:a@b.example", "mailto://x", "ws://a.example", "wss://a.example",
		"ftp://a.example/x", "tel://1", "sms://1", "chrome://settings", "view-source://x", "moz-extension://x", "ms-settings://x",
		"googlechrome://a.example", "x-safari-https://a.example", "itms-services://x", "filesystem:https://a.example/x", "tel:1",
		"http://a.example/done", "http://127.0.0.1.a.example/", "http://127.1/x", "http://localhost.a.example", "http://[::2]/", "http://10.0.0.1",
		"http://0.0.0.0/", "http://localhost@a.example/", "https://", "https:///x", "https:x", "https:/a.example", "https://:443/x",
		"https://user@a.example/", "https://user:pass@a.example/", "https://@a.example/", "https://a.example\\@b.example/", `https:\\a.example`,
		"https://a.example:99999/", "https://a.example:x/", "https://a.example/%zz", "https://[::1", "https://a b.example/",
		"myapp://user@host/", "myapp://user:pass@host", "myapp:callback", "localhost:3000/done", "a.example:8080/x", "myapp:?x",
		" https://a.example", "https://a.example ", "\thttps://a.example", "https://a.example\n", "https://a.example/\r\nSet-Cookie:x",
		"https://a.example/x y", "https://a.example/\u00a0", "https://a.example/\u2028", "https://a.example/\u202e", "https://a.example/\x7f",
		"https://a.example/\u0085", "https://a.example/\xff", "https://a.example/\x00", "https://a.example/" + strings.Repeat("x", wire.MaxURL),
	} {
		if refuseReturnURL(refused) == "" {
			t.Errorf("%q is accepted", refused)
		}
	}
}

func FuzzRefuseReturnURL_KeepsTheMeaningOfAcceptedURLs(f *testing.F) {
	for _, seed := range []string{
		"https://your-app.com/done", "myapp://callback?ref=foo", "https://a.example/x?y=1#frag", "http://localhost:3000/?a=%20&",
		"javascript:alert(1)", "https://a.example\\@b", "com.example.app:/x#?", "https://[::1]:9/#a#b", "https://a.example?", "a:/?#",
		"https://a.example/?linkId=link_old&x", "myapp://x?returnCode&a#linkId", "a:/?0?",
	} {
		f.Add(seed)
	}
	const id = "link_abc123"
	f.Fuzz(func(t *testing.T, text string) {
		if refuseReturnURL(text) != "" {
			return
		}
		got := db.ReturnTo(text, id)
		if again := db.ReturnTo(got, id); again != got {
			t.Fatalf("%q became %q, and that %q", text, got, again)
		}
		if strings.Contains(text, "linkId") || strings.Contains(text, "returnCode") || strings.Contains(text, "%") {
			return // something may have been taken out
		}
		before, fragment, hasFragment := strings.Cut(text, "#")
		want := "linkId=" + id
		if hasFragment {
			want += "#" + fragment
		}
		if !strings.HasPrefix(got, before) || !strings.HasSuffix(got, want) {
			t.Fatalf("%q became %q", text, got)
		}
		if extra := len(got) - len(text) - len("linkId=") - len(id); extra != 0 && extra != 1 {
			t.Fatalf("%q became %q", text, got)
		}
		if scheme := strings.ToLower(text[:strings.Index(text, ":")]); scheme != "https" && scheme != "http" {
			if !branding.IsAppScheme(scheme) || refuseReturnURL(got) != "" && len(got) <= wire.MaxURL {
				t.Fatalf("%q became %q", text, got)
			}
			return // net/url need not understand an app's own URL
		}
		parsed, err := url.Parse(got)
		if err != nil || parsed.User != nil {
			t.Fatalf("%q became %q: %v", text, got, err)
		}
		original, err := url.Parse(text)
		if err != nil || parsed.Host != original.Host || parsed.EscapedPath() != original.EscapedPath() ||
			parsed.EscapedFragment() != original.EscapedFragment() {
			t.Fatalf("%q became %q", text, got)
		}
		if !strings.HasSuffix("&"+parsed.RawQuery, "&linkId="+id) || !strings.HasPrefix(parsed.RawQuery, original.RawQuery) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}
