package main

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// noCore is the core limit under which the kernel writes no core file and starts no
// program that would take one, such as systemd-coredump. 0 would do the first
// only; see core(5) and do_coredump in the kernel's fs/coredump.c.
const noCore = 1

// refuseCores makes sure that no core dump of this program or of what it starts is
// ever written: the memory of server and browsers holds passwords. No other process
// of the same user can look into this program's memory either.
func refuseCores() error {
	err := errors.Join(
		unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: noCore, Max: noCore}),
		unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0),
	)
	if err != nil {
		return fmt.Errorf("refuse core dumps: %w", err)
	}
	return nil
}
