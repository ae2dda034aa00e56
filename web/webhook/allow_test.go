package webhook

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"passage/db"
	"passage/db/dbtest"
)

func parse(t testing.TB, entries ...string) Allow {
	t.Helper()
	allow, err := ParseAllow(entries)
	if err != nil {
		t.Fatal(err)
	}
	return allow
}

func TestParseAllow_ParsesHostsAndNetworks(t *testing.T) {
	t.Parallel()
	allow := parse(t, "Hooks.Internal.", " localhost ", "10.1.2.3/8", "192.168.1.5", "::1", "[fd00::1]", "fd00::/8", "::ffff:10.0.0.1")
	if want := []string{"hooks.internal", "localhost"}; !slices.Equal(allow.hosts, want) {
		t.Errorf("hosts are %v, want %v", allow.hosts, want)
	}
	var networks []string
	for _, network := range allow.networks {
		networks = append(networks, network.String())
	}
	want := []string{"10.0.0.0/8", "192.168.1.5/32", "::1/128", "fd00::1/128", "fd00::/8", "10.0.0.1/32"}
	if !slices.Equal(networks, want) {
		t.Errorf("networks are %v, want %v", networks, want)
	}
}

func TestParseAllow_ReportsEveryError(t *testing.T) {
	t.Parallel()
	entries := []string{"", "https://hooks.internal", "hooks.internal:8080", "127.0.0.1:80", "*.internal", "10.0.0.0/33",
		"::ffff:10.0.0.0/104", "-a.internal", "a..b", "bücher.internal", strings.Repeat("a", 64), strings.Repeat("a.", 127) + "a", "a b"}
	_, err := ParseAllow(append(entries, "fine.internal"))
	if err == nil || len(strings.Split(err.Error(), "\n")) != len(entries) {
		t.Errorf("error is %v", err)
	}
	for _, entry := range entries {
		if _, err := ParseAllow([]string{entry}); err == nil {
			t.Errorf("%q was accepted", entry)
		}
	}
}

func FuzzParseAllow(f *testing.F) {
	for _, seed := range []string{"localhost", "10.0.0.0/8", "[::1]", "::ffff:1.2.3.4", "fe80::1%eth0", "*.a", "a:1", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, entry string) {
		allow, err := ParseAllow([]string{entry})
		if err != nil {
			return
		}
		if len(allow.hosts)+len(allow.networks) != 1 {
			t.Errorf("%q gave %+v", entry, allow)
		}
		for _, network := range allow.networks {
			if !network.IsValid() || !network.Contains(network.Addr()) {
				t.Errorf("%q gave the network %s", entry, network)
			}
		}
	})
}

func TestCheckSecure_AllowsPublicAddressesOnly(t *testing.T) {
	t.Parallel()
	var nothing Allow
	for _, address := range []string{
		"0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "192.168.0.1", "198.18.0.1",
		"224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd00::1", "ff02::1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
	} {
		if nothing.checkSecure(netip.MustParseAddr(address)) == nil {
			t.Errorf("%s may be dialed", address)
		}
	}
	for _, address := range []string{"1.1.1.1", "93.184.215.14", "2606:4700:4700::1111"} {
		if err := nothing.checkSecure(netip.MustParseAddr(address)); err != nil {
			t.Errorf("%s: %v", address, err)
		}
		if nothing.checkPlain(netip.MustParseAddr(address)) == nil {
			t.Errorf("%s may be dialed without TLS", address)
		}
	}
}

func TestSender_RefusesLoopbackInEveryNotation(t *testing.T) {
	t.Parallel()
	receiver := newReceiver(t, status(http.StatusOK))
	_, port, _ := net.SplitHostPort(receiver.Listener.Addr().String())
	database := dbtest.Open(t, dbtest.NewClock().Now)
	sender := New(Options{DB: database, Logger: quiet()})
	for _, host := range []string{"127.0.0.1", "localhost", "LOCALHOST.", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"} {
		for _, scheme := range []string{"http", "https"} {
			delivery, try := tryOnce(t, sender, scheme+"://"+host+":"+port)
			if try.Error == "" || try.StatusCode != nil || delivery.EndedAt != nil {
				t.Errorf("%s://%s: %+v", scheme, host, try)
			}
		}
	}
	if len(receiver.got) != 0 {
		t.Errorf("%d requests arrived", len(receiver.got))
	}
}

func TestSender_RecordsInvalidURLs(t *testing.T) {
	t.Parallel()
	sender := newSender(t)
	for _, url := range []string{"ftp://127.0.0.1/x", "https:///x", "//127.0.0.1/x", "hooks", "https://127.0.0.1:port/", "http://a\x7f/"} {
		delivery, try := tryOnce(t, sender, url)
		wantFailure(t, delivery, try, 0, "webhookUrl is not an absolute https URL")
	}
}

