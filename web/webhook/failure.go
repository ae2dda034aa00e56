package webhook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"
)

// notSent is why an attempt was not made; its text is for the operator.
type notSent string

func (r notSent) Error() string { return string(r) }

const (
	errAddress  notSent = "webhookUrl is not an absolute https URL: set it right when creating links"
	errPlain    notSent = "http is sent only where the operator allows it: use an https URL, or start passage with --webhook-allow HOST|CIDR"
	errReserved notSent = "the host's address is private, loopback or reserved: use a public one, or start passage with --webhook-allow HOST|CIDR"

	couldNotPrepare = "passage could not prepare the request: its own log says why"
)

// explain says what an operator can do about an attempt without a reply. It quotes
// nothing of the error: errors of net/http hold the URL, and some parts of the
// reply.
func explain(err error) string {
	if refused, ok := errors.AsType[notSent](err); ok {
		return refused.Error()
	}
	if text := explainTLS(err); text != "" {
		return text
	}
	var lookup *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return "the host's name does not exist: check webhookUrl"
	case lookup != nil:
		return "the host's name could not be looked up: check the DNS that this machine uses"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no reply within 10 seconds: the receiver should answer first and work afterwards; if it is down, start it"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused: check that the receiver runs and listens at webhookUrl's port"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "the host cannot be reached from this machine: check its network and firewall"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the receiver closed the connection without a reply: its own log may say why"
	default:
		return "what came back is not an HTTP reply, or its header is too large: check that webhookUrl leads to the receiver"
	}
}

func explainTLS(err error) string {
	var certificate *tls.CertificateVerificationError
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var network *net.OpError
	switch {
	case errors.As(err, &name):
		return "the receiver's certificate is for another host: install one for webhookUrl's host"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the receiver's certificate has expired or is not valid yet: renew it, and check the clocks"
	case errors.As(err, &certificate):
		return "the receiver's certificate is not trusted: install one of a public authority, with the whole chain"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "the receiver does not speak TLS at this port: check webhookUrl's port"
	case errors.As(err, &alert), errors.As(err, &network) && network.Op == "remote error":
		return "the receiver refused the TLS handshake: it should offer TLS 1.2 or 1.3 and ask for no client certificate"
	default:
		return ""
	}
}

// explainStatus says what an operator can do about a reply; it is empty where the
// receiver accepted the event.
func explainStatus(status int) string {
	answered := "the receiver answered " + strconv.Itoa(status)
	switch {
	case status >= 200 && status <= 299:
		return ""
	case status >= 300 && status <= 399:
		return answered + ": redirects are not followed, so webhookUrl has to be the final address"
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return answered + ": let POST requests through to this address, and verify their signatures instead"
	case status == http.StatusGone:
		return answered + ": the address is gone for good, so this event is not sent to it again; check webhookUrl, and resend the event"
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return answered + ": nothing takes POST requests at this address; check webhookUrl"
	case status == http.StatusTooManyRequests:
		return answered + ": it wants fewer requests at a time"
	case status >= 500:
		return answered + ": it failed; its own log says why"
	default:
		return answered + ": only a status of 200 to 299 counts as received"
	}
}
