package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"passage/db"
	"passage/db/dbtest"
)

// storageCalls are what a merchant and a user do first.
type storageCalls struct {
	*testServer
	key, code string
}

func newStorageCalls(t *testing.T) *storageCalls {
	s := newTestServer(t)
	key, err := s.DB.CreateKey(t.Context(), db.NewKey{OrganizationID: dbtest.Organization(t, s.DB, "acme").ID})
	s.Must(err)
	return &storageCalls{s, key, s.Link().ClaimCode}
}

func (s *storageCalls) create() *httptest.ResponseRecorder {
	return s.Request(s.Public, http.MethodPost, "/v1/links",
		`{"externalUserId":"u","integrationId":"shop","operations":[{"resource":"paymentMethod","action":"read"}]}`,
		"Authorization", "Bearer "+s.key, "Content-Type", "application/json", "Accept", "application/json")
}

func (s *storageCalls) claim() *httptest.ResponseRecorder {
	return s.Request(s.Public, http.MethodPost, "/link/claim", `{"code":"`+s.code+`"}`,
		"Content-Type", "application/json", "Accept", "application/json")
}

func (s *storageCalls) list() *httptest.ResponseRecorder {
	return s.Request(s.Public, http.MethodGet, "/v1/links", "", "Authorization", "Bearer "+s.key, "Accept", "application/json")
}

func (s *storageCalls) page() *httptest.ResponseRecorder {
	return s.Request(s.Public, http.MethodGet, "/c/"+s.code, "")
}

// wantUnavailable checks the JSON of an error, and that it says when to come back.
func wantUnavailable(t *testing.T, name string, reply *httptest.ResponseRecorder) {
	t.Helper()
	var body struct{ Code string }
	if err := json.Unmarshal(reply.Body.Bytes(), &body); err != nil || body.Code != "unavailable" {
		t.Errorf("%s: %d %s", name, reply.Code, reply.Body)
	}
	if reply.Code != http.StatusServiceUnavailable || reply.Header().Get("Retry-After") != "10" {
		t.Errorf("%s: %d, come back in %q s", name, reply.Code, reply.Header().Get("Retry-After"))
	}
}

// wantNotReady checks that operators are told why.
func (s *storageCalls) wantNotReady(t *testing.T, why string) {
	t.Helper()
	if reply := s.Request(s.Admin, http.MethodGet, "/readyz", ""); reply.Code != http.StatusServiceUnavailable || !strings.Contains(reply.Body.String(), why) {
		t.Errorf("readyz: %d %s", reply.Code, reply.Body)
	}
	if reply := s.Request(s.Public, http.MethodGet, "/readyz", ""); reply.Code != http.StatusServiceUnavailable || reply.Body.String() != "not ready\n" {
		t.Errorf("public readyz: %d %s", reply.Code, reply.Body)
	}
}

func TestStorage_LockedByAnotherProcess(t *testing.T) {
	t.Parallel()
	s := newStorageCalls(t)
	unlock := dbtest.Lock(t, s.Folder)
	wantUnavailable(t, "create", s.create())
	wantUnavailable(t, "claim", s.claim())
	if reply := s.list(); reply.Code != http.StatusOK {
		t.Errorf("a list only reads: %d %s", reply.Code, reply.Body)
	}
	if reply := s.page(); reply.Code != http.StatusOK {
		t.Errorf("a page only reads: %d", reply.Code)
	}
	s.wantNotReady(t, "locked")
	unlock()
	if reply := s.create(); reply.Code != http.StatusCreated {
		t.Errorf("create: %d %s", reply.Code, reply.Body)
	}
	if reply := s.claim(); reply.Code != http.StatusOK {
		t.Errorf("claim: %d %s", reply.Code, reply.Body)
	}
	if reply := s.Request(s.Admin, http.MethodGet, "/readyz", ""); reply.Code != http.StatusOK {
		t.Errorf("readyz: %d %s", reply.Code, reply.Body)
	}
}

func TestStorage_Damaged(t *testing.T) {
	t.Parallel()
	s := newStorageCalls(t)
	dbtest.Damage(t, s.Folder)
	wantUnavailable(t, "create", s.create())
	wantUnavailable(t, "claim", s.claim())
	wantUnavailable(t, "list", s.list())
	reply := s.page()
	if reply.Code != http.StatusServiceUnavailable || reply.Header().Get("Retry-After") != "10" {
		t.Errorf("page: %d %v", reply.Code, reply.Header())
	}
	wantPage(t, reply.Result(), reply.Body.String())
	wantNothingInternal(t, "page", reply.Body.String())
	s.wantNotReady(t, "damaged")
}
