// Package web is the map of every address that Passage answers.
//
// It owns the routes, and what holds for all of them: request ids, limits,
// headers, the protection against forged posts, and the log of requests. What
// an address does belongs to the rooms below; which error a person or a program
// may see, to problem. Its invariant: nothing is reachable that is not listed
// in this file or in the API's own list of routes, and no form of a person's
// can be posted from another site.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"path"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"passage/web/admin"
	"passage/web/api"
	"passage/web/branding"
	"passage/web/connect"
	"passage/web/problem"
)

// Options are what the listeners serve.
type Options struct {
	API            *api.API
	Connect        *connect.Handler
	Admin          *admin.Handler
	Static         http.Handler // the assets of both
	Branding       *branding.Server
	Gallery        http.Handler // every screen with fixture data; nil outside the demo
	Metrics        http.Handler
	Ready          func(context.Context) error // nil: new links and sessions can be taken
	Wrong          func() error                // what is wrong and keeps nobody from service
	PublicURL      *url.URL
	TrustedProxies []netip.Prefix
	AddressRate    int // requests a minute that one address may make of the public listener; 0 for any number
	Logger         *slog.Logger
}

// Public is what people and programs outside reach.
func Public(o Options) (http.Handler, error) {
	forged, err := crossOrigin(o.PublicURL, o.Connect)
	if err != nil {
		return nil, err
	}
	r := newRouter(o, o.PublicURL)

	r.Get("/healthz", healthy)
	r.Get("/readyz", ready(o, false))
	r.Handle("/static/*", o.Static)
	r.With(pagePolicy).Get(branding.LogoRoute, pages(o.Connect, o.Branding.ShowLogo))
	r.With(pagePolicy).Get(branding.AccentRoute, pages(o.Connect, o.Branding.ShowAccent))
	r.Method(http.MethodGet, "/connect.js", o.Static)
	r.Method(http.MethodGet, "/connect.d.ts", o.Static)
	limits := newLimits(o.AddressRate, turnAway(o.Connect, problem.TooMany(limitWindow)))
	r.Group(func(r chi.Router) {
		r.Use(limits.perAddress)
		err = o.API.Mount(r)
	})
	if err != nil {
		return nil, fmt.Errorf("mount the API: %w", err)
	}

	r.Group(func(r chi.Router) {
		r.Use(limits.perAddress, pagePolicy, forged.Handler)
		hosted(r, o)
	})
	r.NotFound(turnAway(o.Connect, problem.Nowhere()))
	r.MethodNotAllowed(methodNotAllowed(r))
	return r, nil
}

// hosted is what people see of Passage.
func hosted(r chi.Router, o Options) {
	c, page := o.Connect, func(do action) http.HandlerFunc { return pages(o.Connect, do) }
	r.Get("/docs", page(o.API.ShowReference))
	r.Get("/c/{claimCode}", page(c.ShowClaim))
	r.Post("/c/{claimCode}", page(c.SubmitClaim))
	r.Get("/c/{claimCode}/stop", page(c.ShowStopped))
	r.Get("/c/{claimCode}/window", page(c.ShowWindow))
	r.Get("/c/{claimCode}/window/events", page(c.StreamWindow))

	r.Post("/c/{claimCode}/phone", page(c.SubmitPhone))
	r.Get("/c/{claimCode}/phone", toParent)
	r.Get("/c/{claimCode}/phone/{phoneID}", page(c.ShowPhone))
	r.Get("/c/{claimCode}/phone/{phoneID}/events", page(c.StreamPhone))
	r.Get("/h/{phoneCode}", page(c.ShowArrived))
	r.Post("/h/{phoneCode}", page(c.SubmitArrived))

	r.Get("/s/{sessionID}", page(c.ShowSession))
	r.Get("/s/{sessionID}/events", page(c.Stream))
	r.Get("/s/{sessionID}/receipt", page(c.ShowReceipt))
	r.Post("/s/{sessionID}/answer", page(c.SubmitAnswer))
	r.Post("/s/{sessionID}/cancel", page(c.SubmitCancel))
	r.Post("/s/{sessionID}/stay", page(c.SubmitStay))
	r.Post("/s/{sessionID}/retry", page(c.SubmitRetry))

	r.Post("/s/{sessionID}/take-over", page(c.SubmitTakeOver))
	r.Post("/s/{sessionID}/knock", page(c.SubmitKnock))
	r.Post("/s/{sessionID}/allow", page(c.SubmitAllow))
	r.Post("/s/{sessionID}/refuse", page(c.SubmitRefuse))
	r.Get("/s/{sessionID}/password", page(c.ShowPassword))
	r.Post("/s/{sessionID}/password", page(c.SubmitPassword))
	r.Get("/s/{sessionID}/{form:answer|cancel|stay|retry|take-over|knock|allow|refuse}", toParent)
	if o.Gallery != nil {
		r.Handle("/gallery", o.Gallery)
		r.Handle("/gallery/*", o.Gallery)
		r.Get(branding.PreviewRoute, page(o.Branding.ShowPreview))
	}
}

