package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"passage/automation/script"
)

// scriptFile is where an integration's script is in its folder.
func scriptFile(id string) string { return id + "/integration.star" }

// maxFile bounds what is read, every second, of a file that is not a script. How
// long a script may be is for script.Load to decide.
const maxFile = 4 << 20

// overlay is a folder of scripts and what was loaded from it. It is for one
// goroutine.
type overlay struct {
	folder fs.FS
	load   func(id, file, source string) (*script.Integration, error)
	polled bool // at least once
	files  map[string]*ownFile
	err    string // why the folder cannot be read now
}

// ownFile is one script: what it held, and what was loaded from it.
type ownFile struct {
	polled  content             // at the last poll
	applied content             // what was loaded last, or could not be
	loaded  *script.Integration // the last version that loaded; nil for none
	err     string              // why applied did not load
	cause   error               // likewise, for errors.Is
}

// content is a file at one poll.
type content struct {
	exists bool
	source string
	err    string // why it could not be read
}

func newOverlay(folder fs.FS, load func(id, file, source string) (*script.Integration, error)) *overlay {
	return &overlay{folder: folder, load: load, files: map[string]*ownFile{}}
}

// poll reads the folder and applies each change that was the same at the poll
// before. The first poll applies everything. A folder that cannot be read changes
// nothing; one that reads as empty, as an unmounted one does, is empty. poll
// reports whether anything changed.
func (o *overlay) poll() (changed bool) {
	found, err := o.read()
	if text := textOf(err); text != o.err {
		o.err, changed = text, true
	}
	if err != nil {
		return changed
	}
	for id := range found {
		if o.files[id] == nil {
			o.files[id] = &ownFile{}
		}
	}
	for id, file := range o.files {
		now := found[id]
		if now != file.applied && (now == file.polled || !o.polled) {
			o.apply(id, file, now)
			changed = true
		}
		file.polled = now
		if !file.applied.exists && !now.exists {
			delete(o.files, id)
		}
	}
	o.polled = true
	return changed
}

// apply loads a file's new content. If it does not load, the last version that
// did stays in service. A file that was removed goes out of service.
func (o *overlay) apply(id string, file *ownFile, now content) {
	file.applied, file.err, file.cause = now, now.err, nil
	switch {
	case !now.exists:
		file.loaded = nil
	case now.err == "":
		loaded, err := o.load(id, scriptFile(id), now.source)
		if err != nil {
			file.err, file.cause = strings.ReplaceAll(err.Error(), "\n", "; "), err
			return
		}
		file.loaded = loaded
	}
}

// read returns the content of every script in the folder. It ignores names that
// begin with a dot: version control and mounts use them.
func (o *overlay) read() (map[string]content, error) {
	entries, err := fs.ReadDir(o.folder, ".")
	if err != nil {
		return nil, err
	}
	found := map[string]content{}
	for _, entry := range entries {
		if id := entry.Name(); !strings.HasPrefix(id, ".") && !entry.Type().IsRegular() {
			if now := o.readFile(scriptFile(id)); now.exists {
				found[id] = now
			}
		}
	}
	return found, nil
}

func (o *overlay) readFile(name string) content {
	// Stat comes first: opening a pipe would wait for a writer.
	info, err := fs.Stat(o.folder, name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return content{}
	}
	var source []byte
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = fmt.Errorf("%s is not a file", name)
	case info.Size() > maxFile:
		err = fmt.Errorf("%s has %d bytes; no script is that long", name, info.Size())
	default:
		source, err = fs.ReadFile(o.folder, name)
	}
	return content{exists: true, source: string(source), err: textOf(err)}
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
