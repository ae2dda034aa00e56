package catalog

import (
	"errors"
	"fmt"
	"io/fs"

	"passage/automation/integrations"
	"passage/automation/script"
)

// LoadOne loads one script by its id: from the folder, which may be nil, or else a
// built-in one. Unlike a Catalog it accepts a site on this machine, because the
// operator has asked for this very script.
func LoadOne(folder fs.FS, id string) (*script.Integration, error) {
	for _, from := range []fs.FS{folder, integrations.FS()} {
		if from == nil {
			continue
		}
		file := scriptFile(id)
		source, err := fs.ReadFile(from, file)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read integration: %w", err)
		}
		return script.Load(file, source)
	}
	return nil, fmt.Errorf("%s: %w", id, ErrUnknown)
}
