package branding

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var integrations = []string{"demo", "Demo Mobile", "tmobile", "T-Mobile", "att", "AT&T", "verizon", "Verizon", "ubereats", "Uber Eats"}

func TestCheckName_RefusesNamesThatResembleIntegrations(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"T-Mobile", "t mobile", "TMOBILE", "T‑Mobile", "Т-Моbile", "T-Mobi1e", "T - M O B I L E", "T-Mobile Support", "Tmobilesupport",
		"AT&T", "at & t", "ATT", "A.T.T.", "ÀT&T", "AT&T Billing", "４tt",
		"Verizon", "Ver1zon", "VERIZ0N", "Vеrіzоn", "Veri\u200bzon", "𝓥𝓮𝓻𝓲𝔃𝓸𝓷", "Verizón", "My Verizon", "Verlzon", "verizon-billing",
		"Uber Eats", "UberEats", "Ub3r €ats Uber-Eats", "ＵｂｅｒＥａｔｓ", "demo", "Dem0", "DEMO", "Demo Mobile", "D e m o  Mobile",
	} {
		if fault := CheckName(name, integrations); !strings.Contains(fault, "must not") {
			t.Errorf("%q is taken: %q", name, fault)
		}
	}
	for _, name := range []string{"Acme", "Matt’s Shop", "Demo Shop", "Attic Finds", "Uber Alles Records", "Grand Central Household Budgeting",
		"Attila & Son", "Horizon", "Mobile Phones 4 U", "東京商店", "Магазин", "Café Ñandú", "Democracy Now"} {
		if fault := CheckName(name, integrations); fault != "" {
			t.Errorf("%q: %s", name, fault)
		}
	}
	for _, name := range []string{"", "  ", strings.Repeat("a", maxName+1), "Acme\nShop", "Ac\u202eme", "Ac\u200bme", "\xff"} {
		if CheckName(name, nil) == "" {
			t.Errorf("%q is taken", name)
		}
	}
}

func TestForm_NormalizesItsFields(t *testing.T) {
	t.Parallel()
	kept, invalid := Form{
		DisplayName: " Acme Shop ", Accent: "ABC", Support: "Help@Shop.example.com",
		ReturnTo:     []string{"", "Shop.Example.com", "https://pay.example.com:443/", "MyApp://", "localhost:3000", "myapp:", "münchen.example"},
		EmbedOrigins: []string{"https://Shop.Example.com/", "https://shop.example.com:443", "http://localhost:3000", "http://127.0.0.1:8080", "https://a.example:8443"},
	}.Validate(integrations)
	if invalid != nil {
		t.Fatal(invalid)
	}
	if kept.DisplayName != "Acme Shop" || kept.Accent != "#aabbcc" || kept.Support != "mailto:Help@Shop.example.com" {
		t.Errorf("kept: %+v", kept)
	}
	if want := []string{"shop.example.com", "pay.example.com", "myapp:", "localhost:3000", "xn--mnchen-3ya.example"}; !slices.Equal(kept.ReturnTo, want) {
		t.Errorf("return to: %q", kept.ReturnTo)
	}
	if want := []string{"https://shop.example.com", "http://localhost:3000", "http://127.0.0.1:8080", "https://a.example:8443"}; !slices.Equal(kept.EmbedOrigins, want) {
		t.Errorf("embed origins: %q", kept.EmbedOrigins)
	}
	if again, invalid := FormOf(kept).Validate(integrations); invalid != nil || !slices.Equal(again.ReturnTo, kept.ReturnTo) || again.Support != kept.Support {
		t.Errorf("read again: %+v, %v", again, invalid)
	}
}

