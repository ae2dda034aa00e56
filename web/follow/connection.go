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

// The buffers of a connection, in bytes. Messages are mostly short, and there are
// many connections.
const (
	readBuffer  = 512
	writeBuffer = 1024
)

// SmallBuffers is a response writer whose Hijack returns small buffers instead of
// those of the HTTP server.
type SmallBuffers struct{ http.ResponseWriter }

// Hijack takes the connection over. What the peer has already sent is in the
// reader's buffer: libraries that replace the reader take it from there.
func (l SmallBuffers) Hijack() (net.Conn, *bufio.ReadWriter, error) {
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

// Caller returns the address, or the IPv6 network, that a request counts for, and
// whether it counts: loopback does not.
func Caller(r *http.Request) (address string, counts bool) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	return httprate.CanonicalizeIP(host), err != nil || !ip.Unmap().IsLoopback()
}
