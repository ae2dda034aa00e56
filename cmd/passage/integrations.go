package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"

	"passage/automation"
	"passage/automation/integrations"
	"passage/automation/resources"
	"passage/automation/script"
)

// integrationsCommand is what is done with integrations by hand.
type integrationsCommand struct {
	List  integrationsList  `cmd:"" help:"List the built-in integrations."`
	Check integrationsCheck `cmd:"" help:"Find what is wrong with integrations, without a browser."`
	New   integrationsNew   `cmd:"" help:"Begin an integration of your own, or a copy of a built-in one to mend."`
	Try   integrationsTry   `cmd:"" help:"Run an integration by hand, in a browser, with its questions at the terminal."`
	Docs  integrationsDocs  `cmd:"" help:"Print every word that a script may use, with its meaning and an example."`
}

type integrationsList struct{}

type integrationsDocs struct{}

// Run prints the reference, which the code itself holds.
func (c *integrationsDocs) Run(out *console) error { return out.printf("%s", script.Reference()) }

type integrationsCheck struct {
	Folder string `arg:"" optional:"" name:"dir" help:"Folder with one folder per integration; the built-in ones unless said." type:"path"`
}

// Run lists what is built in.
func (c *integrationsList) Run(out *console) error {
	table := tabwriter.NewWriter(out.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tNAME\tSITE\tOPERATIONS")
	err := eachScript(integrations.FS(), func(file string, source []byte) error {
		integration, err := script.Load(file, source)
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", integration.ID, integration.Name, integration.Site,
			strings.Join(integration.Operations, ", "))
		return nil
	})
	return errors.Join(err, table.Flush())
}

// Run checks every script of a folder and reports all faults.
func (c *integrationsCheck) Run(out *console) error {
	folder := integrations.FS()
	if c.Folder != "" {
		if _, err := os.ReadDir(c.Folder); err != nil {
			return err
		}
		folder = os.DirFS(c.Folder)
	}
	rules, err := resources.Load()
	if err != nil {
		return err
	}
	checked := 0
	err = eachScript(folder, func(file string, source []byte) error {
		checked++
		integration, err := script.Load(file, source)
		if err != nil {
			return err
		}
		return checkOperations(file, integration, rules)
	})
	if err != nil {
		return err
	}
	if checked == 0 {
		return fmt.Errorf("%s holds no */integration.star", c.Folder)
	}
	return out.printf("%d checked, nothing wrong.\n", checked)
}

// checkOperations finds operations that no resource has: nobody could ask for them.
func checkOperations(file string, integration *automation.Integration, rules *resources.Set) error {
	var faults []error
	for _, name := range integration.Operations {
		resource, action, _ := strings.Cut(name, ".")
		if _, ok := rules.Operation(resource, action); !ok {
			faults = append(faults, fmt.Errorf("%s: operations: there is no %q; there are %s", file, name,
				strings.Join(rules.Names(), ", ")))
		}
	}
	return errors.Join(faults...)
}

// eachScript goes through a folder of integrations and joins what it finds.
func eachScript(folder fs.FS, do func(file string, source []byte) error) error {
	files, err := fs.Glob(folder, "*/integration.star")
	if err != nil {
		return fmt.Errorf("list integrations: %w", err)
	}
	var faults []error
	for _, file := range files {
		source, err := fs.ReadFile(folder, file)
		if err == nil {
			err = do(file, source)
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}
