package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"text/tabwriter"

	"passage/automation/integrations"
	"passage/automation/script"
	"passage/cmd/passage/console"
)

// integrationsCommand has the tools for integrations.
type integrationsCommand struct {
	List  integrationsList  `cmd:"" help:"List the built-in integrations."`
	Check integrationsCheck `cmd:"" help:"Check integrations for errors, without a browser."`
	New   integrationsNew   `cmd:"" help:"Create an integration from a template, or a copy of a built-in one to modify."`
	Try   integrationsTry   `cmd:"" help:"Run an integration in a browser, with its prompts at the terminal."`
	Docs  integrationsDocs  `cmd:"" help:"Print the reference for authors of scripts: words, outcomes, resources, keys."`
}

type integrationsList struct{}

// Run lists the built-in integrations.
func (c *integrationsList) Run(out *console.Console) error {
	table := tabwriter.NewWriter(out.Stdout, 0, 0, 2, ' ', 0)
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

// eachScript calls do for each script of a folder and joins the errors.
func eachScript(folder fs.FS, do func(file string, source []byte) error) error {
	files, err := fs.Glob(folder, "*/integration.star")
	if err != nil {
		return fmt.Errorf("list integrations: %w", err)
	}
	var errs []error
	for _, file := range files {
		source, err := fs.ReadFile(folder, file)
		if err == nil {
			err = do(file, source)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
