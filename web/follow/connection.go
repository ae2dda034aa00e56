package follow

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/netip"

	"github.com/go-chi/httprate"
)

// The buffers of a connection, in bytes: what is said is mostly short, and
// followers are many.
const (
	readBuffer  = 512
	writeBuffer = 1024
)

// Lean is a writer that gives its connection away with small buffers, instead of
// those that the HTTP server works with.
type Lean struct{ http.ResponseWriter }

// Hijack takes the connection over. What the peer has sent already is in the
// reader's buffer, where those who replace the reader look for it.
func (l Lean) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(l.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	ahead, err := io.ReadAll(io.LimitReader(buffered, int64(buffered.Reader.Buffered())))
	if err != nil {
		return nil, nil, err
	}
	reader := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(ahead), conn), max(readBuffer, len(ahead)))
	if _, err := reader.Peek(len(ahead)); err != nil {
		return nil, nil, err
	}
	return conn, bufio.NewReadWriter(reader, bufio.NewWriterSize(conn, writeBuffer)), nil
}

// Caller is whom a request counts for: an address, or an IPv6 network.
func Caller(r *http.Request) (address string, counts bool) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	return httprate.CanonicalizeIP(host), err != nil || !ip.Unmap().IsLoopback()
}
