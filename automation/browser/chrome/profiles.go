package chrome

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const profilePrefix = "browser-"

// profiles are the profile folders of one Launcher. Each belongs to one
// process; everything that the process writes is in it.
type profiles struct {
	dir    string
	logger *slog.Logger

	mu    sync.Mutex
	inUse map[string]struct{} // names of folders
}

func (p *profiles) create() (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	folder, err := os.MkdirTemp(p.dir, profilePrefix)
	if err != nil {
		return "", fmt.Errorf("make profile: %w", err)
	}
	p.inUse[filepath.Base(folder)] = struct{}{}
	return folder, nil
}

// remove removes a profile whose process has been killed. It tries again for a
// moment: the process's children were killed too, but are not waited for.
// What cannot be removed then is left to sweep.
func (p *profiles) remove(folder string) {
	defer p.release(folder)
	retry := time.NewTicker(10 * time.Millisecond)
	defer retry.Stop()
	for range 20 {
		if os.RemoveAll(folder) == nil {
			return
		}
		<-retry.C
	}
}

func (p *profiles) release(folder string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.inUse, filepath.Base(folder))
}

// sweep removes the profiles that no process of this Launcher uses.
func (p *profiles) sweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		p.logger.Error("sweep profiles", "error", err)
		return
	}
	for _, entry := range entries {
		if _, inUse := p.inUse[entry.Name()]; inUse || !strings.HasPrefix(entry.Name(), profilePrefix) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(p.dir, entry.Name())); err != nil {
			p.logger.Error("sweep profile", "error", err)
		}
	}
}
