package api_test

import (
	"net/http"
	"strconv"
	"testing"

	"passage/web/api"
)

func TestRate_LimitsRequestsPerKey(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(o *api.Options) { o.KeyRate = 3 })
	for left := 2; left >= 0; left-- {
		header := s.get("/v1/links").header
		seconds, err := strconv.Atoi(header.Get("RateLimit-Reset"))
		if header.Get("RateLimit-Limit") != "3" || header.Get("RateLimit-Remaining") != strconv.Itoa(left) || err != nil || seconds < 1 || seconds > 60 {
			t.Errorf("headers %v", header)
		}
	}
	reply := s.get("/v1/links")
	reply.wantError(http.StatusTooManyRequests, "rate_limited")
	if wait, err := strconv.Atoi(reply.header.Get("Retry-After")); err != nil || wait < 1 || wait > 60 {
		t.Errorf("Retry-After is %q", reply.header.Get("Retry-After"))
	}
	if other := s.get("/v1/links", "Authorization", "Bearer "+s.newKey(s.org)); other.status != http.StatusOK {
		t.Errorf("another key of the organization gets %d", other.status)
	}
	if public := s.get("/.well-known/jwks.json"); public.status != http.StatusOK {
		t.Errorf("what needs no key gets %d", public.status)
	}
}
