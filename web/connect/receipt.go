package connect

import (
	"net/http"
	"time"

	"passage/db"
	view "passage/views/connect"
	"passage/web/problem"
)

// ShowReceipt shows what a session did, to keep or to print. It remains when the
// link is claimed again.
func (h *Handler) ShowReceipt(w http.ResponseWriter, r *http.Request) error {
	v, err := h.visit(r)
	if err != nil {
		return err
	}
	if !v.held {
		return problem.NotFound()
	}
	if !v.session.Status.Ended() {
		return redirect(w, r, h.sessionPath(v.session.ID))
	}
	shown, err := h.operations(r.Context(), v.session.ID)
	if err != nil {
		return err
	}
	receipt := h.receiptOf(v, shown)
	if !receipt.Due() {
		return redirect(w, r, h.sessionPath(v.session.ID))
	}
	layout, err := h.layout(r.Context(), &v.link, v.languages)
	if err != nil {
		return err
	}
	layout.Reference = reference(v.session.ID)
	return render(w, r, http.StatusOK, layout, receipt)
}

// receiptOf is the receipt of a session that has ended.
func (h *Handler) receiptOf(v visit, shown []view.Operation) view.Receipt {
	return view.Receipt{Operations: shown, At: time.UnixMilli(*v.session.EndedAt), Delivery: delivery(v),
		Back: h.sessionPath(v.session.ID)}
}

// delivery says what the merchant gets of a session that has ended.
func delivery(v visit) view.Delivery {
	switch {
	case v.session.Status != db.SessionComplete:
		return view.DeliveredStatusOnly
	case v.link.CurrentSessionID != v.session.ID: // only a complete link has a later session than a complete one
		return view.DeliveredInFull
	case v.link.AwaitsReturn():
		return view.DeliveredOnReturn
	case v.link.Status == db.LinkExpired:
		return view.NeverDelivered
	default:
		return view.DeliveredInFull
	}
}

func (h *Handler) receiptPath(sessionID string) string { return h.sessionPath(sessionID, "receipt") }
