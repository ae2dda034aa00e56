package chrome

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
)

// maxRefused is how many refused hosts are kept: pages ask for many.
const maxRefused = 20

// unreached is what a proxy could not get to, since it was last cleared.
type unreached struct {
	mu      sync.Mutex
	refused []string          // "host" or "host:port", each once; the last refused is the last one
	failed  map[string]string // "host:port" → why no connection to it could be made
}

func (u *unreached) refuse(host string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.refused = slices.DeleteFunc(u.refused, func(known string) bool { return known == host })
	if len(u.refused) == maxRefused {
		u.refused = u.refused[1:]
	}
	u.refused = append(u.refused, host)
}

// dialed records how dialing an address ended.
func (u *unreached) dialed(address string, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if err == nil {
		delete(u.failed, canonical(address))
		return
	}
	if u.failed == nil {
		u.failed = map[string]string{}
	}
	u.failed[canonical(address)] = dialProblem(address, err)
}

func (u *unreached) clear() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.refused, u.failed = nil, nil
}

// dialProblem says why an address could not be reached.
func dialProblem(address string, err error) string {
	host, port, splitErr := net.SplitHostPort(address)
	if splitErr != nil {
		host = address
	}
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		if name.IsNotFound {
			return fmt.Sprintf("the name %s does not exist in the DNS", host)
		}
		return fmt.Sprintf("the name %s could not be resolved", host)
	}
	switch {
	case errors.Is(err, errRefused):
		return fmt.Sprintf("the address of %s is one that the egress rules forbid: a private or loopback address, or a listener of this program", address)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("%s refused the connection: nothing listens on port %s", address, port)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return address + " did not accept a connection in time"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "there is no route to " + address
	}
	return fmt.Sprintf("no connection to %s could be made", address)
}

func isTimeout(err error) bool {
	timed, ok := errors.AsType[net.Error](err)
	return ok && timed.Timeout()
}
