package connect_test

import (
	"net/http"
	"strings"
	"testing"

	"passage/web/webtest"
)

// The API and the dashboard show a session's id to people who may only read.
func TestSessionPages_AreNotOpenedByTheID(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	holder, stranger := &visitor{Server: s}, &visitor{Server: s}
	page := holder.send("POST", "/c/"+s.Link().ClaimCode).Header().Get("Location")
	stranger.wantReply("the whole code", stranger.send("GET", page), http.StatusConflict, "/take-over")
	id, secret, _ := strings.Cut(page, ".")
	if len(secret) < 22 {
		t.Fatalf("the path %s has no secret of 128 bits", page)
	}
	for name, path := range map[string]string{
		"the id":                   id,
		"an empty secret":          id + ".",
		"half the secret":          page[:len(page)-1],
		"the secret and more":      page + "A",
		"the secret of another id": id + "x." + secret,
		"two secrets":              page + "." + secret,
	} {
		for _, v := range []*visitor{stranger, holder} {
			for _, rest := range []string{"", "/events", "/receipt", "/password"} {
				v.wantReply(name+rest, v.send("GET", path+rest), http.StatusNotFound, "")
			}
			for _, rest := range []string{"/take-over", "/knock", "/allow", "/refuse", "/password", "/answer", "/cancel", "/stay", "/retry"} {
				v.wantReply(name+rest, v.send("POST", path+rest), http.StatusNotFound, "")
			}
		}
	}
	holder.wantReply("the holder, after all that", holder.send("GET", page), http.StatusOK, `name="password"`)
}