// names is a DNS server that knows one name, and gives the addresses in order.
func names(t testing.TB, name string, addresses ...string) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for packet := make([]byte, 1500); ; {
			n, from, err := server.ReadFrom(packet)
			if err != nil {
				return
			}
			if _, err := server.WriteTo(answer(t, packet[:n], name, addresses), from); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

func answer(t testing.TB, packet []byte, name string, addresses []string) []byte {
	var query dnsmessage.Message
	if err := query.Unpack(packet); err != nil {
		t.Error(err)
	}
	reply := dnsmessage.Message{Header: dnsmessage.Header{ID: query.ID, Response: true, Authoritative: true}, Questions: query.Questions}
	question := query.Questions[0]
	if question.Name.String() != name+"." {
		reply.RCode = dnsmessage.RCodeNameError
	} else if question.Type == dnsmessage.TypeA {
		for _, address := range addresses {
			reply.Answers = append(reply.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: question.Name, Class: question.Class, Type: dnsmessage.TypeA},
				Body:   &dnsmessage.AResource{A: netip.MustParseAddr(address).As4()}})
		}
	}
	packed, err := reply.Pack()
	if err != nil {
		t.Error(err)
	}
	return packed
}

// resolving is a sender for which names are looked up elsewhere.
func resolving(database *db.DB, resolver *net.Resolver, allow Allow) *Sender {
	sender := New(Options{DB: database, Allow: allow, Logger: quiet()})
	sender.secure = newClient(allow.dialer(resolver, allow.checkSecure))
	sender.plain = newClient(allow.dialer(resolver, allow.checkPlain))
	return sender
}

func TestSender_RefusesNamesThatResolveToLoopback(t *testing.T) {
	t.Parallel()
	const name = "hooks.merchant.example"
	database := dbtest.Open(t, dbtest.NewClock().Now)
	receiver := newReceiver(t, status(http.StatusOK))
	_, port, _ := net.SplitHostPort(receiver.Listener.Addr().String())
	for _, row := range []struct {
		why, scheme string
		addresses   []string
		allow       []string
		want        string // of the error; empty where it is delivered
	}{
		{"nothing allowed, https", "https", []string{"127.0.0.1"}, nil, "private, loopback or reserved"},
		{"nothing allowed, http", "http", []string{"127.0.0.1"}, nil, "http is sent only where"},
		{"several private addresses", "https", []string{"10.0.0.1", "127.0.0.1"}, nil, "private, loopback or reserved"},
		{"another name allowed", "http", []string{"127.0.0.1"}, []string{"merchant.example"}, "http is sent only where"},
		{"another network allowed", "http", []string{"127.0.0.1"}, []string{"10.0.0.0/8"}, "http is sent only where"},
		{"another address refused before", "http", []string{"10.0.0.1", "127.0.0.1"}, []string{"127.0.0.1"}, ""},
		{"the name allowed", "http", []string{"127.0.0.1"}, []string{"Hooks.Merchant.Example"}, ""},
		{"the network allowed", "http", []string{"127.0.0.1"}, []string{"127.0.0.0/8"}, ""},
		{"https where only http answers", "https", []string{"127.0.0.1"}, []string{name}, "does not speak TLS"},
	} {
		t.Run(row.why, func(t *testing.T) {
			sender := resolving(database, names(t, name, row.addresses...), parse(t, row.allow...))
			delivery, try := tryOnce(t, sender, row.scheme+"://"+name+":"+port)
			if row.want != "" {
				wantFailure(t, delivery, try, 0, row.want)
			} else if try.Error != "" || try.StatusCode == nil {
				t.Errorf("try is %+v", try)
			}
		})
	}
	if len(receiver.got) != 3 {
		t.Errorf("%d requests arrived, want 3", len(receiver.got))
	}
}

func TestSender_ExplainsUnknownHosts(t *testing.T) {
	t.Parallel()
	sender := resolving(dbtest.Open(t, dbtest.NewClock().Now), names(t, "hooks.merchant.example"), Allow{})
	delivery, try := tryOnce(t, sender, "https://other.merchant.example/")
	wantFailure(t, delivery, try, 0, "name does not exist")
}

func TestSender_IgnoresProxyOfTheEnvironment(t *testing.T) {
	proxy := newReceiver(t, status(http.StatusOK))
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	delivery, try := tryOnce(t, newSender(t), "https://192.0.2.1/")
	wantFailure(t, delivery, try, 0, "private, loopback or reserved")
	if len(proxy.got) != 0 {
		t.Error("the proxy was used")
	}
}
