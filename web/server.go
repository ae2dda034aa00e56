// Package web is the index of every address that Passage answers.
//
// It owns the routes, and what holds for all of them: request ids, limits,
// headers, the protection against cross-site requests, and the request log. It
// does not own what an address does (the packages below) or which error a
// person or a program may see (problem). Its invariant: nothing is reachable
// that is not listed in this file or in the API's own list of routes, and no
// form can be posted from another site.
package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"

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
	Debug          http.Handler                // profiles of the process, below /debug/ of the admin listener; nil unless the operator wants them
	Ready          func(context.Context) error // nil: new links and sessions can be taken
	Warnings       func() error                // what operators should fix although the service works
	PublicURL      *url.URL
	TrustedProxies []netip.Prefix
	AddressRate    int // requests a minute that one address may make of the public listener; 0 for any number
	Guard          Guard
	Logger         *slog.Logger
}

// Public is what people and programs outside reach.
func Public(o Options) (http.Handler, error) {
	csrf, err := crossOrigin(o.PublicURL, o.Connect)
	if err != nil {
		return nil, err
	}
	r := newRouter(o, o.PublicURL)
	limits := newLimits(o.AddressRate, refuse(o.Connect, problem.TooMany(limitWindow)))

	// Health, for load balancers.
	r.Get("/healthz", healthy)
	r.Get("/readyz", ready(o, false))

	// Assets. The last two are for merchants' pages.
	r.Handle("/static/*", o.Static)
	looks := pageRoutes{r.With(pagePolicy), o.Connect}
	looks.get(branding.LogoRoute, o.Branding.ShowLogo)
	looks.get(branding.AccentRoute, o.Branding.ShowAccent)
	r.Method(http.MethodGet, "/connect.js", o.Static)
	r.Method(http.MethodGet, "/connect.d.ts", o.Static)

	// API: web/api/routes.go lists /v1, /link, /sessions, /.well-known,
	// /webhook_verification_key and /openapi.json.
	r.Group(func(r chi.Router) {
		r.Use(limits.perAddress)
		err = o.API.Mount(r)
	})
	if err != nil {
		return nil, fmt.Errorf("mount the API: %w", err)
	}

	// Pages.
	r.Group(func(r chi.Router) {
		r.Use(limits.perAddress, pagePolicy, csrf.Handler)
		hosted(pageRoutes{r, o.Connect}, o)
	})
	r.NotFound(refuse(o.Connect, problem.RouteNotFound()))
	r.MethodNotAllowed(methodNotAllowed(r))
	return r, nil
}

// hosted lists the pages of the public listener. Their prefixes are short,
// because people see them: /c is a claim, /h the hand-over to a phone by its
// code, /s a session.
func hosted(page pageRoutes, o Options) {
	// Reference of the API.
	page.get("/docs", o.API.ShowReference)

	// Claim: what the claim URL opens.
	c := o.Connect
	page.form("/c/{claimCode}", c.ShowClaim, c.Submit(c.SubmitClaim))
	page.get("/c/{claimCode}/stop", c.ShowStopped)

	// Claim, in an iframe whose browser keeps no cookie: a window goes on.
	page.get("/c/{claimCode}/window", c.ShowWindow)
	page.get("/c/{claimCode}/window/events", c.StreamWindow)

	// Claim, on a phone: the desktop shows a QR code, which leads the phone to /h.
	page.submit("/c/{claimCode}/phone", c.Submit(c.SubmitPhoneCode))
	page.get("/c/{claimCode}/phone/{phoneID}", c.ShowPhoneCode)
	page.get("/c/{claimCode}/phone/{phoneID}/events", c.StreamPhoneCode)
	page.form("/h/{phoneCode}", c.ShowPhoneStart, c.Submit(c.SubmitPhoneStart))

	// Session: questions, progress and the end of one attempt.
	page.get("/s/{sessionCode}", c.ShowSession)
	page.get("/s/{sessionCode}/events", c.StreamSession)
	page.get("/s/{sessionCode}/receipt", c.ShowReceipt)
	page.submit("/s/{sessionCode}/answer", c.Submit(c.SubmitAnswer))
	page.submit("/s/{sessionCode}/cancel", c.Submit(c.SubmitCancel))
	page.submit("/s/{sessionCode}/stay", c.Submit(c.SubmitStillHere))
	page.submit("/s/{sessionCode}/retry", c.Submit(c.SubmitRetry))

	// Session transfer to another device: at once, by request (knock), which the
	// device that holds the session allows or refuses, or with the password.
	page.submit("/s/{sessionCode}/take-over", c.Submit(c.SubmitTakeOver))
	page.submit("/s/{sessionCode}/knock", c.Submit(c.SubmitTransferRequest))
	page.submit("/s/{sessionCode}/allow", c.Submit(c.SubmitAllowTransfer))
	page.submit("/s/{sessionCode}/refuse", c.Submit(c.SubmitRefuseTransfer))
	page.form("/s/{sessionCode}/password", c.ShowPassword, c.Submit(c.SubmitPassword))

	// Gallery, in the demo only.
	if o.Gallery != nil {
		page.Handle("/gallery", o.Gallery)
		page.Handle("/gallery/*", o.Gallery)
		page.get(branding.PreviewRoute, o.Branding.ShowPreview)
	}
}

