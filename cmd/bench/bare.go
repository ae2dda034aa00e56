package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/launcher/flags"
	"github.com/go-rod/rod/lib/utils"
	"golang.org/x/sync/errgroup"
)

// bareCommand makes the bench the bare script, which uses rod and nothing else. It
// is a separate process, so that it is measured as Passage is.
const bareCommand = "bare"

// script does by rod what the integrations do: the same pages, clicks, fields
// and reads, and a browser for each session.
type script struct {
	Sites   map[string]string // where each kind of site begins, by id
	Browser string
	Folder  string   // for the profiles
	Flags   []string // of the browser, in the place of rod's own
	AtOnce  int      // browsers
}

// patience is the time limit of the slowest page.
const patience = time.Minute

// runBare takes a line with a site's id and user names, does a session for each
// name, and prints how many seconds that took; until its input
// ends.
func runBare(ctx context.Context, configuration string, in io.Reader, out io.Writer) error {
	var s script
	if err := json.Unmarshal([]byte(configuration), &s); err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		id, usernames, _ := strings.Cut(lines.Text(), " ")
		site, ok := kindOf(id)
		if !ok {
			return fmt.Errorf("there is no site %q", id)
		}
		begin := time.Now()
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(s.AtOnce)
		for _, username := range strings.Fields(usernames) {
			group.Go(func() error {
				return errors.Join(ctx.Err(), rod.Try(func() { s.session(site, username) }))
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, time.Since(begin).Seconds()); err != nil {
			return err
		}
	}
	return lines.Err()
}

// visit is a user's session on a site.
type visit struct {
	*rod.Page
	site     string // the origin where it begins
	username string
	limit    int // bills or orders to read
}

// session panics on an error, as rod's Must functions do; runBare recovers.
func (s *script) session(site kind, username string) {
	l := s.launcher()
	browser := rod.New().ControlURL(l.MustLaunch()).MustConnect()
	defer l.Cleanup() // waits for the end, then removes the profile
	defer browser.MustClose()
	site.bare(&visit{browser.MustPage().Timeout(patience), s.Sites[site.id], username, site.limit})
}

// launcher has the flags of Passage's browsers, so that what differs is what is
// done with a browser and not which one it is.
func (s *script) launcher() *launcher.Launcher {
	l := launcher.New().Bin(s.Browser).Leakless(false)
	l.UserDataDir(strings.Replace(l.Get(flags.UserDataDir), launcher.DefaultUserDataDirPrefix, s.Folder, 1))
	for name := range l.Flags {
		if !strings.HasPrefix(string(name), "rod-") && name != flags.UserDataDir && name != flags.RemoteDebuggingPort {
			delete(l.Flags, name)
		}
	}
	for _, flag := range s.Flags {
		name, value, valued := strings.Cut(strings.TrimPrefix(flag, "--"), "=")
		if l.Set(flags.Flag(name)); valued {
			l.Set(flags.Flag(name), value)
		}
	}
	return l
}

// open goes to a page of the site and waits for what it shows.
func (v *visit) open(path, wanted string) {
	v.MustNavigate(v.site + path)
	v.arrive(wanted)
}

// click waits for an element and clicks it.
func (v *visit) click(selector string) { v.MustElement(selector).MustClick() }

// fill waits for a field and types into it.
func (v *visit) fill(selector, text string) { v.MustElement(selector).MustInput(text) }

// frame waits for an iframe and for what it shows.
func (v *visit) frame(selector, wanted string) *visit {
	v.arrive(selector)
	inside := *v
	inside.Page = v.MustElement(selector).MustFrame()
	inside.arrive(wanted)
	return &inside
}

// arrive waits for the first of some elements, which must be the first named. If
// the page navigates meanwhile, rod returns an error, and arrive asks again.
func (v *visit) arrive(wanted string, others ...string) {
	for {
		seen := ""
		err := rod.Try(func() {
			race := v.Race()
			for _, selector := range append([]string{wanted}, others...) {
				race.Element(selector).MustHandle(func(*rod.Element) { seen = selector })
			}
			race.MustDo()
		})
		switch {
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
			utils.E(err)
		case err == nil && seen != wanted:
			utils.E(fmt.Errorf("the site shows %s", seen))
		case err == nil:
			return
		}
	}
}

// row is an entry of a list, by the names of its columns.
type row map[string]any

// rows reads a list in one round trip, to keep the cost low.
func (v *visit) rows(selector string, columns map[string]string) []row {
	return v.list(`(selector, columns) => [...document.querySelectorAll(selector)].map((row) =>
		Object.fromEntries(Object.entries(columns).map(([name, wanted]) => {
			const [inside, attribute] = wanted.split("@");
			const element = inside ? row.querySelector(inside) : row;
			return [name, attribute ? element?.getAttribute(attribute) : element?.innerText];
		})))`, selector, columns)
}

// list reads what a function of the page's returns.
func (v *visit) list(function string, arguments ...any) (list []row) {
	utils.E(v.MustEval(function, arguments...).Unmarshal(&list))
	return list
}

// expect panics if a list does not have the expected number of rows.
func expect(list []row, count int) {
	if len(list) != count {
		utils.E(fmt.Errorf("%d rows instead of %d", len(list), count))
	}
}
