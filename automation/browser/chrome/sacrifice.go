package chrome

import (
	"fmt"
	"os"
)

// oomScore is what the kernel adds to a browser's score when it looks for a process
// to kill because memory is short; see proc_pid_oom_score_adj(5). It is what Chromium
// gives its renderers, so that of the browsers' processes the largest goes first.
const oomScore = 300

// sacrifice has the kernel kill a browser before this program, if memory is short. The
// processes that it starts inherit that. It may fail where /proc is read-only, and the
// kernel then goes by size alone.
func sacrifice(pid int) {
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/oom_score_adj", pid), fmt.Appendf(nil, "%d", oomScore), 0)
}
