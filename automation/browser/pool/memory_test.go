package pool

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

const meminfo = "MemTotal: 8000 kB\nMemFree: 100 kB\nMemAvailable: 6000 kB\n"

// machine writes the kernel's files below a root, and returns the root.
func machine(t *testing.T, mounts, groups string, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("proc/meminfo", meminfo)
	write("proc/7/mountinfo", mounts)
	write("proc/7/cgroup", groups)
	if err := os.Symlink("7", filepath.Join(root, "proc/self")); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		write("sys/fs/cgroup/"+name, text+"\n")
	}
	return root
}

func TestMemoryGauge_ReadsTheTightestControlGroup(t *testing.T) {
	t.Parallel()
	const (
		second = "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
		first  = "30 20 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n31 20 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
	)
	for name, c := range map[string]struct {
		mounts, groups string
		files          map[string]string
		want           memory
	}{
		"no control group": {"", "", nil, memory{8000 << 10, 6000 << 10}},
		"version 2, the group's own limit, page cache left out": {second, "0::/a/b\n", map[string]string{
			"a/b/memory.max": "4096000", "a/b/memory.current": "3000000", "a/b/memory.stat": "anon 5\ninactive_file 1000000\nactive_file 7",
		}, memory{4096000, 2096000}},
		"version 2, a parent is tighter": {second, "0::/a/b\n", map[string]string{
			"a/b/memory.max": "max", "a/memory.max": "2000000", "a/memory.current": "1999999", "a/memory.stat": "inactive_file 0",
		}, memory{2000000, 1}},
		"version 2, a parent has less left": {second, "0::/a/b\n", map[string]string{
			"a/b/memory.max": "2000000", "a/b/memory.current": "0", "a/b/memory.stat": "",
			"a/memory.max": "3000000", "a/memory.current": "2999000", "a/memory.stat": "",
		}, memory{2000000, 1000}},
		"version 2, inside a container": {"30 20 0:26 /outer/box /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/outer/box\n", map[string]string{
			"memory.max": "1000000", "memory.current": "400000", "memory.stat": "inactive_file 0",
		}, memory{1000000, 600000}},
		"version 2, a group outside what is mounted": {second, "0::/../other\n", map[string]string{
			"memory.max": "1000000", "memory.current": "2000000", "memory.stat": "inactive_file 0",
		}, memory{1000000, 0}},
		"version 2 without the controller": {second, "0::/a\n", nil, memory{8000 << 10, 6000 << 10}},
		"version 1": {first, "4:memory:/a\n1:cpu:/b\n", map[string]string{
			"memory/a/memory.limit_in_bytes": "5000000", "memory/a/memory.usage_in_bytes": "4000000", "memory/a/memory.stat": "inactive_file 9\ntotal_inactive_file 500000",
			"memory/b/memory.limit_in_bytes": "1", "cpu/b/memory.limit_in_bytes": "1",
		}, memory{5000000, 1500000}},
		"version 1 without a limit": {first, "4:memory:/a\n", map[string]string{
			"memory/a/memory.limit_in_bytes": "9223372036854771712", "memory/a/memory.usage_in_bytes": "4000000", "memory/a/memory.stat": "",
		}, memory{8000 << 10, 6000 << 10}},
	} {
		gauge, err := newMemoryGauge(machine(t, c.mounts, c.groups, c.files))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, err := gauge.read(); got != c.want || err != nil {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, c.want)
		}
	}
}

func TestMeasureCapacity_KnowsThisMachine(t *testing.T) {
	t.Parallel()
	found, err := MeasureCapacity(0, 0)
	if err != nil || found.Browsers < 1 || found.Memory == 0 || found.Available > found.Memory {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestCapacity_FitsTheCoresAndTheMemory(t *testing.T) {
	t.Parallel()
	byCores := runtime.GOMAXPROCS(0) * workersPerCore
	for name, c := range map[string]struct {
		browsers, workers         int
		limit                     uint64
		wantBrowsers, wantWorkers int
	}{
		"set":              {3, 2, 0, 3, 2},
		"browsers set":     {3, 0, 0, 3, min(3, byCores)},
		"workers set":      {0, 2, reserveMemory + 9*browserMemory, 9, 2},
		"memory unknown":   {0, 0, 0, byCores, byCores},
		"plenty of memory": {0, 0, reserveMemory + 1000*browserMemory, 1000, byCores},
		"memory for two":   {0, 0, reserveMemory + 2*browserMemory + 1, 2, min(2, byCores)},
		"memory for none":  {0, 0, reserveMemory / 2, 1, 1},
	} {
		if got := capacity(c.browsers, c.workers, memory{limit: c.limit}); got.Browsers != c.wantBrowsers || got.Workers != c.wantWorkers || got.String() == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