// Admin is what operators reach, on a listener of its own.
func Admin(o Options) (http.Handler, error) {
	csrf, err := crossOrigin(nil, o.Admin)
	if err != nil {
		return nil, err
	}
	r := newRouter(o, nil)
	r.Use(isolate, o.Guard.knownHosts)

	// Health, with reasons, metrics, and the process on request.
	r.Get("/healthz", healthy)
	r.Get("/readyz", ready(o, true))
	r.With(o.Guard.withToken).Handle("/metrics", o.Metrics)
	if o.Debug != nil {
		r.With(o.Guard.withToken).Handle("/debug/*", o.Debug)
	}

	// Assets.
	r.Handle("/static/*", o.Static)

	// Pages.
	r.Group(func(r chi.Router) {
		r.Use(pagePolicy, csrf.Handler, middleware.NoCache)
		pageRoutes{r, o.Admin}.form("/login", o.Admin.ShowLogin, o.Admin.SubmitLogin)
		dashboard(pageRoutes{r.With(o.Admin.RequireOperator), o.Admin}, o)
	})
	r.NotFound(refuse(o.Admin, problem.NotFound()))
	r.MethodNotAllowed(methodNotAllowed(r))
	return r, nil
}

// dashboard lists the pages that need a log-in.
func dashboard(page pageRoutes, o Options) {
	a := o.Admin
	page.post("/logout", a.SubmitLogout)

	// Account: the operator's own sessions.
	page.get("/account", a.ShowAccount)
	page.post("/account/sessions/{operatorSessionID}/end", a.SubmitEndSession)
	page.post("/account/sessions/end", a.SubmitEndOtherSessions)

	// Overview.
	page.get("/", a.ShowOverview)

	// Sessions: attempts at links.
	page.get("/sessions", a.ShowSessions)
	page.get("/sessions/{sessionID}", a.ShowSession)
	page.post("/sessions/{sessionID}/webhooks/{eventID}", a.SubmitResend)
	page.get("/artifacts/{artifactID}", a.ShowArtifact)

	// Organizations: the merchants.
	page.form("/organizations", a.ShowOrganizations, a.SubmitOrganization)

	// Organization, API keys.
	page.get("/organizations/{organizationID}", a.ShowKeys)
	page.post("/organizations/{organizationID}/keys", a.SubmitKey)
	page.get("/organizations/{organizationID}/keys/{keyID}", a.ShowKey)
	page.post("/organizations/{organizationID}/keys/{keyID}/rotate", a.SubmitRotate)
	page.post("/organizations/{organizationID}/keys/{keyID}/revoke", a.SubmitRevoke)
	page.get("/organizations/{organizationID}/secrets/{ticket}", a.ShowSecret)

	// Organization, branding.
	page.form("/organizations/{organizationID}/branding", a.ShowBranding, a.SubmitBranding)
	page.post("/organizations/{organizationID}/logo", a.SubmitLogo)
	page.post("/organizations/{organizationID}/logo/remove", a.SubmitRemoveLogo)
	page.get(branding.LogoRoute, o.Branding.ShowLogo)
	page.get(branding.PreviewRoute, o.Branding.ShowPreview)

	// Organization, webhooks.
	page.get("/organizations/{organizationID}/webhooks", a.ShowWebhooks)
	page.post("/organizations/{organizationID}/webhooks/secret", a.SubmitShowWebhookSecret)
	page.post("/organizations/{organizationID}/webhooks/rotate", a.SubmitRotateWebhooks)
	page.post("/organizations/{organizationID}/webhooks/events/{eventID}", a.SubmitResendEvent)
}
