package db_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"passage/db"
)

// phone makes a phone code of a link.
func (w *fixture) phone(link db.Link) (id, code string) {
	w.Helper()
	id, err := w.db.NewPhoneCode(w.Context(), link.ID)
	w.must(err)
	_, code, err = w.db.PhoneCode(w.Context(), link.ID, id)
	w.must(err)
	return id, code
}

func TestPhoneCode_LeadsOneVisitorToItsLink(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	_, code := w.phone(link)
	var won, lost atomic.Int32
	var group sync.WaitGroup
	for n := range 10 {
		group.Go(func() {
			switch found, err := w.db.UsePhoneCode(t.Context(), code, fmt.Sprint("phone ", n)); {
			case err == nil && found.ClaimCode == link.ClaimCode:
				won.Add(1)
			case errors.Is(err, db.ErrExpired):
				lost.Add(1)
			default:
				t.Errorf("got %v, %v", found.ID, err)
			}
		})
	}
	group.Wait()
	expect(t, "winners", won.Load(), 1)
	expect(t, "losers", lost.Load(), 9)
}

// A reply that gets lost on the way to the phone must not lose the person.
func TestPhoneCode_WorksAgainForItsVisitor(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	id, code := w.phone(link)
	woken, stop := w.db.Subscribe(link.ID)
	defer stop()
	_, err := w.db.UsePhoneCode(t.Context(), code, "phone")
	w.must(err)
	<-woken // the page that shows the code is told
	w.clock.Advance(time.Hour)
	_, err = w.db.UsePhoneCode(t.Context(), code, "phone")
	w.must(err)
	_, err = w.db.UsePhoneCode(t.Context(), code, "other")
	w.want(err, db.ErrExpired)
	_, found, err := w.db.LinkByPhoneCode(t.Context(), code)
	w.must(err)
	if found.ID != id || !found.Used() || !found.UsedBy("phone") || found.UsedBy("other") || found.UsedBy("") || found.Expired(w.db.Now()) {
		t.Errorf("the code is kept as %+v", found)
	}
}

func TestPhoneCode_ExpiresAfterTwoMinutes(t *testing.T) {
	w := newFixture(t)
	id, code := w.phone(w.link())
	w.clock.Advance(2*time.Minute - time.Millisecond)
	_, found, err := w.db.LinkByPhoneCode(t.Context(), code)
	w.must(err)
	expect(t, "over", found.Expired(w.db.Now()), false)
	w.clock.Advance(time.Millisecond)
	expect(t, "over", found.Expired(w.db.Now()), true)
	w.changesNothing(db.ErrExpired, func() error { _, err := w.db.UsePhoneCode(t.Context(), code, "phone"); return err })
	if found.ID != id {
		t.Errorf("found %s, want %s", found.ID, id)
	}
}

func TestPhoneCode_IsReplacedByANewOne(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	before, old := w.phone(link)
	_, code := w.phone(link)
	if old == code || !strings.HasPrefix(code, "hnd_") {
		t.Errorf("%s follows %s", code, old)
	}
	_, err := w.db.UsePhoneCode(t.Context(), old, "phone")
	w.want(err, db.ErrNotFound)
	_, _, err = w.db.PhoneCode(t.Context(), link.ID, before)
	w.want(err, db.ErrNotFound)
	_, _, err = w.db.PhoneCode(t.Context(), w.link().ID, before)
	w.want(err, db.ErrNotFound)
	_, err = w.db.UsePhoneCode(t.Context(), code, "phone")
	w.must(err)
}
