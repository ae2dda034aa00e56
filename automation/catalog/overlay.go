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

// maxFile bounds what is read, every second, of a file that is no script: what
// a script may have is for its loader to say.
const maxFile = 4 << 20

// overlay is a folder of scripts as far as it has been taken in. It is for one
// goroutine.
type overlay struct {
	folder fs.FS
	load   func(id, file, source string) (*script.Integration, error)
	looked bool // once at least
	files  map[string]*ownFile
	fault  string // why the folder cannot be read now
}

// ownFile is one script: what it held, and what became of it.
type ownFile struct {
	seen  content             // by the last look
	taken content             // what was loaded last, or was tried to
	good  *script.Integration // the last version that loaded; nil: none has
	fault string              // why taken is not good
	cause error               // likewise, for errors.Is
}

// content is a file at one look.
type content struct {
	there  bool
	source string
	fault  string // why it could not be read
}

func newOverlay(folder fs.FS, load func(id, file, source string) (*script.Integration, error)) *overlay {
	return &overlay{folder: folder, load: load, files: map[string]*ownFile{}}
}

// look reads the folder and takes in what is new and was the same at the look
// before; the first look takes in everything. A folder that cannot be read
// changes nothing; one that reads as empty, as where a mount is away, is empty.
// It reports whether there was news.
func (o *overlay) look() (news bool) {
	found, err := o.read()
	if fault := textOf(err); fault != o.fault {
		o.fault, news = fault, true
	}
	if err != nil {
		return news
	}
	for id := range found {
		if o.files[id] == nil {
			o.files[id] = &ownFile{}
		}
	}
	for id, file := range o.files {
		now := found[id]
		if now != file.taken && (now == file.seen || !o.looked) {
			o.take(id, file, now)
			news = true
		}
		file.seen = now
		if !file.taken.there && !now.there {
			delete(o.files, id)
		}
	}
	o.looked = true
	return news
}

// take makes a content the present one of its file. What does not load leaves
// the last good version where it is; a file that is gone takes it along.
func (o *overlay) take(id string, file *ownFile, now content) {
	file.taken, file.fault, file.cause = now, now.fault, nil
	switch {
	case !now.there:
		file.good = nil
	case now.fault == "":
		loaded, err := o.load(id, scriptFile(id), now.source)
		if err != nil {
			file.fault, file.cause = strings.ReplaceAll(err.Error(), "\n", "; "), err
			return
		}
		file.good = loaded
	}
}

// read returns what every script of the folder holds. What begins with a dot is
// none: version control and mounts keep their own there.
func (o *overlay) read() (map[string]content, error) {
	entries, err := fs.ReadDir(o.folder, ".")
	if err != nil {
		return nil, err
	}
	found := map[string]content{}
	for _, entry := range entries {
		if id := entry.Name(); !strings.HasPrefix(id, ".") && !entry.Type().IsRegular() {
			if now := o.readFile(scriptFile(id)); now.there {
				found[id] = now
			}
		}
	}
	return found, nil
}

func (o *overlay) readFile(name string) content {
	// Looked at before it is opened: to open a pipe would wait for its writer.
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
	return content{there: true, source: string(source), fault: textOf(err)}
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
