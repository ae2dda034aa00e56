package chrome

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// errRefused is the error of what the proxy refused. Other errors have failed.
var errRefused = errors.New("not on the list of hosts")

// proxy is the only way out of a browser: a forward proxy on loopback, one per
// process. It checks the name and port of every request, and the address of
// every connection that it dials. It refuses everything until allow is called.
type proxy struct {
	listener  net.Listener
	server    *http.Server
	transport *http.Transport
	forward   *httputil.ReverseProxy
	forbidden forbidden
	logger    *slog.Logger
	rules     atomic.Pointer[Rules]
	unreached unreached

	tunnels sync.WaitGroup
	life    context.Context
	end     context.CancelFunc
}

func newProxy(forbidden forbidden, logger *slog.Logger) (*proxy, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open proxy: %w", err)
	}
	p := &proxy{listener: listener, forbidden: forbidden, logger: logger}
	p.life, p.end = context.WithCancel(context.Background())
	p.transport = &http.Transport{
		DialContext:         p.dial,
		DisableCompression:  true, // the browser gets what the site sends
		MaxIdleConnsPerHost: 6,
		IdleConnTimeout:     time.Minute,
		TLSHandshakeTimeout: 10 * time.Second,
	}
	silent := log.New(io.Discard, "", 0) // the lines would hold whole addresses
	p.forward = &httputil.ReverseProxy{
		Rewrite:      func(*httputil.ProxyRequest) {}, // the request is absolute already
		Transport:    p.transport,
		ErrorLog:     silent,
		ErrorHandler: p.answerError,
	}
	p.server = &http.Server{Handler: http.HandlerFunc(p.serve), ReadHeaderTimeout: time.Minute, ErrorLog: silent}
	p.tunnels.Go(func() { _ = p.server.Serve(listener) }) // always returns ErrServerClosed, after close
	return p, nil
}

func (p *proxy) address() string { return p.listener.Addr().String() }

// allow sets the rules. It is called once, when a session gets the browser.
func (p *proxy) allow(r *Rules) { p.rules.Store(r) }

// close ends every connection and waits for the goroutines that served them.
func (p *proxy) close() {
	p.end()
	_ = p.server.Close()
	p.transport.CloseIdleConnections()
	p.tunnels.Wait()
}

func (p *proxy) serve(w http.ResponseWriter, r *http.Request) {
	hostport := r.Host
	if r.Method != http.MethodConnect {
		if r.URL.Scheme != "http" || r.URL.Host == "" {
			http.Error(w, "This is a forward proxy.", http.StatusBadRequest)
			return
		}
		hostport = withPort(r.URL.Host, "80")
	}
	if !p.rules.Load().listed(hostport) {
		p.unreached.refuse(r.Host)
		p.answerError(w, r, errRefused)
		return
	}
	if r.Method == http.MethodConnect {
		p.tunnel(w, r)
		return
	}
	p.forward.ServeHTTP(w, r)
}

// answerError answers without a word about the request, because the page can
// read the answer.
func (p *proxy) answerError(w http.ResponseWriter, r *http.Request, err error) {
	if !errors.Is(err, errRefused) {
		http.Error(w, "The site could not be reached.", http.StatusBadGateway)
		return
	}
	p.logger.Debug("browser proxy refused a host", "host", r.Host)
	http.Error(w, "This host is not on the integration's list.", http.StatusForbidden)
}

// tunnel connects the browser with the site, for TLS and for WebSockets.
func (p *proxy) tunnel(w http.ResponseWriter, r *http.Request) {
	site, err := p.dial(r.Context(), "tcp", r.Host)
	if err != nil {
		p.answerError(w, r, err)
		return
	}
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = site.Close()
		return
	}
	end := func() { _ = site.Close(); _ = client.Close() }
	stop := context.AfterFunc(p.life, end)
	defer stop()
	defer end()
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	var both sync.WaitGroup
	both.Go(func() {
		// What came with the request is in the server's buffer already.
		early, _ := buffered.Peek(buffered.Reader.Buffered())
		if _, err := site.Write(early); err == nil {
			_, _ = io.Copy(site, client)
		}
		closeWrite(site)
	})
	_, _ = io.Copy(client, site)
	closeWrite(client)
	both.Wait()
}

func closeWrite(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
}

// dial connects to an address if the rules allow what its name was resolved to,
// which it checks at the moment of connecting.
func (p *proxy) dial(ctx context.Context, network, address string) (net.Conn, error) {
	rules := p.rules.Load()
	dialer := net.Dialer{
		Timeout: 15 * time.Second,
		Control: func(network, address string, c syscall.RawConn) error {
			if err := p.forbidden.check(address); err != nil {
				return err
			}
			return rules.check(network, address, c)
		},
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.life, cancel)()
	conn, err := dialLocal(ctx, &dialer, network, address)
	if p.life.Err() == nil {
		p.unreached.dialed(address, err)
	}
	if err != nil {
		return nil, fmt.Errorf("dial site: %w", err)
	}
	return conn, nil
}

// dialLocal dials an address. The name localhost stands for both loopback
// addresses (RFC 6761), also where the system's resolver knows one of them only.
func dialLocal(ctx context.Context, dialer *net.Dialer, network, address string) (net.Conn, error) {
	conn, err := dialer.DialContext(ctx, network, address)
	host, port, _ := net.SplitHostPort(address)
	if host != "localhost" || !errors.Is(err, syscall.ECONNREFUSED) {
		return conn, err
	}
	if second, secondErr := dialer.DialContext(ctx, network, net.JoinHostPort("::1", port)); secondErr == nil {
		return second, nil
	}
	return nil, err
}