// Admin is what operators reach, on a listener of its own.
func Admin(o Options) (http.Handler, error) {
	forged, err := crossOrigin(nil, o.Admin)
	if err != nil {
		return nil, err
	}
	r := newRouter(o, nil)
	r.Get("/healthz", healthy)
	r.Get("/readyz", ready(o, true))
	r.Handle("/metrics", o.Metrics)
	r.Handle("/static/*", o.Static)

	r.Group(func(r chi.Router) {
		r.Use(pagePolicy, forged.Handler, middleware.NoCache)
		a, page := o.Admin, func(do action) http.HandlerFunc { return pages(o.Admin, do) }
		r.Get("/login", page(a.ShowLogin))
		r.Post("/login", page(a.SubmitLogin))
		r.Group(func(r chi.Router) {
			r.Use(a.RequireOperator)
			r.Get(branding.LogoRoute, page(o.Branding.ShowLogo))
			r.Get(branding.PreviewRoute, page(o.Branding.ShowPreview))
			r.Post("/logout", page(a.SubmitLogout))
			r.Get("/", page(a.ShowOverview))
			r.Get("/sessions", page(a.ShowSessions))
			r.Get("/sessions/{sessionID}", page(a.ShowSession))
			r.Post("/sessions/{sessionID}/webhooks/{eventID}", page(a.SubmitResend))
			r.Get("/artifacts/{artifactID}", page(a.ShowArtifact))

			r.Get("/organizations", page(a.ShowOrganizations))
			r.Post("/organizations", page(a.SubmitOrganization))
			r.Get("/organizations/{organizationID}", page(a.ShowKeys))
			r.Post("/organizations/{organizationID}/keys", page(a.SubmitKey))
			r.Get("/organizations/{organizationID}/keys/{keyID}", page(a.ShowKey))
			r.Post("/organizations/{organizationID}/keys/{keyID}/rotate", page(a.SubmitRotate))
			r.Post("/organizations/{organizationID}/keys/{keyID}/revoke", page(a.SubmitRevoke))
			r.Get("/organizations/{organizationID}/secrets/{ticket}", page(a.ShowSecret))
			r.Get("/organizations/{organizationID}/branding", page(a.ShowBranding))
			r.Post("/organizations/{organizationID}/branding", page(a.SubmitBranding))
			r.Post("/organizations/{organizationID}/logo", page(a.SubmitLogo))
			r.Post("/organizations/{organizationID}/logo/remove", page(a.SubmitRemoveLogo))
			r.Get("/organizations/{organizationID}/webhooks", page(a.ShowWebhooks))
			r.Post("/organizations/{organizationID}/webhooks/secret", page(a.SubmitShowWebhookSecret))
			r.Post("/organizations/{organizationID}/webhooks/rotate", page(a.SubmitRotateWebhooks))
			r.Post("/organizations/{organizationID}/webhooks/events/{eventID}", page(a.SubmitResendEvent))
		})
	})
	r.NotFound(turnAway(o.Admin, problem.NotFound()))
	r.MethodNotAllowed(methodNotAllowed(r))
	return r, nil
}

// newRouter has what holds for every address of a listener.
func newRouter(o Options, publicURL *url.URL) *chi.Mux {
	r := chi.NewRouter()
	r.Use(problem.Identify(o.Logger), trustProxies(o.TrustedProxies), logRequests(o.Logger), problem.Recover, secure(publicURL),
		middleware.GetHead)
	return r
}

// crossOrigin refuses posts that another site's page makes. The public URL is
// trusted by name, because a proxy may have changed the Host header.
func crossOrigin(publicURL *url.URL, to faultPage) (*http.CrossOriginProtection, error) {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault(to, w, r, problem.CrossOrigin())
	}))
	if publicURL != nil {
		if err := protection.AddTrustedOrigin(publicURL.Scheme + "://" + publicURL.Host); err != nil {
			return nil, fmt.Errorf("trust the public URL: %w", err)
		}
	}
	return protection, nil
}

// action is a handler of a page; its error becomes a page too.
type action func(http.ResponseWriter, *http.Request) error

// faultPage renders an error for a person.
type faultPage interface {
	ShowFault(w http.ResponseWriter, r *http.Request, status int) error
}

func pages(to faultPage, do action) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := problem.Contain(func() error { return do(w, r) }); err != nil {
			fault(to, w, r, err)
		}
	}
}

// fault shows a person that something is wrong, and nothing of what; the cause
// is logged once, where it is ours.
func fault(to faultPage, w http.ResponseWriter, r *http.Request, err error) {
	shown := problem.Report(r.Context(), err)
	maps.Copy(w.Header(), shown.Headers())
	if err := to.ShowFault(w, r, shown.Status); err != nil {
		_ = problem.Report(r.Context(), err)
	}
}

// turnAway answers people with a page and programs with JSON.
func turnAway(to faultPage, why *problem.Problem) http.HandlerFunc {
	page := pagePolicy(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault(to, w, r, why)
	}))
	return func(w http.ResponseWriter, r *http.Request) {
		if wantsPage(r) {
			page.ServeHTTP(w, r)
			return
		}
		problem.WriteJSON(w, r, why)
	}
}

// methodNotAllowed names the methods that an address takes.
func methodNotAllowed(routes chi.Routes) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if routes.Match(chi.NewRouteContext(), method, r.URL.Path) {
				w.Header().Add("Allow", method)
			}
		}
		problem.WriteJSON(w, r, problem.MethodNotAllowed())
	}
}

// toParent is where a form's own address leads when it is loaded anew: a form
// that has to be mended is shown there.
func toParent(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, path.Dir(r.URL.EscapedPath()), http.StatusSeeOther)
}

func healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "ok")
}

// ready tells whether new links and sessions can be taken. Why not, and what is
// wrong besides, is told to operators only.
func ready(o Options, detail bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		err := o.Ready(r.Context())
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, "not ready")
		} else {
			fmt.Fprintln(w, "ready")
		}
		if wrong := errors.Join(err, o.Wrong()); detail && wrong != nil {
			fmt.Fprintln(w, wrong)
		}
	}
}
