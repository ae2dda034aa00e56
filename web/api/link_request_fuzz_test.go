package api

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"passage/automation/catalog"
	"passage/automation/resources"
	"passage/db"
	"passage/web/api/strictjson"
	"passage/web/api/wire"
	"passage/web/problem"
)

func FuzzReadLink_ReadsOrRefusesAnyBody(f *testing.F) {
	const card = "4111111111111111"
	for _, seed := range []string{
		`{"integrationId":"shop","resource":"paymentMethod","action":"write","arguments":{"cardNumber":"` + card + `","cvv":"123"}}`,
		`{"operations":[{"resource":"a","action":"read","arguments":{}}],"metadata":{"a":"b"},"expiresIn":1e3}`,
		`{"a":1,"a":{"` + card + `":[1,{"b":null,"b":2}]}}`, `{"expiresIn":9223372036854775807}`, `[]`, `nul`, "{\"\xff\":1}",
		`{"returnUrl":"https://a.example/?x#y","webhookUrl":"https://[::1","locale":"de-DE-1996","userLabel":"\ud800"}`,
	} {
		f.Add([]byte(seed))
	}
	loaded, err := catalog.Load(catalog.Options{Folder: fstest.MapFS{"shop/integration.star": {Data: []byte(`
integration(id = "shop", name = "Shop", site = "https://shop.example", hosts = ["shop.example"],
    credentials = [field("username", label = "phone_or_email")])

def login(page, user):
    pass

operations = {"paymentMethod.write": lambda page, arguments: {}}
`)}}})
	if err != nil {
		f.Fatal(err)
	}
	if err := loaded.Err(); err != nil {
		f.Fatal(err)
	}
	set, err := resources.Load()
	if err != nil {
		f.Fatal(err)
	}
	a := New(Options{Catalog: loaded, Resources: set})
	f.Fuzz(func(t *testing.T, body []byte) {
		link, err := a.readLink(db.Key{OrganizationID: "org"}, body)
		if err == nil {
			if link.IntegrationID != "shop" || len(link.Operations) == 0 || len(link.Operations) > wire.MaxOperations || link.Lifetime <= 0 {
				t.Fatalf("%q became %+v", body, link)
			}
			return
		}
		refused, ok := errors.AsType[*problem.Problem](err)
		if !ok || refused.Status != 400 || len(refused.Issues) > strictjson.MaxIssues {
			t.Fatalf("%q: %v", body, err)
		}
		for _, issue := range refused.Issues {
			if strings.Contains(issue.Path+issue.Message, card) {
				t.Fatalf("%q: %v", body, issue)
			}
		}
	})
}
