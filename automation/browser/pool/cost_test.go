package pool

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"passage/automation/browser"
	"passage/automation/browser/chrome"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
)

// BenchmarkSession compares a session of this package with a bare rod script
// that does the same clicks in the same program, a browser per session each:
//
//	go test -run '^$' -bench Session -benchtime 20x ./automation/browser/pool
//
// cpu-ms/op is the user and system time of the browser's whole process tree
// and of this process.
func BenchmarkSession(b *testing.B) {
	path, err := chrome.Find("")
	if err != nil {
		b.Fatal(err)
	}
	noSandbox := os.Getenv("PASSAGE_BROWSER_NO_SANDBOX") == "1"
	address := account(b)
	b.Run("bare", func(b *testing.B) {
		var total time.Duration
		for b.Loop() {
			before := cpu(b)
			bare(b, path, noSandbox, address, func() { total += cpu(b) - before })
		}
		b.ReportMetric(float64(total.Milliseconds())/float64(b.N), "cpu-ms/op")
	})
	b.Run("passage", func(b *testing.B) {
		p, err := New(Options{Chrome: chrome.Options{Path: path, NoSandbox: noSandbox, Dir: b.TempDir()}, Browsers: 1})
		if err != nil {
			b.Fatal(err)
		}
		var total time.Duration
		for b.Loop() {
			before := cpu(b)
			session(b, p, address, func() { total += cpu(b) - before })
		}
		b.ReportMetric(float64(total.Milliseconds())/float64(b.N), "cpu-ms/op")
	})
}

// account is a small site: a log-in in two steps, then a list.
func account(b *testing.B) string {
	b.Helper()
	pages := map[string]string{
		"/":     `<form action=/code method=post><input id=user name=user><input id=password type=password name=password><button id=go>Sign in</button></form>`,
		"/code": `<form action=/home method=post><p id=sent>We sent a code</p><input id=code name=code><button id=go>Continue</button></form>`,
		"/home": `<h1 id=home>Your account</h1><a id=bills href=/bills>Bills</a>`,
		"/bills": `<ul>` + strings.Repeat(`<li class=bill data-id=b><span class=date>2026-11-01</span> <span class=amount>42.00</span></li>`, 12) + `</ul>` +
			`<p id=total>504.00</p>`,
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(w, "<!doctype html><title>Account</title><style>body{font:16px sans-serif}</style>", pages[r.URL.Path])
	})}
	return listen(b, server)
}

func session(b *testing.B, p *Pool, address string, measure func()) {
	b.Helper()
	ctx := b.Context()
	check := func(_ any, err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	opened, err := p.Acquire(ctx, browser.Policy{Hosts: []string{strings.TrimPrefix(address, "http://")}, AllowPrivate: true}, nil)
	check(nil, err)
	defer opened.Close()
	page := opened.Page()
	check(nil, page.Goto(ctx, address+"/"))
	check(page.Fill(ctx, "#user", "ada@example.com"))
	check(page.Fill(ctx, "#password", "correct horse"))
	check(page.Click(ctx, "#go"))
	check(page.WaitFor(ctx, []browser.Condition{{Name: "code", Selector: "#sent"}, {Name: "wrong", Selector: ".error"}}))
	check(page.Fill(ctx, "#code", "123456"))
	check(page.Click(ctx, "#go"))
	check(page.WaitFor(ctx, []browser.Condition{{Name: "home", Selector: "#home"}, {Name: "wrong", Selector: ".error"}}))
	check(page.Click(ctx, "#bills"))
	check(page.WaitFor(ctx, []browser.Condition{{Name: "bills", Selector: "#total"}}))
	rows, err := page.Rows(ctx, ".bill", []browser.Column{{Name: "id", Selector: "@data-id"}, {Name: "date", Selector: ".date"}, {Name: "amount", Selector: ".amount"}})
	check(rows, err)
	if len(rows) != 12 {
		b.Fatal(len(rows))
	}
	measure()
}

func bare(b *testing.B, path string, noSandbox bool, address string, measure func()) {
	b.Helper()
	l := launcher.New().Bin(path).NoSandbox(noSandbox).Leakless(false).UserDataDir(b.TempDir())
	connected := rod.New().ControlURL(l.MustLaunch()).MustConnect()
	defer l.Cleanup()
	defer connected.MustClose()
	page := connected.MustPage(address + "/")
	page.MustElement("#user").MustInput("ada@example.com")
	page.MustElement("#password").MustInput("correct horse")
	page.MustElement("#go").MustClick()
	arrive(page, "#sent")
	page.MustElement("#code").MustInput("123456")
	page.MustElement("#go").MustClick()
	arrive(page, "#home")
	page.MustElement("#bills").MustClick()
	arrive(page, "#total")
	rows := 0
	for _, bill := range page.MustElements(".bill") {
		_, _, _ = bill.MustAttribute("data-id"), bill.MustElement(".date").MustText(), bill.MustElement(".amount").MustText()
		rows++
	}
	if rows != 12 {
		b.Fatal(rows)
	}
	measure()
}

// arrive is MustElement after a click that leaves the page, on which rod's own
// wait fails when the document goes away under it.
func arrive(page *rod.Page, selector string) {
	for rod.Try(func() { page.MustElement(selector) }) != nil {
	}
}

// cpu is the time that this process and everything below it that lives has used.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var own syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
		b.Fatal(err)
	}
	total := time.Duration(own.Utime.Nano() + own.Stime.Nano())
	type process struct{ parent, ticks int }
	processes := map[int]process{}
	paths, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range paths {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		fields := strings.Fields(rest)
		parent, _ := strconv.Atoi(fields[1])
		ticks := 0
		for _, field := range fields[11:15] { // user and system, its own and of the children that it waited for
			n, _ := strconv.Atoi(field)
			ticks += n
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		processes[pid] = process{parent, ticks}
	}
	for pid, p := range processes {
		for up := p.parent; up > 1; up = processes[up].parent {
			if up == os.Getpid() && pid != up {
				total += time.Duration(p.ticks) * 10 * time.Millisecond
			}
		}
	}
	return total
}

func listen(b *testing.B, server *http.Server) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	b.Cleanup(func() { _ = server.Close(); <-done })
	return "http://" + listener.Addr().String()
}
