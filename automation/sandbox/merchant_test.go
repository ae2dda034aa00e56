package sandbox_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"passage/automation/sandbox"
)

// shop runs Acme Shop against an API that answers as told.
func shop(t *testing.T, api http.HandlerFunc) (address string, client *http.Client) {
	t.Helper()
	passage := httptest.NewServer(api)
	t.Cleanup(passage.Close)
	server := httptest.NewServer(sandbox.NewMerchant(sandbox.MerchantOptions{API: passage.URL, Key: func() string { return "psg_test" }}))
	t.Cleanup(server.Close)
	return server.URL, &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func read(t *testing.T, reply *http.Response, err error) (int, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode, string(body)
}

func TestMerchant_CreatesALinkAndGoesToItsClaimPage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		card  string
		names string
	}{
		{"none", "paymentMethod.read mobileBillingStatement.read"},
		{"dry", "paymentMethod.read paymentMethod.write mobileBillingStatement.read"},
		{"store", "paymentMethod.read paymentMethod.write mobileBillingStatement.read"},
	} {
		var asked struct {
			ReturnURL, WebhookURL string
			Operations            []struct {
				Resource, Action string
				Arguments        map[string]any
			}
		}
		address, client := shop(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method+r.URL.Path != "POST/v1/links" || r.Header.Get("Authorization") != "Bearer psg_test" {
				t.Errorf("asked %s %s with %q", r.Method, r.URL, r.Header.Get("Authorization"))
			}
			if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
				t.Error(err)
			}
			w.WriteHeader(http.StatusCreated)
			fmt.Fprint(w, `{"linkId":"link_1","claimUrl":"http://127.0.0.1:9/c/clm_1"}`)
		})
		reply, err := client.PostForm(address+"/connect", url.Values{"card": {test.card}})
		if status, body := read(t, reply, err); status != http.StatusSeeOther || reply.Header.Get("Location") != "http://127.0.0.1:9/c/clm_1" {
			t.Errorf("answered %d to %q: %s", status, reply.Header.Get("Location"), body)
		}
		var names []string
		for _, operation := range asked.Operations {
			names = append(names, operation.Resource+"."+operation.Action)
			if dry, ok := operation.Arguments["dryRun"]; ok && dry != (test.card == "dry") {
				t.Errorf("%s: dryRun = %v", test.card, dry)
			}
		}
		if got := strings.Join(names, " "); got != test.names {
			t.Errorf("operations = %s, want %s", got, test.names)
		}
		if asked.ReturnURL != address+"/done" || asked.WebhookURL != address+"/webhook" {
			t.Errorf("asked %+v", asked)
		}
	}
}

func TestMerchant_GivesItsScriptTheClaimURL(t *testing.T) {
	t.Parallel()
	address, client := shop(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"linkId":"link_1","claimUrl":"http://127.0.0.1:9/c/clm_1"}`)
	})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/connect", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "application/json")
	reply, err := client.Do(request)
	if status, body := read(t, reply, err); status != http.StatusOK || body != `{"claimUrl":"http://127.0.0.1:9/c/clm_1"}` {
		t.Errorf("answered %d: %s", status, body)
	}
}

func TestMerchant_ShowsWhatTheAPISaysOnReturn(t *testing.T) {
	t.Parallel()
	const methods, bills = `{"paymentMethods":[{"order":0,"last4":"4242","brand":"Visa","isDefault":true}]}`, `{"billing":[{"periodStart":"2026-10-04","amountDue":64.5,"currency":"USD"}]}`
	for _, test := range []struct {
		name, link string
		want       []string
	}{
		{"one operation", `{"id":"link_1","status":"complete","resource":"paymentMethod","action":"read","operations":[{}],"result":` + methods + `}`, []string{"is connected", "4242", "Default"}},
		{"several", `{"id":"link_1","status":"complete","operations":[{},{},{}],"result":{"operations":[{"resource":"paymentMethod","action":"read","data":` + methods + `},{"resource":"paymentMethod","action":"write","data":{"dryRun":true,"card":{"last4":"1111"}}},{"resource":"mobileBillingStatement","action":"read","data":` + bills + `}]}}`, []string{"4242", "ending in 1111 could be stored", "64.50 USD"}},
		{"failed", `{"id":"link_1","status":"failed","error":{"code":"ACCOUNT_LOCKED","message":"Locked <b>"},"result":null}`, []string{"did not work out", "ACCOUNT_LOCKED", "Locked &lt;b&gt;"}},
		{"still active", `{"id":"link_1","status":"active"}`, []string{"Still working", `http-equiv="refresh"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			address, client := shop(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/v1/links/link_1" {
					t.Errorf("asked %s", r.URL)
				}
				fmt.Fprint(w, test.link)
			})
			reply, err := client.Get(address + "/done?linkId=link_1")
			_, body := read(t, reply, err)
			for _, want := range test.want {
				if !strings.Contains(body, want) {
					t.Errorf("%q is not in %s", want, body)
				}
			}
		})
	}
}

func TestMerchant_ShowsWhatTheAPIRefused(t *testing.T) {
	t.Parallel()
	address, client := shop(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":"No such key","code":"unauthorized"}`)
	})
	reply, err := client.PostForm(address+"/connect", nil)
	if status, body := read(t, reply, err); status != http.StatusBadGateway || !strings.Contains(body, "401: No such key") {
		t.Errorf("answered %d: %s", status, body)
	}
	reply, err = client.Get(address + "/done?linkId=link_1")
	if _, body := read(t, reply, err); !strings.Contains(body, "No such key") {
		t.Errorf("answered %s", body)
	}
	reply, err = client.Get(address + "/done")
	if _, body := read(t, reply, err); !strings.Contains(body, "no linkId") {
		t.Errorf("answered %s", body)
	}
}

func TestMerchant_ShowsTheLastWebhooks(t *testing.T) {
	t.Parallel()
	address, client := shop(t, http.NotFound)
	for i := range 25 {
		reply, err := client.Post(address+"/webhook", "application/json", strings.NewReader(fmt.Sprintf(`{"event":"link.complete","n":"n%d."}`, i)))
		if status, _ := read(t, reply, err); status != http.StatusNoContent {
			t.Fatalf("answered %d", status)
		}
	}
	reply, err := client.Get(address + "/webhooks")
	_, body := read(t, reply, err)
	if !strings.Contains(body, "n24.") || !strings.Contains(body, "n5.") || strings.Contains(body, "n4.") {
		t.Errorf("shows %s", body)
	}
}