func TestForm_ReportsEveryError(t *testing.T) {
	t.Parallel()
	many := make([]string, maxEntries+1)
	for n := range many {
		many[n] = strings.Repeat("a", n+1) + ".example"
	}
	for field, forms := range map[string][]Form{
		FieldAccent: {{Accent: "red"}, {Accent: "#12345"}, {Accent: "#1234567"}, {Accent: "#12345g"}, {Accent: "url(x)"}},
		FieldSupport: {{Support: "help"}, {Support: "http://shop.example.com"}, {Support: "javascript:alert(1)"}, {Support: "a@b.example?cc=eve@e.example"},
			{Support: "https://eve@shop.example.com"}, {Support: "https://"}, {Support: "Ada <ada@b.example>"}, {Support: "https://a.example/" + strings.Repeat("a", 200)}},
		FieldReturnTo: {{ReturnTo: []string{"https:"}}, {ReturnTo: []string{"myapp"}}, {ReturnTo: []string{"a.example/done"}}, {ReturnTo: []string{"*.a.example"}},
			{ReturnTo: []string{"http://a.example"}}, {ReturnTo: []string{"a.example:99999"}}, {ReturnTo: []string{"JavaScript:"}}, {ReturnTo: []string{"data://"}}, {ReturnTo: many}},
		FieldEmbedOrigins: {{EmbedOrigins: []string{"a.example"}}, {EmbedOrigins: []string{"https://a.example/x"}}, {EmbedOrigins: []string{"https://*.a.example"}},
			{EmbedOrigins: []string{"http://a.example"}}, {EmbedOrigins: []string{"https://a.example; script-src *"}}, {EmbedOrigins: []string{"https://u@a.example"}},
			{EmbedOrigins: []string{"https://"}}, {EmbedOrigins: []string{"https://a.example, https://b.example"}}, {EmbedOrigins: []string{"null"}},
			{EmbedOrigins: []string{"https://a.example#x"}}, {EmbedOrigins: []string{"myapp://a"}}},
	} {
		for _, form := range forms {
			form.DisplayName = "Acme"
			_, invalid := form.Validate(nil)
			if len(invalid) != 1 || invalid.For(field) == "" {
				t.Errorf("%s of %+v: %v", field, form, invalid)
			}
		}
	}
	if _, invalid := (Form{Accent: "x", Support: "x"}).Validate(nil); len(invalid) != 3 {
		t.Errorf("only %v", invalid)
	}
}

func TestAllowsReturn_RequiresAnAllowedHostOrScheme(t *testing.T) {
	t.Parallel()
	allowed := []string{"shop.example.com", "localhost:3000", "myapp:", "xn--mnchen-3ya.example"}
	for address, want := range map[string]bool{
		"https://shop.example.com/done?x#y": true, "https://SHOP.example.com:443": true, "MYAPP://callback": true, "myapp:/x": true,
		"http://localhost:3000/": true, "https://münchen.example/": true,
		"https://shop.example.com:8443/": false, "https://shop.example.com.evil.example/": false, "https://evil.example/shop.example.com": false,
		"http://localhost/": false, "yourapp://callback": false, "https://sub.shop.example.com/": false, "http://shop.example.com:443/": false,
	} {
		if got := AllowsReturn(allowed, address); got != want {
			t.Errorf("%s: %t", address, got)
		}
		if !AllowsReturn(nil, address) {
			t.Errorf("%s: without a list, anywhere", address)
		}
	}
}

func FuzzForm_Validate(f *testing.F) {
	for _, seed := range []string{"", "Acme", "https://Shop.example.com:443/", "http://localhost:3000", "myapp://", "help@a.example", "https://a.example;x",
		"münchen.example", "https://xn--a.example", "[::1]:80", "T-Mobi1e", "a.example:00443", "https://a.example/x?y#z"} {
		f.Add(seed)
	}
	inHeader, inList := regexp.MustCompile(`^https?://[a-z0-9.:-]+$`), regexp.MustCompile(`^[a-z0-9.:+-]+$`)
	f.Fuzz(func(t *testing.T, text string) {
		kept, _ := Form{DisplayName: text, Support: text, ReturnTo: []string{text}, EmbedOrigins: []string{text}}.Validate(integrations)
		for _, origin := range kept.EmbedOrigins {
			if !inHeader.MatchString(origin) {
				t.Fatalf("%q is kept as the origin %q", text, origin)
			}
		}
		for _, place := range kept.ReturnTo {
			if !inList.MatchString(place) || strings.HasSuffix(place, ":") == AllowsReturn(kept.ReturnTo, "https://"+place+"/done") {
				t.Fatalf("%q is kept as the place %q", text, place)
			}
		}
		if again, invalid := FormOf(kept).Validate(nil); invalid.For(FieldReturnTo)+invalid.For(FieldEmbedOrigins)+invalid.For(FieldSupport) != "" ||
			again.Support != kept.Support || !slices.Equal(again.ReturnTo, kept.ReturnTo) || !slices.Equal(again.EmbedOrigins, kept.EmbedOrigins) {
			t.Fatalf("%q is kept as %+v, and that as %+v: %v", text, kept, again, invalid)
		}
	})
}
