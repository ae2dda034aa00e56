package chrome

import (
	"fmt"
	"strings"
)

// The size of the browser's window, in CSS pixels.
const (
	WindowWidth  = 1280
	WindowHeight = 800
)

// flags returns the command line of every browser. The first group holds those
// of rod's defaults that matter here: without site isolation, a cross-site
// iframe is reached through its page. The second keeps the browser quiet: it
// fetches nothing that the page did not ask for, and updates, reports and caches
// nothing. The third closes the ways out that go past the proxy.
func flags(o Options, l Locale, profile, proxy string) []string {
	list := []string{
		"--remote-debugging-pipe", "--user-data-dir=" + profile,
		"--no-first-run", "--no-startup-window", fmt.Sprintf("--window-size=%d,%d", WindowWidth, WindowHeight),
		"--disable-site-isolation-trials",
		"--disable-features=" + strings.Join([]string{
			"site-per-process", "IsolateOrigins", "IsolateSandboxedIframes", // one renderer for the page and its frames
			"BackForwardCache", "Prerender2", "PaintHolding", // a left document is gone, a new one can be used at once
			"WebRtcHideLocalIpsWithMdns", // joins a multicast group to do so; with the policy below there is nothing to hide
			"IntensiveWakeUpThrottling",  // would delay the timers of a page that has been hidden for five minutes by up to a minute
			"Translate", "MediaRouter", "OptimizationHints", "AutofillServerCommunication",
		}, ","),
		"--enable-features=NetworkServiceInProcess2", // Linux does not sandbox its process anyway, and a session pays 7 % for it
		"--allow-pre-commit-input", "--disable-dev-shm-usage", "--disable-hang-monitor", "--disable-prompt-on-repost",
		"--disable-ipc-flooding-protection", "--disable-renderer-backgrounding",
		"--disable-backgrounding-occluded-windows", "--enable-automation", "--force-color-profile=srgb", "--hide-scrollbars", "--mute-audio",

		"--disable-background-networking", "--disable-breakpad", "--disable-crash-reporter", "--disable-component-update", "--disable-default-apps",
		"--disable-extensions", "--disable-component-extensions-with-background-pages", "--disable-client-side-phishing-detection",
		"--disable-sync", "--disable-domain-reliability", "--metrics-recording-only", "--no-default-browser-check", "--no-pings",
		"--lang=" + l.Language, "--accept-lang=" + l.acceptLanguages(), "--password-store=basic", "--use-mock-keychain", "--disable-gpu", "--log-level=2",

		"--proxy-server=http://" + proxy, "--proxy-bypass-list=<-loopback>",
		"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--disable-quic",
		"--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--webrtc-ip-handling-policy=disable_non_proxied_udp",
	}
	if !o.Headful {
		list = append(list, "--headless")
	}
	if o.NoSandbox {
		list = append(list, "--no-sandbox")
	}
	return list // and no address: it would open a second page, with a renderer that nobody uses
}
