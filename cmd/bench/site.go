package main

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"

	"passage/automation/sandbox"
	"passage/automation/sandbox/att"
	"passage/automation/sandbox/tmobile"
	"passage/automation/sandbox/ubereats"
	"passage/automation/sandbox/verizon"
)

// kind is what the bench knows of a third-party site.
type kind struct {
	id         string   // of the integration for it
	names      []string // of this machine, one for each origin; a session begins at the first
	handlers   func(at []origin) []http.Handler
	scenarios  func() []sandbox.Scenario
	operations func(limit int) []operation
	limit      int          // bills or orders that a session reads
	bare       func(*visit) // the same session by rod alone
}

// The card frames are on another site than the pages around them, as real ones
// are.
const (
	here      = "127.0.0.1"
	elsewhere = "localhost"
)

// demo is Demo Mobile, with which everything but sessions is measured.
var demo = kind{
	id: "demo", names: []string{here, elsewhere}, scenarios: sandbox.Scenarios, operations: ofCarrier, limit: 6, bare: bareDemo,
	handlers: func(at []origin) []http.Handler {
		c := sandbox.NewCarrier(sandbox.CarrierOptions{FrameURL: at[1].url})
		return []http.Handler{c.Site(), c.CardFrame()}
	},
}

// kinds are all of them. The limits make a session ask for more than is on the
// first page.
var kinds = []kind{
	demo,
	{
		id: "tmobile", names: []string{here, here, elsewhere}, scenarios: tmobile.Scenarios, operations: ofCarrier, limit: 12, bare: bareTMobile,
		handlers: func(at []origin) []http.Handler {
			c := tmobile.New(tmobile.Options{My: at[0].url, Identity: at[1].url, Frame: at[2].url})
			return []http.Handler{c.My(), c.Identity(), c.CardFrame()}
		},
	},
	{
		id: "att", names: []string{here, here}, scenarios: att.Scenarios, operations: ofCarrier, limit: 12, bare: bareATT,
		handlers: func(at []origin) []http.Handler {
			c := att.New(att.Options{Account: at[0].url, SignIn: at[1].url})
			return []http.Handler{c.Account(), c.SignIn()}
		},
	},
	{
		id: "verizon", names: []string{here, elsewhere}, scenarios: verizon.Scenarios, operations: ofCarrier, limit: 12, bare: bareVerizon,
		handlers: func(at []origin) []http.Handler {
			c := verizon.New(verizon.Options{Processor: at[1].url})
			return []http.Handler{c.Site(), c.Processor()}
		},
	},
	{
		id: "ubereats", names: []string{here}, scenarios: ubereats.Scenarios, operations: ofShop, limit: 10, bare: bareUberEats,
		handlers: func([]origin) []http.Handler { // its survey appears after all sessions have ended
			return []http.Handler{ubereats.New(ubereats.Options{Survey: patience}).Handler()}
		},
	},
}

// ids are those of all kinds.
func ids() (list []string) {
	for _, k := range kinds {
		list = append(list, k.id)
	}
	return list
}

// kindOf finds the row of an integration's id.
func kindOf(id string) (kind, bool) {
	at := slices.IndexFunc(kinds, func(k kind) bool { return k.id == id })
	if at < 0 {
		return kind{}, false
	}
	return kinds[at], true
}

func (k kind) scenario(name string) sandbox.Scenario {
	all := k.scenarios()
	return all[slices.IndexFunc(all, func(s sandbox.Scenario) bool { return s.Name == name })]
}

// operation is one of POST /v1/links.
type operation struct {
	Resource  string `json:"resource"`
	Action    string `json:"action"`
	Arguments any    `json:"arguments,omitempty"`
}

// card is what every session with a carrier stores.
var card = map[string]string{
	"cardNumber": sandbox.CardNumber, "expirationDate": "12/30", "cvv": "737", "nameOnCard": "Ada Example", "billingZip": "98101",
}

func ofCarrier(limit int) []operation {
	return []operation{
		{Resource: "paymentMethod", Action: "read"},
		{Resource: "paymentMethod", Action: "write", Arguments: card},
		{Resource: "mobileBillingStatement", Action: "read", Arguments: map[string]int{"limit": limit}},
	}
}

func ofShop(limit int) []operation {
	return []operation{{Resource: "orderHistory", Action: "read", Arguments: map[string]int{"limit": limit}}}
}

// origin is a host and port.
type origin string

func (o origin) url() string { return "http://" + string(o) }

// site is one third-party site that runs.
type site struct {
	kind
	origins []origin
	servers []*http.Server
	serving sync.WaitGroup
}

// serveSites runs a site of every kind.
func serveSites() (sites []*site, err error) {
	for _, k := range kinds {
		s, err := k.serve()
		if err != nil {
			return nil, errors.Join(err, closeSites(sites))
		}
		sites = append(sites, s)
	}
	return sites, nil
}

func closeSites(sites []*site) error {
	var errs []error
	for _, s := range sites {
		errs = append(errs, s.close())
	}
	return errors.Join(errs...)
}

func (k kind) serve() (*site, error) {
	s := &site{kind: k}
	var listeners []net.Listener
	for _, name := range k.names {
		listener, err := net.Listen("tcp", here+":0")
		if err != nil {
			for _, open := range listeners {
				err = errors.Join(err, open.Close())
			}
			return nil, err
		}
		_, port, _ := net.SplitHostPort(listener.Addr().String()) // a listener's own address
		listeners = append(listeners, listener)
		s.origins = append(s.origins, origin(net.JoinHostPort(name, port)))
	}
	for n, handler := range k.handlers(s.origins) {
		server := &http.Server{Handler: handler, ReadHeaderTimeout: patience}
		s.servers = append(s.servers, server)
		s.serving.Go(func() { _ = server.Serve(listeners[n]) }) // ends through close
	}
	return s, nil
}

func (s *site) close() error {
	var errs []error
	for _, server := range s.servers {
		errs = append(errs, server.Close())
	}
	s.serving.Wait()
	return errors.Join(errs...)
}

// address is where a session begins.
func (s *site) address() string { return s.origins[0].url() }

// flag is the value of passage's --site that points the integration here.
func (s *site) flag() string {
	flag := s.id + "=" + s.address()
	for _, o := range s.origins[1:] {
		flag += "," + string(o)
	}
	return flag
}
