package sandbox

import (
	"fmt"
	"hash/fnv"
)

// CustomerNumber is the number that a site shows a user as theirs: nine digits,
// always the same for a user name.
func CustomerNumber(username string) string {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(username)) // never fails
	return fmt.Sprintf("%09d", hash.Sum32()%1_000_000_000)
}
