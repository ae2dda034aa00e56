package script

import (
	"strings"
	"testing"
)

func TestElementProblem_NamesTheWordOfThisProject(t *testing.T) {
	t.Parallel()
	for selector, want := range map[string]string{
		`.card:has-text("Bob")`:              `>> has=text=…`,
		`li:contains(Bob) a`:                 `>> has=text=…`,
		`:text("Sign in")`:                   `text=…`,
		`button:text-is("Sign in")`:          `text="…"`,
		`a:visible`:                          `visible=true`,
		`p:hidden`:                           `hidden = True`,
		`:nth-match(button, 2)`:              `nth=0`,
		`tr:eq(3)`:                           `nth=0`,
		`li:first`:                           `nth=0`,
		`li:last >> text=x`:                  `nth=-1`,
		`:not(:visible)`:                     `visible=true`,
		`form :input`:                        `input, select, textarea`,
		`:checkbox`:                          `role=checkbox`,
		`input:right-of(label)`:              `position`,
		`.card >> has-text=Bob`:              `has=text=…`,
		`id=go`:                              `#id`,
		`xpath=//a`:                          `XPath`,
		`(//a)[1]`:                           `XPath`,
		`data-testid=go`:                     `[data-testid="x"]`,
		`foo=bar`:                            `there are css=, text=, label=`,
		`nth=0`:                              `between`,
		`has=text=x`:                         `between`,
		`ul >> nth=two`:                      `nth= takes a number`,
		`ul >> has=li[`:                      `attribute`,
		`ul >> has=`:                         `nothing after has=`,
		`ul >> >> li`:                        `empty`,
		`>> li`:                              `empty`,
		`li >>`:                              `empty`,
		`#none >> li[`:                       `[name="value"]`,
		`li[`:                                `[name="value"]`,
		`input[value=01]`:                    `[name="value"]`,
		`input[name=a b]`:                    `[name="value"]`,
		`a[href="x]`:                         `[name="value"]`,
		`#1st`:                               `does not begin with a digit`,
		`.2col a`:                            `does not begin with a digit`,
		`div >`:                              `ends too early`,
		`div,`:                               `ends too early`,
		`a, , b`:                             `not CSS from`,
		`Sign in!`:                           `not CSS from "!" on; text= finds a text`,
		`$5.00`:                              `not CSS from`,
		`:not(.a`:                            `no closing parenthesis`,
		`.`:                                  `not CSS from`,
		`css=li[`:                            `[name="value"]`,
		`hidden=text=x`:                      `an outcome of page.wait_for`,
		`role=button[title=x]`:               `a role is written`,
		`text=   `:                           `nothing after text=`,
		`ul >> visible=false`:                `visible= takes true`,
		`button:has(> svg) >> hasText=Print`: `has=text=…`,
	} {
		if problem := elementProblem(selector); !strings.Contains(problem, want) {
			t.Errorf("%s: %q, want %q", selector, problem, want)
		}
	}
}

func TestElementProblem_AcceptsWhatBrowsersAccept(t *testing.T) {
	t.Parallel()
	for _, selector := range []string{
		`#id .class[name=x]`, `*`, `a:not(.all):hover > b + i ~ u`, `.current + a`, `:is(a, b) c`, `li:nth-child(2n + 1 of .x)`, `tr:has(> td, + tr)`,
		`[data-testid="x \"y\""]`, `[data-x='a>>b']`, `a[href^='/x' i]`, `[xlink|href]`, `input::placeholder`, `#a\:b`, `.sm\:w-1\/2`, `.überweisung`,
		`:lang(en)`, `::slotted(span)`, `x-button`, `html|div`, `button:enabled:focus-visible`, `option[value="2031"]`, ` li , a `, `--x`, `.-x`, `#_x`, `.card >> has=text=Bob >> nth=-1`,
		`text=Sign in >> nth=0`, `text="a >> b"`, `text=it's here >> visible=true`, `label=Don't`, `role=button[name="Save >> close"]`, `placeholder=E-Mail`, `css=li`,
		`.x >> has=css=b:not(.y)`, `#form>>text=Next`, `tr:nth-last-child(-n+3)`, `a:where(.b,.c) , d`, `:host(.x)`, `:root`, "a\n  b", `.a.b.c:first-child::before`, `[a][b=c][d~="e"]`,
	} {
		if problem := elementProblem(selector); problem != "" && selector != `html|div` {
			t.Errorf("%s: %s", selector, problem)
		}
	}
}

func TestLoad_FindsInvalidSelectorsWhereverTheyStand(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`page.click(BAD)`, `page.click(BAD + " b")`, `page.wait_for({"a": "li["})`, `page.wait_for(a = hidden("li["))`, `page.wait_for(a = [hidden("li["), "b"])`,
		`page.rows("li", a = "b[@href")`, `page.rows("li", a = ["li[", "b"])`, `page.pages(next = "li[", rows = "li")`, `page.pages("a", "li[")`, `page.scroll(inside = "li[")`, `page.dismiss("a", "li[")`,
		`page.click(selector = "li[")`, `page.exists(("li["))`, `page.scroll_until("li[")`,
	} {
		_, err := Load("test.star", []byte("BAD = \"li[\"\n"+source("def run(page, arguments):\n    "+body+"\n")))
		if err == nil || !strings.Contains(err.Error(), "is not a selector") {
			t.Errorf("%s: %v", body, err)
		}
	}
	const good = `
    page.rows("li", a = "@href", b = "", c = ".", d = "time@datetime", e = ["b", "i@title"])
    page.wait_for(a = url("/x"), b = ["#a", "url=/x*"], c = hidden("text=Log out"), otherwise = "not yet!")
    page.exists("text=Log out", hidden = True)
`
	if _, err := Load("test.star", []byte(source("def run(page, arguments):\n"+good[1:]))); err != nil {
		t.Error(err)
	}
}
