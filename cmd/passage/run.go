package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/alecthomas/kong"

	"passage/cmd/passage/console"
)

// The exit codes.
const (
	exitSuccess = 0
	exitFailure = 1
	exitUsage   = 2
)

// commands is every command that there is, and the flags that all have.
type commands struct {
	LogLevel  slog.Level `help:"Lowest level to log: debug, info, warn or error." default:"info"`
	LogFormat string     `help:"Format of the log: text or json." enum:"text,json" default:"text"`

	Serve         serveCommand         `cmd:"" help:"Run the server, with SQLite in one folder."`
	Demo          demoCommand          `cmd:"" help:"Run the server with a demo carrier and a demo shop."`
	Keys          keysCommand          `cmd:"" help:"Create, list, rotate and revoke API keys of merchants."`
	Organizations organizationsCommand `cmd:"" help:"Add merchants, and change how they look to users."`
	Webhooks      webhooksCommand      `cmd:"" help:"Receive and send webhooks while you write a receiver."`
	Admin         adminCommand         `cmd:"" help:"Manage the operators of the dashboard."`
	Integrations  integrationsCommand  `cmd:"" help:"List, create, check and try integrations, and print their reference."`
	Doctor        doctorCommand        `cmd:"" help:"Check this machine: browser, clock, data folder, public URL."`
	Version       versionCommand       `cmd:"" help:"Print the version."`
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	var all commands
	command, code, done := parse(&all, args, getenv, stdout, stderr)
	if done {
		return code
	}
	out := &console.Console{Stdin: stdin, Stdout: stdout, Stderr: stderr,
		Logger: all.logger(stderr)}
	command.BindTo(ctx, (*context.Context)(nil))
	err := command.Run(out)
	if err == nil {
		return exitSuccess
	}
	complain(stderr, err)
	if _, isUsage := errors.AsType[*console.UsageError](err); isUsage {
		advise(stderr, command)
		return exitUsage
	}
	return exitFailure
}

// logger writes in the format and from the level that the flags name.
func (c *commands) logger(to io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(to, options))
	}
	return slog.New(slog.NewTextHandler(to, options))
}

// exit is the panic by which kong's help ends the program; parse recovers it.
type exit int

// parse reads the command line and the environment. done is true if there is
// nothing to run: help was printed, or the usage is wrong.
func parse(into *commands, args []string, getenv func(string) string, stdout, stderr io.Writer) (
	command *kong.Context, code int, done bool,
) {
	defer func() {
		switch caught := recover().(type) {
		case nil:
		case exit:
			command, code, done = nil, int(caught), true
		default:
			panic(caught) //nolint:forbidigo // not ours
		}
	}()
	parser, err := kong.New(into,
		kong.Name("passage"),
		kong.Description("Passage lets a merchant's users connect an account at another service."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(exit(code)) }), //nolint:forbidigo // caught above
		kong.Resolvers(fromEnvironment(getenv)),
		kong.ValueFormatter(helpWithVariable),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		complain(stderr, err)
		return nil, exitFailure, true
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err = parser.Parse(args)
	if err != nil {
		complain(stderr, err)
		if wrong, ok := errors.AsType[*kong.ParseError](err); ok && wrong.Context != nil {
			advise(stderr, wrong.Context)
		}
		return nil, exitUsage, true
	}
	return command, exitSuccess, false
}

// advise names the help of the commands that were understood.
func advise(to io.Writer, parsed *kong.Context) {
	path := ""
	for _, part := range parsed.Path {
		if part.Command != nil {
			path += part.Command.Name + " "
		}
	}
	fmt.Fprintf(to, "Run \"passage %s--help\" for usage.\n", path)
}

// complain prints every error on a line of its own.
func complain(to io.Writer, err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(to, "passage:", line)
	}
}

// variable is the environment variable of a flag: --public-url is PASSAGE_PUBLIC_URL.
func variable(flag string) string {
	return "PASSAGE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func fromEnvironment(getenv func(string) string) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if value := getenv(variable(flag.Name)); value != "" {
			return value, nil
		}
		return nil, nil
	})
}

func helpWithVariable(value *kong.Value) string {
	if value.Flag == nil || value.Name == "help" {
		return value.Help
	}
	return value.Help + " ($" + variable(value.Name) + ")"
}
