package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A profile is a folder that one process owns; with it everything goes that the
// process wrote.
const profilePrefix = "browser-"

func (p *Pool) newProfile() (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	dir, err := os.MkdirTemp(p.options.Dir, profilePrefix)
	if err != nil {
		return "", fmt.Errorf("make profile: %w", err)
	}
	p.profiles[filepath.Base(dir)] = struct{}{}
	return dir, nil
}

func (p *Pool) dropProfile(dir string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.profiles, filepath.Base(dir))
}

// sweep removes the profiles that no browser of ours owns.
func (p *Pool) sweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	entries, err := os.ReadDir(p.options.Dir)
	if err != nil {
		p.options.Logger.Error("sweep profiles", "error", err)
		return
	}
	for _, entry := range entries {
		if _, owned := p.profiles[entry.Name()]; owned || !strings.HasPrefix(entry.Name(), profilePrefix) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(p.options.Dir, entry.Name())); err != nil {
			p.options.Logger.Error("sweep profile", "error", err)
		}
	}
}
