package webhook

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"passage/db"
	"passage/db/dbtest"
)

func newSender(t testing.TB) *Sender {
	t.Helper()
	return New(Options{DB: dbtest.Open(t, dbtest.NewClock().Now), Allow: loopback(t), Logger: quiet()})
}

func TestSender_EndsAcceptedDelivery(t *testing.T) {
	t.Parallel()
	sender := newSender(t)
	receiver := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "thank you")
	})
	delivery, try := tryOnce(t, sender, receiver.URL+"/hooks?token=t0ps3cret")
	if delivery.Status != db.DeliveryDelivered || delivery.EndedAt == nil || delivery.Attempts != 1 {
		t.Errorf("delivery is %+v", delivery)
	}
	if try.StatusCode == nil || *try.StatusCode != http.StatusAccepted || try.Error != "" || try.Reply != "thank you" {
		t.Errorf("try is %+v", try)
	}
	got := receiver.next(t)
	if got.header.Get("User-Agent") != "Passage" || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("header is %v", got.header)
	}
}

func TestSender_RetriesRefusedConnections(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	delivery, try := tryOnce(t, newSender(t), server.URL+"/hooks?token=t0ps3cret")
	wantFailure(t, delivery, try, 0, "connection was refused")
}

func TestSender_LeavesHangingReceiversAtDeadline(t *testing.T) {
	t.Parallel()
	sender := newSender(t)
	sender.attemptTimeout = 200 * time.Millisecond
	receiver := newReceiver(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	delivery, try := tryOnce(t, sender, receiver.URL)
	wantFailure(t, delivery, try, 0, "no reply within 10 seconds")
	if try.Took < 150 {
		t.Errorf("took %d ms", try.Took)
	}
}

func TestSender_RecordsStatusOfEndlessBody(t *testing.T) {
	t.Parallel()
	sender := newSender(t)
	sender.attemptTimeout = 2 * time.Second // enough for the header to come, however busy the machine
	receiver := newReceiver(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "taken")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	delivery, try := tryOnce(t, sender, receiver.URL)
	if delivery.Status != db.DeliveryDelivered || try.Reply != "taken" {
		t.Errorf("delivery is %+v, try is %+v", delivery, try)
	}
}

func TestSender_FollowsNoRedirects(t *testing.T) {
	t.Parallel()
	sender, elsewhere := newSender(t), newReceiver(t, status(http.StatusOK))
	for _, code := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		receiver := newReceiver(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, code) })
		delivery, try := tryOnce(t, sender, receiver.URL)
		wantFailure(t, delivery, try, code, "redirects are not followed")
	}
	if len(elsewhere.got) != 0 {
		t.Error("a redirect was followed")
	}
}

func TestSender_ReadsOnlyTheStartOfReplies(t *testing.T) {
	t.Parallel()
	const chunk, chunks = 1 << 20, 1 << 10
	wrote := make(chan int, 1)
	receiver := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		sent, piece := 0, []byte(strings.Repeat("é", chunk/2))
		for range chunks {
			n, err := w.Write(piece)
			if sent += n; err != nil {
				break
			}
		}
		wrote <- sent
	})
	delivery, try := tryOnce(t, newSender(t), receiver.URL)
	if delivery.Status != db.DeliveryDelivered {
		t.Errorf("delivery is %+v", delivery)
	}
	if len(try.Reply) != excerptSize || !utf8.ValidString(try.Reply) {
		t.Errorf("reply has %d bytes", len(try.Reply))
	}
	if sent := <-wrote; sent >= chunk*chunks/2 {
		t.Errorf("%d bytes went out", sent)
	}
}

func TestSender_RefusesHugeHeaders(t *testing.T) {
	t.Parallel()
	receiver := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Huge", strings.Repeat("x", 4*headerBudget))
	})
	delivery, try := tryOnce(t, newSender(t), receiver.URL)
	wantFailure(t, delivery, try, 0, "header is too large")
}

// raw is a receiver that reads a request, writes some text and hangs up.
func raw(t testing.TB, reply string) (url string) {
	t.Helper()
	receiver := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(conn, reply)
		_ = conn.Close()
	})
	return receiver.URL
}

