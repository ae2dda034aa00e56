package api

import "passage/db"

// testIntegration is the only one that a test key reaches.
const testIntegration = "demo"

// reachesIntegration reports whether a key's links may go to an integration: a
// test link never touches a real account, and where there is a sandbox no live
// link ends with the data of somebody who does not exist.
func (a *API) reachesIntegration(key db.Key, id string) bool {
	if key.Test {
		return id == testIntegration
	}
	return id != testIntegration || a.Sandbox == nil
}

// refuseIntegration says why a key's link cannot go to an integration, and what
// to do; "" it can.
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
