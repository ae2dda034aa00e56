package script

import (
	"fmt"
	"slices"
	"strings"

	"passage/automation/outcome"
	"passage/automation/script/dialect"
)

// statableCodes are the codes that a script may end with. The others are found
// by Passage itself: a script cannot know that a worker was lost.
var statableCodes = []outcome.Code{
	outcome.InvalidCredentials, outcome.MFAFailed, outcome.MFAUnsupported, outcome.AccountLocked,
	outcome.ActionRequired, outcome.SiteUnavailable, outcome.SiteChanged, outcome.SiteBlocked,
	outcome.RateLimited, outcome.OperationRejected, outcome.OperationUnknown, outcome.UserCancelled,
	outcome.AutomationError,
}

// MayState reports whether a script can end with a code, by fail(code).
func MayState(code outcome.Code) bool { return slices.Contains(statableCodes, code) }

// checkCode reports what is wrong with the code in fail(code).
func checkCode(code string) error {
	if MayState(outcome.Code(code)) {
		return nil
	}
	names := make([]string, len(statableCodes))
	for i, known := range statableCodes {
		names[i] = string(known)
	}
	hint := dialect.Suggest(code, names)
	if hint == "" {
		hint = "; it is one of " + strings.Join(names, ", ")
	}
	return fmt.Errorf("fail: %q is not a code that a script can end with%s", code, hint)
}
