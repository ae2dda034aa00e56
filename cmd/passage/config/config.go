// Package config owns the flags that several commands share, and their checks. It
// opens nothing that outlives a check. Its invariant: Flags.Check reports every
// error of a command line together, and Settings hold only what it has checked.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"

	"passage/automation/browser/chrome"
	"passage/automation/browser/pool"
	"passage/automation/catalog"
	"passage/automation/loopback"
	"passage/cmd/passage/console"
	"passage/web/webhook"
)

// DataFlag names the folder that most commands work on.
type DataFlag struct {
	Data string `help:"Folder of the database and its keys." default:"data" type:"path"`
}

// BrowserChoice selects the browser.
type BrowserChoice struct {
	Browser          string `help:"The browser to use, by path or name. Default: chromium-headless-shell or chromium on PATH."`
	BrowserNoSandbox bool   `help:"Run the browser without its sandbox. Use it only as root, and only if you must."`
}

// BrowserFlags select the browser, and how many run at once.
type BrowserFlags struct {
	BrowserChoice
	Browsers      int `help:"Browsers that may run at once; 0: as many as the memory holds, which doctor shows." default:"0"`
	Workers       int `help:"Sessions that may work at once; 0: as many as keep the cores busy. A session that waits for its user does not count." default:"0"`
	BrowserSlots  int `help:"The older name of --browsers." default:"0" hidden:""`
	BrowserSpares int `help:"Most warm browsers to keep ready. The number follows recent demand." default:"4"`
	BrowserLine   int `help:"Length of the queue for a browser. A merchant with no user in the queue always gets one in." default:"100"`
}

// IntegrationsFlag names the folder of the operator's own integrations.
type IntegrationsFlag struct {
	Integrations string `help:"Folder of your own integrations, which are added to the built-in ones or replace them. Changes are in service two seconds later." type:"path" placeholder:"DIR"`
}

// Flags are those of serve and demo.
type Flags struct {
	DataFlag
	BrowserFlags
	IntegrationsFlag
	AdminAddr      string            `help:"Address of the dashboard and the metrics. Default: loopback, on the port after --addr's."`
	AdminHost      []string          `help:"Names or addresses under which operators reach --admin-addr, beside loopback and its own address. May be repeated." placeholder:"HOST"`
	MetricsToken   string            `help:"Bearer token that /metrics asks for, of at least 16 characters. Without one, only a loopback --admin-addr serves metrics. PASSAGE_METRICS_TOKEN keeps it out of the list of processes." placeholder:"TOKEN"`
	PublicURL      string            `help:"URL under which users reach --addr. Default: http:// and --addr."`
	Site           map[string]string `help:"Point an integration elsewhere: ID=URL, or ID=URL,HOST:PORT with further hosts of that site." placeholder:"ID=URL"`
	TrustedProxy   []string          `help:"Proxies whose forwarded headers are trusted, as CIDR. May be repeated." placeholder:"CIDR"`
	WebhookAllow   []string          `help:"Private hosts or networks that webhooks may be sent to, over http too. May be repeated." placeholder:"HOST|CIDR"`
	AddressRate    int               `help:"Requests per minute from one address, and its open streams and sockets; 0: no limit." default:"3000"`
	APIRate        int               `help:"Requests per minute with one API key; 0: no limit." default:"6000"`
	Sandbox        bool              `help:"Run the demo carrier on this machine, for the integration demo. Only test keys reach it."`
	SandboxAddr    string            `help:"Address of the demo carrier. Must be loopback." default:"127.0.0.1:0"`
	DebugEndpoints bool              `help:"Serve /debug/pprof/ and /debug/vars on --admin-addr. They ask for what /metrics asks for."`
	OperatorName   string            `help:"Name of the operator, for the hosted pages."`
	RetainLinks    Days              `help:"How long links are kept after their end, with their sessions and events, such as 400d. 0: for ever." default:"0" placeholder:"DAYSd"`
	PrivacyURL     string            `help:"URL of the privacy policy, for the hosted pages."`
}

// Settings are checked Flags.
type Settings struct {
	Addr, AdminAddr string
	PublicURL       *url.URL // nil: made from the address that was bound
	AdminHosts      []string // in lower case
	Catalog         *catalog.Catalog
	TrustedProxies  []netip.Prefix
	Flags           Flags
}

