package catalog

import (
	"cmp"
	"context"
	"slices"
	"time"

	"passage/automation/outcome"
	"passage/automation/script"
	"passage/db"
)

// HealthStatus is what the latest sessions say about a service.
type HealthStatus string

// The states of a service's health.
const (
	HealthOK       HealthStatus = "ok"
	HealthDegraded HealthStatus = "degraded" // fewer than nine in ten succeed, or the latest are suspect
	HealthDown     HealthStatus = "down"     // the latest sessions have all failed, just now
	HealthUnknown  HealthStatus = "unknown"  // too few sessions to say
)

// Health is how well a service can be connected: the share of the latest ended
// sessions that did not fail because of the site or the script. What a user or a
// merchant did wrong does not count.
type Health struct {
	Status      HealthStatus
	SuccessRate float64      // of the sessions; 0 where there is none
	Sessions    int          // that count
	Since       int64        // when the first of them ended, in Unix milliseconds; 0: there is none
	LastFailure outcome.Code // how the latest one ended, if the service is down
	Suspect     int          // how many of the latest, in a row, found nothing where others found something
}

const (
	healthSpan  = time.Hour        // older ends don't count
	healthMost  = 100              // ends that are read
	healthFew   = 5                // fewer ends than this say nothing
	healthGood  = 0.9              // of the sessions
	healthDoubt = 3                // suspect sessions in a row
	healthFresh = 10 * time.Minute // older failures don't count as down: someone has to try whether it works again
)

// ReadHealth judges by how the latest sessions with an integration's present
// script ended. A new version of the script starts anew.
func ReadHealth(ctx context.Context, database *db.DB, integration *script.Integration) (Health, error) {
	now := database.Now()
	ends, err := database.LatestEnds(ctx, integration.Hash, now-healthSpan.Milliseconds(), healthMost)
	if err != nil {
		return Health{}, err
	}
	return healthOf(ends, now), nil
}

// healthOf judges by ends, the newest first.
func healthOf(ends []db.End, now int64) Health {
	ends = slices.DeleteFunc(slices.Clone(ends), func(e db.End) bool { return e.Code != "" && !blamesService(whyEnded(e)) })
	if len(ends) == 0 {
		return Health{Status: HealthUnknown}
	}
	failed, latest := 0, ends[0]
	for _, end := range ends {
		if end.Code != "" {
			failed++
		}
	}
	health := Health{Status: HealthOK, Sessions: len(ends), Since: ends[len(ends)-1].At, SuccessRate: 1 - float64(failed)/float64(len(ends))}
	health.Suspect = slices.IndexFunc(ends, func(e db.End) bool { return !e.Suspect })
	if health.Suspect < 0 {
		health.Suspect = len(ends)
	}
	worked := slices.ContainsFunc(ends[:min(healthFew, len(ends))], func(e db.End) bool { return e.Code == "" })
	switch {
	case health.Suspect >= healthDoubt:
		health.Status = HealthDegraded
	case len(ends) < healthFew:
		health.Status = HealthUnknown
	case !worked && now-latest.At < healthFresh.Milliseconds():
		health.Status, health.LastFailure = HealthDown, whyEnded(latest)
	case health.SuccessRate < healthGood:
		health.Status = HealthDegraded
	}
	return health
}

// whyEnded returns the code of an end. That a submitted change is not confirmed says
// what the merchant has to do; what went wrong is its cause.
func whyEnded(end db.End) outcome.Code {
	return outcome.Code(cmp.Or(end.Cause, end.Code))
}

// blamesService reports whether a session that ended like this failed for its
// site or its script.
func blamesService(code outcome.Code) bool {
	known, _ := outcome.Lookup(code)
	return known.Actor == outcome.Site || known.Actor == outcome.Integration
}
