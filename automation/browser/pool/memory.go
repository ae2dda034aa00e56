package pool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
)

// memory is what this process and its browsers may use, in bytes.
type memory struct {
	limit     uint64 // the machine's, or the tightest control group's
	available uint64 // how much of the limit is free now
}

// memoryGauge reads the memory of the machine and of the control groups that
// this process is in, of version 1 and version 2.
type memoryGauge struct {
	fs     procfs.FS
	groups []controlGroup
}

// controlGroup is the folder of a control group. A group without a limit, or
// without the memory controller, limits nothing.
type controlGroup struct {
	folder string
	files  groupFiles
}

// groupFiles are names of files, and of the value in memory.stat that counts
// the inactive page cache; see cgroups(7) and the kernel's
// admin-guide/cgroup-v2. The used memory includes the page cache. The kernel
// frees the inactive part of it on demand, so that part does not count as used.
type groupFiles struct{ limit, used, inactive string }

var (
	version1 = groupFiles{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"}
	version2 = groupFiles{"memory.max", "memory.current", "inactive_file"}
)

// newMemoryGauge finds the control groups below a root, which is "/" outside tests.
func newMemoryGauge(root string) (*memoryGauge, error) {
	fs, err := procfs.NewFS(filepath.Join(root, "proc"))
	if err != nil {
		return nil, fmt.Errorf("read memory: %w", err)
	}
	self, err := fs.Self()
	if err != nil {
		return nil, fmt.Errorf("read memory: %w", err)
	}
	groups, groupsErr := self.Cgroups()
	mounts, mountsErr := self.MountInfo()
	if err := errors.Join(groupsErr, mountsErr); err != nil {
		return nil, fmt.Errorf("read control groups: %w", err)
	}
	gauge := &memoryGauge{fs: fs}
	for _, mount := range mounts {
		for _, group := range groups {
			files, ok := memoryFiles(mount, group)
			if !ok {
				continue
			}
			for _, folder := range between(mount, group.Path) {
				gauge.groups = append(gauge.groups, controlGroup{filepath.Join(root, folder), files})
			}
		}
	}
	return gauge, nil
}

// memoryFiles reports whether a group's memory is described below a mount.
func memoryFiles(mount *procfs.MountInfo, group procfs.Cgroup) (groupFiles, bool) {
	switch {
	case mount.FSType == "cgroup2" && group.HierarchyID == 0:
		return version2, true
	case mount.FSType == "cgroup" && slices.Contains(group.Controllers, "memory"):
		_, ok := mount.SuperOptions["memory"]
		return version1, ok
	}
	return groupFiles{}, false
}

// between lists the folders from where a tree is mounted down to a group's own:
// a limit holds for everything below it. In a container, the container's group
// may appear as the root.
func between(mount *procfs.MountInfo, group string) []string {
	below, err := filepath.Rel(mount.Root, group)
	if err != nil || !filepath.IsLocal(below) {
		below = "." // the group is not below what is mounted here
	}
	folders := []string{mount.MountPoint}
	if below == "." {
		return folders
	}
	for part := range strings.SplitSeq(below, "/") {
		folders = append(folders, filepath.Join(folders[len(folders)-1], part))
	}
	return folders
}

func (g *memoryGauge) read() (memory, error) {
	info, err := g.fs.Meminfo()
	if err != nil {
		return memory{}, fmt.Errorf("read memory: %w", err)
	}
	if info.MemTotalBytes == nil || info.MemAvailableBytes == nil {
		return memory{}, errors.New("read memory: the system does not say how much is available")
	}
	m := memory{*info.MemTotalBytes, *info.MemAvailableBytes}
	for _, group := range g.groups {
		limit, used, err := group.read()
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, errNoLimit) {
			continue
		}
		if err != nil {
			return memory{}, fmt.Errorf("read control group: %w", err)
		}
		m.limit = min(m.limit, limit)
		m.available = min(m.available, limit-min(limit, used))
	}
	return m, nil
}

var errNoLimit = errors.New("no limit")

func (c controlGroup) read() (limit, used uint64, err error) {
	text, err := c.file(c.files.limit)
	if err == nil && text == "max" {
		err = errNoLimit
	}
	if err != nil {
		return 0, 0, err
	}
	if limit, err = strconv.ParseUint(text, 10, 64); err != nil {
		return 0, 0, err
	}
	if text, err = c.file(c.files.used); err != nil {
		return 0, 0, err
	}
	if used, err = strconv.ParseUint(text, 10, 64); err != nil {
		return 0, 0, err
	}
	stat, err := c.file("memory.stat")
	for line := range strings.Lines(stat) {
		if name, value, _ := strings.Cut(strings.TrimSpace(line), " "); name == c.files.inactive {
			inactive, parseErr := strconv.ParseUint(value, 10, 64)
			return limit, used - min(used, inactive), parseErr
		}
	}
	return limit, used, err
}

func (c controlGroup) file(name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(c.folder, name))
	return strings.TrimSpace(string(text)), err
}
