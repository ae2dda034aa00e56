package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"strings"

	"passage/automation/integrations"
	"passage/automation/resources"
	"passage/automation/script"
	"passage/automation/script/check"
	"passage/cmd/passage/console"
	"passage/views"
)

// integrationsCheck checks scripts for errors, without a browser.
type integrationsCheck struct {
	Folder string `arg:"" optional:"" name:"dir" help:"Folder with one folder per integration. Default: the built-in ones." type:"path"`
}

// Run checks every script of a folder and reports all errors. Advice is
// printed, but is not an error.
func (c *integrationsCheck) Run(out *console.Console) error {
	folder, where := integrations.FS(), ""
	if c.Folder != "" {
		if _, err := os.ReadDir(c.Folder); err != nil {
			return err
		}
		folder, where = os.DirFS(c.Folder), c.Folder
	}
	rules, err := resources.Load()
	if err != nil {
		return err
	}
	around := surroundings(rules)
	checked, advice := 0, 0
	err = eachScript(folder, func(file string, source []byte) error {
		checked++
		integration, err := script.Load(path.Join(where, file), source)
		if err != nil {
			return err
		}
		var errs []error
		if id := path.Dir(file); integration.ID != id {
			errs = append(errs, fmt.Errorf("%s: the folder of integration %q must have its name", path.Join(where, file), integration.ID))
		}
		for _, finding := range check.Integration(integration, around) {
			if !finding.Advice {
				errs = append(errs, finding)
				continue
			}
			advice++
			errs = append(errs, out.Printf("advice: %v\n", finding))
		}
		return errors.Join(errs...)
	})
	if err != nil {
		return err
	}
	if checked == 0 {
		return fmt.Errorf("%s holds no */integration.star", c.Folder)
	}
	if advice > 0 {
		return out.Printf("%d checked, no errors, %d with advice.\n", checked, advice)
	}
	return out.Printf("%d checked, no errors.\n", checked)
}

// surroundings collects what a script is checked against: resources and texts.
func surroundings(rules *resources.Set) check.Definitions {
	around := check.Definitions{Operations: map[string]check.Schemas{}}
	for _, name := range rules.Names() {
		resource, action, _ := strings.Cut(name, ".")
		operation, _ := rules.Operation(resource, action)
		around.Operations[name] = check.Schemas{Arguments: operation.Arguments, Result: operation.Result, Sensitive: operation.Sensitive}
	}
	text := views.Match("en")
	around.Fields, around.Reasons, around.Choices = keysOf(text.Fields), keysOf(text.Reasons), keysOf(text.Choices)
	around.Progress = keysOf(text.Progress)
	maps.Copy(around.Progress, keysOf(text.Found))
	return around
}

// keysOf returns the keys of a table of texts, without the fallback.
func keysOf[T any](table map[string]T) map[string]bool {
	keys := map[string]bool{}
	for key := range table {
		if key != "" {
			keys[key] = true
		}
	}
	return keys
}
