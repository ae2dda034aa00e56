package admin

import (
	"net/http"
	"net/url"
	"time"

	"passage/automation/catalog"
	"passage/automation/outcome"
	"passage/db"
	view "passage/views/admin"
)

// ShowOverview says whether anything is wrong now.
func (h *Handler) ShowOverview(w http.ResponseWriter, r *http.Request) error {
	open, err := h.DB.CountOpenSessions(r.Context())
	if err != nil {
		return err
	}
	model := view.Overview{SessionsURL: sessionsPath, Running: open[db.SessionRunning],
		Waiting: open[db.SessionWaiting] + open[db.SessionCreated], Queued: open[db.SessionQueued]}
	const day = 24 * time.Hour
	if model.Day, err = h.window(r, day); err != nil {
		return err
	}
	if model.Week, err = h.window(r, 7*day); err != nil {
		return err
	}
	if model.Paused, err = h.pausedHosts(r.Context(), ""); err != nil {
		return err
	}
	for _, entry := range h.Catalog.Entries() {
		model.Integrations = append(model.Integrations, integration(entry))
	}
	return render(w, r, http.StatusOK, view.OverviewPage(h.layout(r), model))
}

func integration(entry catalog.Entry) view.Integration {
	shown := view.Integration{ID: entry.ID, Own: entry.Own, Since: entry.Since, Error: entry.Error}
	if entry.Integration != nil {
		shown.Name, shown.Version = entry.Integration.Name, shortHash(entry.Integration.Hash)
	}
	return shown
}

func (h *Handler) window(r *http.Request, since time.Duration) (view.Window, error) {
	counts, err := h.DB.CountSessions(r.Context(), h.DB.Now()-since.Milliseconds())
	if err != nil {
		return view.Window{}, err
	}
	var window view.Window
	for _, count := range counts {
		switch count.Status {
		case db.SessionComplete:
			window.Complete += count.Sessions
		case db.SessionFailed:
			window.Failed += count.Sessions
			window.Failures = append(window.Failures, view.Failures{
				Code: outcome.Code(count.Code), Cause: outcome.Code(count.Cause), Integration: count.IntegrationID, Count: count.Sessions,
				To: sessionsPath + "?" + url.Values{"code": {count.Code}, "integration": {count.IntegrationID}}.Encode(),
			})
		default: // not ended yet
		}
	}
	return window, nil
}