// Check parses every flag and reports all errors together, as a usage error.
func (f Flags) Check(addr string, logger *slog.Logger) (Settings, error) {
	checked := Settings{Addr: addr, AdminAddr: f.AdminAddr, Flags: f}
	var errs []error
	report := func(flag string, err error) {
		if err == nil {
			return
		}
		for line := range strings.SplitSeq(err.Error(), "\n") { // each on a line of its own
			errs = append(errs, fmt.Errorf("--%s: %s", flag, line))
		}
	}
	var err error
	report("addr", CheckAddress(addr))
	if checked.AdminAddr == "" {
		checked.AdminAddr = nextPort(addr)
	}
	report("admin-addr", CheckAddress(checked.AdminAddr))
	checked.AdminHosts, err = adminHosts(checked.AdminAddr, f.AdminHost)
	report("admin-host", err)
	report("metrics-token", checkToken(f.MetricsToken))
	checked.PublicURL, err = ParsePublicURL(f.PublicURL)
	report("public-url", err)
	report("integrations", f.CheckFolder())
	checked.Catalog, err = catalog.Load(catalog.Options{Folder: f.Folder(), Sites: ParseSites(f.Site), Logger: logger})
	report("site", err)
	_, err = webhook.ParseAllow(f.WebhookAllow)
	report("webhook-allow", err)
	for _, text := range f.TrustedProxy {
		prefix, err := parsePrefix(text)
		report("trusted-proxy", err)
		checked.TrustedProxies = append(checked.TrustedProxies, prefix)
	}
	if f.PrivacyURL != "" {
		report("privacy-url", checkPage(f.PrivacyURL))
	}
	report("address-rate", notNegative(f.AddressRate))
	report("api-rate", notNegative(f.APIRate))
	report("browsers", notNegative(f.Browsers))
	report("workers", notNegative(f.Workers))
	report("browser-slots", notNegative(f.BrowserSlots))
	report("browser-spares", notNegative(f.BrowserSpares))
	report("browser-line", notNegative(f.BrowserLine))
	return checked, console.Usage(errors.Join(errs...))
}

// Folder is the folder of the operator's own integrations; nil if there is none.
func (f IntegrationsFlag) Folder() fs.FS {
	if f.Integrations == "" {
		return nil
	}
	return os.DirFS(f.Integrations)
}

// CheckFolder reports a folder that cannot be read.
func (f IntegrationsFlag) CheckFolder() error {
	if f.Integrations == "" {
		return nil
	}
	if _, err := os.ReadDir(f.Integrations); err != nil {
		return fmt.Errorf("%w; name a folder that holds one folder per integration", err)
	}
	return nil
}

// ParseSites parses the values of --site: URL, or URL,HOST:PORT.
func ParseSites(texts map[string]string) map[string]catalog.Site {
	sites := map[string]catalog.Site{}
	for id, text := range texts {
		urlText, hosts, _ := strings.Cut(text, ",")
		site := catalog.Site{URL: urlText}
		if hosts != "" {
			site.Hosts = strings.Split(hosts, ",")
		}
		sites[id] = site
	}
	return sites
}

func notNegative(count int) error {
	if count < 0 {
		return fmt.Errorf("%d is negative", count)
	}
	return nil
}

// CheckAddress reports an address that is not HOST:PORT.
func CheckAddress(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is not HOST:PORT", address)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q has no port between 0 and 65535", address)
	}
	return nil
}

// adminHosts are the hosts that the flag names, and the one of --admin-addr.
func adminHosts(adminAddr string, named []string) (hosts []string, err error) {
	if host, _, err := net.SplitHostPort(adminAddr); err == nil && host != "" {
		hosts = append(hosts, strings.ToLower(host))
	}
	for _, host := range named {
		_, ipErr := netip.ParseAddr(host)
		if host == "" || ipErr != nil && strings.ContainsAny(host, ":/*@ ") {
			err = errors.Join(err, fmt.Errorf("%q is not a host such as admin.example.com, without scheme and port", host))
			continue
		}
		hosts = append(hosts, strings.ToLower(host))
	}
	return hosts, err
}

// minToken is the least length of --metrics-token, which nothing stops from being
// guessed.
const minToken = 16

func checkToken(token string) error {
	if token != "" && len(token) < minToken {
		return fmt.Errorf("must have at least %d characters", minToken)
	}
	return nil
}

// nextPort is the loopback address with the port after the given one's; port 0
// stays 0, for which the system picks one.
func nextPort(address string) string {
	_, text, err := net.SplitHostPort(address)
	port, portErr := strconv.Atoi(text)
	if err != nil || portErr != nil || port == 0 {
		return "127.0.0.1:0"
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port+1))
}

// ParsePublicURL parses the URL of a server, without a path. It returns nil for "".
func ParsePublicURL(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	parsed, err := url.Parse(text)
	if err != nil || (parsed.Scheme != "https" && parsed.Scheme != "http") || parsed.Host == "" ||
		strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" || parsed.User != nil {
		return nil, fmt.Errorf("%q is not a URL such as https://connect.example.com, without a path", text)
	}
	return &url.URL{Scheme: parsed.Scheme, Host: parsed.Host}, nil
}

func parsePrefix(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a CIDR such as 10.0.0.0/8", text)
	}
	return prefix, nil
}

func checkPage(text string) error {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Scheme != "https" || parsed.Host == "" {
		return fmt.Errorf("%q is not an https URL", text)
	}
	return nil
}

// HeldBrowsers is how many browsers may run at once, by either name; 0 if that is
// to be measured.
func (f BrowserFlags) HeldBrowsers() int { return cmp.Or(f.Browsers, f.BrowserSlots) }

// NewPool makes a pool of browsers. It starts none before the pool runs.
func (f BrowserFlags) NewPool(options chrome.Options) (*pool.Pool, error) {
	path, err := chrome.Find(f.Browser)
	if err != nil {
		return nil, err
	}
	options.Path, options.NoSandbox = path, f.BrowserNoSandbox
	return pool.New(pool.Options{Chrome: options, Browsers: f.HeldBrowsers(), Workers: f.Workers, Warm: f.BrowserSpares, Queue: f.BrowserLine})
}

// IsLoopback reports whether an address can be reached only from this machine.
func IsLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	return loopback.IsHost(host)
}
