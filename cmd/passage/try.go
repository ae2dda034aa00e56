package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"passage/automation"
	"passage/automation/browser/chrome"
	"passage/automation/catalog"
	"passage/automation/outcome"
	"passage/automation/resources"
	"passage/automation/script"
	"passage/automation/secret"
	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
	"passage/views"
)

// integrationsTry runs an integration, with its prompts at the terminal.
type integrationsTry struct {
	Name         string            `arg:"" help:"The integration: a built-in one, or one of --integrations."`
	Operation    []string          `help:"Operation to run after the log-in, such as paymentMethod.read. May be repeated. Default: only log in." sep:"none" placeholder:"NAME"`
	Arguments    []string          `help:"Arguments as JSON or as @FILE: the first for the first --operation, and so on." sep:"none" placeholder:"JSON|@FILE"`
	Integrations string            `help:"Folder of your own integrations, which are added to the built-in ones or replace them." type:"path" placeholder:"DIR"`
	Site         map[string]string `help:"Point the integration elsewhere: ID=URL, or ID=URL,HOST:PORT with further hosts of that site." placeholder:"ID=URL"`
	DryRun       bool              `help:"Stop each write before it changes anything."`
	Resuming     bool              `help:"Run each write as if an earlier attempt may have submitted it: the integration must look first, and not submit it twice."`
	Yes          bool              `help:"Do not ask before a write."`
	Headful      bool              `help:"Show the browser's window. Needs a full Chromium and a screen."`
	Screenshot   string            `help:"On failure, save a screenshot of the page here, with typed text masked." type:"path" placeholder:"FILE"`
	config.BrowserChoice
}

// errTried ends a failed trial, whose cause has been printed.
var errTried = errors.New("the trial failed; see above")

// Run tries the integration and prints the result.
func (c *integrationsTry) Run(ctx context.Context, out *console.Console) error {
	rules, err := resources.Load()
	if err != nil {
		return err
	}
	integration, err := c.load()
	if err != nil {
		return err
	}
	operations, err := c.operations(integration, rules)
	if err != nil {
		return err
	}
	seat := interview{Terminal: console.NewTerminal(out), text: views.Match("en"), service: integration.Name}
	ctx, end := interrupted(ctx)
	defer end()
	if err := c.agree(ctx, &seat, integration.ID, operations); err != nil {
		return err
	}
	told := &report{interview: seat, redactor: secret.NewRedactor(), screenshot: c.Screenshot}
	result, err := c.try(ctx, out, &automation.Trial{
		Integration: integration, Resources: rules, Redactor: told.redactor, Onlooker: told,
	}, operations)
	if _, typed := errors.AsType[*outcome.Error](err); typed {
		told.failure(integration, err)
		return fmt.Errorf("%w: %s", errTried, outcome.From(err).Code)
	}
	if err != nil || result == nil {
		return err
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, result, "", "  "); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return out.Printf("%s\n", &pretty)
}

// interrupted makes the end of a context a cancellation by the user.
func interrupted(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancelCause(context.WithoutCancel(parent))
	stop := context.AfterFunc(parent, func() { end(outcome.New(outcome.UserCancelled, "interrupted")) })
	return ctx, func() { stop(); end(nil) }
}