func TestSender_ExplainsBrokenConnections(t *testing.T) {
	t.Parallel()
	sender := newSender(t)
	for name, row := range map[string]struct{ reply, want string }{
		"before the reply":      {"", "closed the connection without a reply"},
		"in the status line":    {"HTTP/1.1 20", "not an HTTP reply"},
		"in the header":         {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", "closed the connection without a reply"},
		"not HTTP at all":       {"SSH-2.0-OpenSSH_9.9 t0ps3cret\r\n\r\n", "not an HTTP reply"},
		"in the body of a 503":  {"HTTP/1.1 503 No\r\nContent-Length: 500\r\n\r\nsorry", "answered 503"},
		"in the body of a 200":  {"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nthanks", ""},
		"in a chunk of a 200":   {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\nthanks", ""},
		"a compressed 200 body": {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\nthanks", ""},
	} {
		t.Run(name, func(t *testing.T) {
			delivery, try := tryOnce(t, sender, raw(t, row.reply))
			if row.want == "" {
				if delivery.Status != db.DeliveryDelivered || try.Error != "" || try.Reply != "thanks" {
					t.Errorf("delivery is %+v, try is %+v", delivery, try)
				}
				return
			}
			code := 0
			if try.StatusCode != nil {
				code = *try.StatusCode
			}
			wantFailure(t, delivery, try, code, row.want)
		})
	}
}

func TestSender_RetriesEveryStatusButSuccessAndGone(t *testing.T) {
	t.Parallel()
	sender := newSender(t)
	for code, want := range map[int]string{
		304: "redirects", 400: "only a status", 401: "let POST requests through", 404: "check webhookUrl",
		429: "fewer requests", 500: "its own log", 599: "its own log",
	} {
		delivery, try := tryOnce(t, sender, newReceiver(t, status(code)).URL)
		wantFailure(t, delivery, try, code, want)
	}
}

func TestSender_VerifiesCertificates(t *testing.T) {
	t.Parallel()
	receiver := &receiver{got: make(chan received, 10)}
	receiver.Server = httptest.NewUnstartedServer(receiver.keep(t, status(http.StatusOK)))
	receiver.Config.ErrorLog = log.New(io.Discard, "", 0)
	receiver.StartTLS()
	t.Cleanup(receiver.Close)
	_, port, _ := net.SplitHostPort(receiver.Listener.Addr().String())

	sender := newSender(t)
	delivery, try := tryOnce(t, sender, receiver.URL)
	wantFailure(t, delivery, try, 0, "certificate is not trusted")

	roots := x509.NewCertPool()
	roots.AddCert(receiver.Certificate())
	sender = newSender(t)
	sender.secure.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: roots}
	if delivery, _ := tryOnce(t, sender, receiver.URL); delivery.Status != db.DeliveryDelivered {
		t.Errorf("delivery is %+v", delivery)
	}
	delivery, try = tryOnce(t, sender, "https://localhost:"+port)
	wantFailure(t, delivery, try, 0, "certificate is for another host")

	plain := newReceiver(t, status(http.StatusOK))
	delivery, try = tryOnce(t, sender, strings.Replace(plain.URL, "http:", "https:", 1))
	wantFailure(t, delivery, try, 0, "does not speak TLS")
}

func TestSender_WithholdsRepliesThatRepeatTheResult(t *testing.T) {
	t.Parallel()
	sender := newSender(t)
	echo := newReceiver(t, nil)
	echo.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
	wanted := dbtest.NewLink(dbtest.Organization(t, sender.db, "acme").ID)
	wanted.WebhookURL = echo.URL
	claimed := completed(t, sender.db, wanted, `{"paymentMethods":[{"order":0,"vendorId":"pm_canary","last4":"4242"}]}`)
	drive(t, sender)
	made := tries(t, sender.db, deliveries(t, sender.db, claimed.Link)[0])
	if len(made) != 1 || made[0].Reply != withheld {
		t.Errorf("tries are %+v", made)
	}
}

// wantFailure checks a first try that failed: recorded, to be tried again, with
// a text that helps and quotes nothing.
func wantFailure(t testing.TB, delivery db.Delivery, try db.DeliveryAttempt, code int, text string) {
	t.Helper()
	if delivery.Status != db.DeliveryPending || delivery.EndedAt != nil || delivery.Attempts != 1 || try.Number != 1 {
		t.Errorf("delivery is %+v", delivery)
	}
	switch {
	case code == 0 && try.StatusCode != nil:
		t.Errorf("status is %d, want none", *try.StatusCode)
	case code != 0 && (try.StatusCode == nil || *try.StatusCode != code):
		t.Errorf("status is %v, want %d", try.StatusCode, code)
	}
	if !strings.Contains(try.Error, text) {
		t.Errorf("error is %q, want it to say %q", try.Error, text)
	}
	if strings.Contains(try.Error, "t0ps3cret") || strings.Contains(try.Error, "127.0.0.1") {
		t.Errorf("error is %q: it quotes", try.Error)
	}
}
