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

	"passage/automation/replica"
)

// bareCommand makes the bench the bare script: what one writes with rod and
// nothing else. It is a process of its own, so that it is measured as Passage is.
const bareCommand = "bare"

// script does by rod what automation/integrations/demo does: the same pages,
// clicks, fields and reads, and a browser for each session.
type script struct {
	Site      string
	Browser   string
	NoSandbox bool
	Folder    string   // for the profiles
	Flags     []string // of the browser, in the place of rod's own
	AtOnce    int      // browsers
}

// patience is what the slowest page is given.
const patience = time.Minute

// runBare takes a line with user names, does a session for each, and prints how
// many seconds that took; again and again until its input ends.
func runBare(ctx context.Context, configuration string, in io.Reader, out io.Writer) error {
	var s script
	if err := json.Unmarshal([]byte(configuration), &s); err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		begin := time.Now()
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(s.AtOnce)
		for _, username := range strings.Fields(lines.Text()) {
			group.Go(func() error {
				return errors.Join(ctx.Err(), rod.Try(func() { s.session(username) }))
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

// session panics by rod's own means where something is not as it should be, as
// its Must functions do; runBare catches that.
func (s *script) session(username string) {
	l := s.launcher()
	browser := rod.New().ControlURL(l.MustLaunch()).MustConnect()
	defer l.Cleanup() // waits for the end, then removes the profile
	defer browser.MustClose()
	page := browser.MustPage(s.Site + "/signin").Timeout(patience)

	logIn(page, username)
	if cards := s.methods(page); len(cards) == 0 {
		utils.E(errors.New("there is no card"))
	}
	before := s.methods(page)
	addCard(page)
	if after := s.methods(page); len(after) != len(before)+1 {
		utils.E(fmt.Errorf("%d cards became %d", len(before), len(after)))
	}
	if bills := s.bills(page, billsWanted); len(bills) != billsWanted {
		utils.E(fmt.Errorf("%d bills", len(bills)))
	}
}

// launcher has the flags of Passage's browsers, so that what differs is what is
// done with a browser and not which one it is.
func (s *script) launcher() *launcher.Launcher {
	l := launcher.New().Bin(s.Browser).Leakless(false).NoSandbox(s.NoSandbox)
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

func logIn(page *rod.Page, username string) {
	arrive(page, "#username")
	page.MustElement("#username").MustInput(username)
	if page.MustHas("#next:disabled") {
		utils.E(errors.New("the site does not like the user name"))
	}
	page.MustElement("#next").MustClick()
	arrive(page, "#password")
	page.MustElement("#password").MustInput(replica.Password)
	page.MustElement("#sign-in").MustClick()
	arrive(page, "#account", "#password-error")
}

func (s *script) methods(page *rod.Page) []map[string]any {
	page.MustNavigate(s.Site + "/account/payment-methods")
	arrive(page, "#payment-methods")
	return rows(page, ".method", map[string]string{
		"id": "@data-id", "type": "@data-type", "brand": ".brand", "last4": ".last4",
		"expires": ".expires", "nickname": ".nickname", "zip": ".zip", "autopay": ".autopay",
	})
}

func addCard(page *rod.Page) {
	page.MustElement("#add-card").MustClick()
	arrive(page, "#card-frame")
	frame := page.MustElement("#card-frame").MustFrame()
	arrive(frame, "#card-number")
	frame.MustElement("#card-number").MustInput(card["cardNumber"])
	frame.MustElement("#card-expires").MustInput(card["expirationDate"])
	frame.MustElement("#card-cvv").MustInput(card["cvv"])
	page.MustElement("#name-on-card").MustInput(card["nameOnCard"])
	page.MustElement("#zip").MustInput(card["billingZip"])
	page.MustElement("#save-card").MustClick()
	arrive(page, "#payment-methods", "#card-refused:not([hidden])")
}

func (s *script) bills(page *rod.Page, wanted int) (bills []map[string]any) {
	page.MustNavigate(s.Site + "/account/bills")
	for {
		arrive(page, "#bills")
		bills = append(bills, rows(page, ".bill", map[string]string{
			"statementId": "@data-id", "periodStart": ".start@datetime", "periodEnd": ".end@datetime",
			"dueDate": ".due@datetime", "amountDue": ".amount",
		})...)
		if len(bills) >= wanted || !page.MustHas("a[rel=next]") {
			return bills[:min(wanted, len(bills))]
		}
		page.MustNavigate(s.Site + *page.MustElement("a[rel=next]").MustAttribute("href"))
	}
}

// arrive waits for the first of some elements, which must be the first named.
// Where the page is left under rod's look, rod gives up and is asked again.
func arrive(page *rod.Page, wanted string, others ...string) {
	for {
		seen := ""
		err := rod.Try(func() {
			race := page.Race()
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

// rows reads a list in one round trip, as somebody would who minds the cost.
func rows(page *rod.Page, selector string, columns map[string]string) []map[string]any {
	found := page.MustEval(`(selector, columns) => [...document.querySelectorAll(selector)].map((row) =>
		Object.fromEntries(Object.entries(columns).map(([name, wanted]) => {
			const [inside, attribute] = wanted.split("@");
			const element = inside ? row.querySelector(inside) : row;
			return [name, attribute ? element?.getAttribute(attribute) : element?.innerText];
		})))`, selector, columns)
	var list []map[string]any
	utils.E(found.Unmarshal(&list))
	return list
}