// try runs the trial in a browser of its own, which is gone when it returns.
func (c *integrationsTry) try(ctx context.Context, out *console.Console, trial *automation.Trial,
	operations []automation.TrialOperation,
) (result json.RawMessage, err error) {
	folder, err := os.MkdirTemp("", "passage-try-")
	if err != nil {
		return nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if c.Headful {
		if c.Browser, err = chrome.FindWindowed(c.Browser); err != nil {
			return nil, err
		}
	}
	flags := config.BrowserFlags{BrowserChoice: c.BrowserChoice, Browsers: 1}
	if trial.Pool, err = flags.NewPool(chrome.Options{Dir: folder, Headful: c.Headful, Logger: out.Logger}); err != nil {
		return nil, err
	}
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	closed := make(chan error, 1)
	go func() { closed <- trial.Pool.Run(life) }()
	defer func() { stop(); err = errors.Join(err, <-closed) }()
	return trial.Run(ctx, operations)
}

func (c *integrationsTry) load() (*script.Integration, error) {
	scripts := config.IntegrationsFlag{Integrations: c.Integrations}
	if err := scripts.CheckFolder(); err != nil {
		return nil, console.Usage(fmt.Errorf("--integrations: %w", err))
	}
	integration, err := catalog.LoadOne(scripts.Folder(), c.Name)
	if errors.Is(err, catalog.ErrUnknown) {
		return nil, console.Usage(fmt.Errorf("there is no integration %q; \"passage integrations list\" has the built-in ones, --integrations names a folder of others", c.Name))
	}
	if err != nil {
		return nil, err
	}
	for id, site := range config.ParseSites(c.Site) {
		if id != integration.ID {
			return nil, console.Usage(fmt.Errorf("--site: only %[2]s can be pointed elsewhere here, not %[1]s; write %[2]s=URL", id, integration.ID))
		}
		integration, err = integration.At(site.URL, site.Hosts...)
		if err != nil {
			return nil, console.Usage(fmt.Errorf("--site: %w", err))
		}
	}
	return integration, nil
}

// operations parses the operations, and reports all errors together.
func (c *integrationsTry) operations(integration *script.Integration, rules *resources.Set) ([]automation.TrialOperation, error) {
	var list []automation.TrialOperation
	var errs []error
	if len(c.Arguments) > len(c.Operation) {
		errs = append(errs, errors.New("--arguments: given more often than --operation"))
	}
	for n, name := range c.Operation {
		text := ""
		if n < len(c.Arguments) {
			text = c.Arguments[n]
		}
		operation, err := c.operation(integration, rules, name, text)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		list = append(list, operation)
	}
	return list, console.Usage(errors.Join(errs...))
}

func (c *integrationsTry) operation(integration *script.Integration, rules *resources.Set, name, text string) (made automation.TrialOperation, err error) {
	made.Resource, made.Action, _ = strings.Cut(name, ".")
	known, ok := rules.Operation(made.Resource, made.Action)
	if !ok || !slices.Contains(integration.Operations, name) {
		return made, fmt.Errorf("--operation: %s has no %q; it has %s", integration.ID, name, strings.Join(integration.Operations, ", "))
	}
	if made.Arguments, err = readArguments(text); err != nil {
		return made, fmt.Errorf("--arguments of %s: %w", name, err)
	}
	made.Resuming = c.Resuming && made.Action == "write"
	if c.DryRun && made.Action == "write" {
		if made.Arguments, err = dry(made.Arguments); err != nil {
			return made, fmt.Errorf("--arguments of %s: %w", name, err)
		}
	}
	var errs []error
	for _, issue := range known.CheckArguments(made.Arguments) {
		errs = append(errs, fmt.Errorf("--arguments of %s: %s: %s", name, issue.Path, issue.Message))
	}
	return made, errors.Join(errs...)
}

// readArguments parses JSON, or the file that @FILE names.
func readArguments(text string) (json.RawMessage, error) {
	if file, named := strings.CutPrefix(text, "@"); named {
		read, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		text = string(read)
	}
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	if !json.Valid([]byte(text)) {
		return nil, errors.New("this is not JSON; write an object such as {\"limit\": 3}, or @FILE")
	}
	return json.RawMessage(text), nil
}

// dry makes the arguments of a write those of a dry run.
func dry(arguments json.RawMessage) (json.RawMessage, error) {
	object := map[string]json.RawMessage{}
	if len(arguments) > 0 {
		if err := json.Unmarshal(arguments, &object); err != nil {
			return nil, errors.New("this must be an object")
		}
	}
	object["dryRun"] = json.RawMessage("true")
	return json.Marshal(object)
}

// agree asks for consent before a write to a real account.
func (c *integrationsTry) agree(ctx context.Context, seat *interview, id string, operations []automation.TrialOperation) error {
	if c.Yes || c.DryRun {
		return nil
	}
	for _, operation := range operations {
		if operation.Action != "write" || isDry(operation.Arguments) {
			continue
		}
		deed := seat.text.OperationSummary(id, operation.Resource, operation.Action)
		seat.Say("%s: %s\n", seat.service, seat.fill(deed.Ask, "card", seat.text.Card.Unknown))
		agreed, err := seat.Agrees(ctx, seat.text.Ask.Confirm)
		if err != nil {
			return err
		}
		if !agreed {
			return errors.New("nothing was changed; --dry-run stops before the change, --yes does not ask")
		}
	}
	return nil
}

func isDry(arguments json.RawMessage) bool {
	var given struct{ DryRun bool }
	return json.Unmarshal(arguments, &given) == nil && given.DryRun
}
