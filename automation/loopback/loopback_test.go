package loopback_test

import (
	"testing"

	"passage/automation/loopback"
)

func TestIsHost_KnowsNamesAndAddressesOfThisMachine(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost":         true,
		"LOCALHOST":         true,
		"shop.localhost":    true,
		"127.0.0.1":         true,
		"127.9.9.9":         true,
		"::1":               true,
		"::ffff:127.0.0.1":  true,
		"":                  false,
		"localhost.example": false,
		"notlocalhost":      false,
		"localhost:80":      false,
		"0.0.0.0":           false,
		"10.0.0.1":          false,
		"128.0.0.1":         false,
		"::":                false,
		"127.0.0.1.example": false,
	} {
		if got := loopback.IsHost(host); got != want {
			t.Errorf("IsHost(%q) = %t", host, got)
		}
	}
}
