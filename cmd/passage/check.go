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

// integrationsCheck finds what is wrong with scripts, without a browser.
type integrationsCheck struct {
	Folder string `arg:"" optional:"" name:"dir" help:"Folder with one folder per integration. Default: the built-in ones." type:"path"`
}

// Run checks every script of a folder and reports all faults. Advice is
// printed, and is no failure.
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
		var faults []error
		if id := path.Dir(file); integration.ID != id {
			faults = append(faults, fmt.Errorf("%s: the folder of integration %q must have its name", path.Join(where, file), integration.ID))
		}
		for _, finding := range check.Integration(integration, around) {
			if !finding.Advice {
				faults = append(faults, finding)
				continue
			}
			advice++
			faults = append(faults, out.Printf("advice: %v\n", finding))
		}
		return errors.Join(faults...)
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

// surroundings tells the scripts' room what the other rooms know.
func surroundings(rules *resources.Set) check.Definitions {
	around := check.Definitions{Operations: map[string]check.Schemas{}}
	for _, name := range rules.Names() {
		resource, action, _ := strings.Cut(name, ".")
		operation, _ := rules.Operation(resource, action)
		around.Operations[name] = check.Schemas{Arguments: operation.Arguments, Result: operation.Result}
	}
	text := views.Match("en")
	around.Fields, around.Reasons, around.Choices = keysOf(text.Fields), keysOf(text.Reasons), keysOf(text.Choices)
	around.Progress = keysOf(text.Progress)
	maps.Copy(around.Progress, keysOf(text.Found))
	return around
}

// keysOf are the keys of a table of texts, without the one for all others.
func keysOf[T any](table map[string]T) map[string]bool {
	keys := map[string]bool{}
	for key := range table {
		if key != "" {
			keys[key] = true
		}
	}
	return keys
}
