package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"
	"time"

	"passage/automation/integrations"
	"passage/automation/script"
	"passage/cmd/passage/console"
)

// integrationsNew creates an integration from a template, or a copy of a built-in
// one.
type integrationsNew struct {
	Name   string `arg:"" help:"Its id: lower-case letters, digits and dashes. The id of a built-in one creates a copy to modify."`
	Dir    string `help:"Folder of your integrations. The new one gets a folder in it." default:"integrations" type:"path"`
	Origin string `help:"Origin of the site." default:"https://www.example.com"`
}

//go:embed scaffold/*
var scaffold embed.FS

var goodName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// Run writes the files and prints the next steps.
func (c *integrationsNew) Run(out *console.Console) error {
	if !goodName.MatchString(c.Name) {
		return console.Usage(fmt.Errorf("%q cannot be an integration's name: it must be 1 to 40 lower-case letters, digits and dashes, starting with a letter, such as my-library", c.Name))
	}
	folder := filepath.Join(c.Dir, c.Name)
	if _, err := os.Lstat(folder); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s exists already and is not overwritten; choose another name or another --dir", folder)
	}
	files, err := c.files()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // scripts hold nothing secret
		return fmt.Errorf("make the folder: %w", err)
	}
	for _, name := range []string{"integration.star", "README.md"} {
		if err := os.WriteFile(filepath.Join(folder, name), files[name], 0o644); err != nil { //nolint:gosec // as above
			return fmt.Errorf("write the integration: %w", err)
		}
	}
	return out.Printf(`%s holds integration.star and README.md. Next:

    passage integrations docs
    passage integrations check %[2]s
    passage integrations try %[3]s --integrations %[2]s
    passage serve --integrations %[2]s
`, folder, c.Dir, c.Name)
}

// files returns those of the built-in integration with this name, or else the
// template.
func (c *integrationsNew) files() (map[string][]byte, error) {
	builtIn, err := fs.ReadFile(integrations.FS(), path.Join(c.Name, "integration.star"))
	if err == nil {
		readme, err := fs.ReadFile(integrations.FS(), path.Join(c.Name, "README.md"))
		return map[string][]byte{"integration.star": builtIn, "README.md": readme}, err
	}
	site, err := url.Parse(c.Origin)
	if err != nil || site.Host == "" {
		return nil, console.Usage(fmt.Errorf("--origin: %q is not an origin such as https://www.example.com", c.Origin))
	}
	about := struct{ ID, Name, Site, Host, Dir, Date string }{
		c.Name, title(c.Name), strings.TrimSuffix(c.Origin, "/"), site.Host, c.Dir, time.Now().Format(time.DateOnly),
	}
	files := map[string][]byte{}
	for _, name := range []string{"integration.star", "README.md"} {
		parsed, err := template.ParseFS(scaffold, "scaffold/"+name)
		if err != nil {
			return nil, fmt.Errorf("read the scaffold: %w", err)
		}
		var written bytes.Buffer
		if err := parsed.Execute(&written, about); err != nil {
			return nil, fmt.Errorf("write the scaffold: %w", err)
		}
		files[name] = written.Bytes()
	}
	// Refuse now a site that "check" would refuse later.
	_, err = script.Load("integration.star", files["integration.star"])
	if sourceErr, ok := errors.AsType[*script.SourceError](err); ok {
		return nil, console.Usage(fmt.Errorf("--origin: %s", sourceErr.Message))
	}
	return files, err
}

// title makes a display name of an id: “My Library” of my-library.
func title(id string) string {
	words := strings.FieldsFunc(id, func(r rune) bool { return r == '-' })
	for n, word := range words {
		words[n] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, " ")
}
