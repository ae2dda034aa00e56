package chrome

import (
	"errors"
	"syscall"
)

// killGroup kills what is left of a process group whose leader has ended and been
// waited for. If this process inherits the members, as process 1 of a container
// does, it waits for them, or they would stay as zombies. Waiting for one group
// takes no exit status away from anybody who waits for another child.
func killGroup(leader int) {
	_ = syscall.Kill(-leader, syscall.SIGKILL) // there may be none
	for {
		_, err := syscall.Wait4(-leader, nil, 0, nil)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return // ECHILD: all are gone, or others inherit them
		}
	}
}
