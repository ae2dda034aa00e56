package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of the times in /proc: USER_HZ, 100 a second on Linux.
const tick = 10 * time.Millisecond

// process is a line of /proc/PID/stat, as proc_pid_stat(5) describes it.
type process struct {
	pid, parent int
	own         time.Duration // user and system
	reaped      time.Duration // of the children that it waited for, and theirs
	resident    int64         // bytes
}

// processes reads what runs now. One that ends meanwhile is left out.
func processes() (map[int]process, error) {
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	all := map[int]process{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if p, ok := parseStat(string(text)); ok {
			all[p.pid] = p
		}
	}
	return all, nil
}

func parseStat(text string) (process, bool) {
	// The name stands in parentheses and may hold anything.
	before, _, _ := strings.Cut(text, " (")
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 22 {
		return process{}, false
	}
	number := func(text string) int64 {
		n, _ := strconv.ParseInt(text, 10, 64) // the kernel writes numbers
		return n
	}
	cpuTime := func(from int) time.Duration { return time.Duration(number(fields[from])+number(fields[from+1])) * tick }
	return process{
		pid: int(number(before)), parent: int(number(fields[1])),
		own: cpuTime(11), reaped: cpuTime(13), resident: number(fields[21]) * int64(os.Getpagesize()),
	}, true
}

// below returns a process and all its descendants, the process first.
func below(root int) ([]process, error) {
	all, err := processes()
	if err != nil {
		return nil, err
	}
	found := []process{}
	if p, ok := all[root]; ok {
		found = append(found, p)
	}
	for n := 0; n < len(found); n++ {
		for _, p := range all {
			if p.parent == found[n].pid {
				found = append(found, p)
			}
		}
	}
	return found, nil
}

// proportional is a process's memory with what it shares divided among those
// that share it.
func proportional(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte("Pss:")); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(string(rest)), " kB"), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, errors.New("there is no Pss in smaps_rollup")
}

// commandLine is how a process was started.
func commandLine(pid int) ([]string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.Trim(string(text), "\x00"), "\x00"), nil
}
