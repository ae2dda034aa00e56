package api

import "passage/db"

// testIntegration is the only integration that a test key may use.
const testIntegration = "demo"

// reachesIntegration reports whether a key's links may use an integration. A test
// link never touches a real account; where there is a sandbox, no live link ends
// with the data of a person who does not exist.
func (a *API) reachesIntegration(key db.Key, id string) bool {
	if key.Test {
		return id == testIntegration
	}
	return id != testIntegration || a.Sandbox == nil
}

// refuseIntegration says why a key's link may not use an integration, and what to
// do; empty if it may.
func (a *API) refuseIntegration(key db.Key, id string, inService bool) string {
	switch {
	case key.Test && id != testIntegration:
		return "must be " + testIntegration + " with a test key"
	case key.Test && !inService:
		return "is not in service: for test keys, whoever runs this server has to start it with --sandbox"
	case !inService:
		return "is not a known integration"
	case !a.reachesIntegration(key, id):
		return "is for test keys (psg_test_…) only"
	}
	return ""
}
