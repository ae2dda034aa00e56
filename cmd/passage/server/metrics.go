package server

import (
	"context"
	"math"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"passage/automation/browser/pool"
	"passage/db"
)

// metrics serves the numbers that operators scrape.
func (s *Server) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	gauge := func(name, help string, value func(pool.Stats) int) {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "passage", Name: name, Help: help},
			func() float64 { return float64(value(s.Pool.Stats())) }))
	}
	gauge("browsers_limit", "Browsers that may run at once.", func(b pool.Stats) int { return b.Browsers })
	gauge("workers_limit", "Sessions that may work at once; the others wait for their users.", func(b pool.Stats) int { return b.Workers })
	gauge("workers_busy", "Sessions that work.", func(b pool.Stats) int { return b.Working })
	gauge("browsers_busy", "Browsers that serve a session.", func(b pool.Stats) int { return b.Busy })
	gauge("browsers_warm", "Browsers that run and serve no session yet.", func(b pool.Stats) int { return b.Warm })
	gauge("sessions_queued", "Sessions that wait for a browser, or to go on after an answer.", func(b pool.Stats) int { return b.Queued })
	registry.MustRegister(
		prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "passage", Name: "sessions_refused_total",
			Help: "Sessions that found the queue for a browser full."}, func() float64 { return float64(s.Pool.Stats().Refused) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "passage", Name: "browser_memory_available_bytes",
			Help: "Memory that is available for browsers; 0 where the system does not say."}, func() float64 { return float64(s.Pool.AvailableMemory()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "passage", Name: "webhook_endpoints_paused",
			Help: "Webhook hosts that are paused after failing for long, and tried once an hour."}, s.pausedEndpoints),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "passage", Name: "sessions_suspect",
			Help: "Sessions of the last hour that completed, and found nothing where sessions before them found something."}, s.suspectSessions),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "passage", Name: "database_last_commit_timestamp_seconds",
			Help: "When the database last committed a change, as a Unix time; it commits one at least every 15 seconds. 0: none yet."}, s.lastCommit),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "passage", Name: "database_writable",
			Help: "1 while the database takes writes; 0 if it is full, locked, read-only or damaged, or if its file was replaced."}, s.databaseWritable),
		unavailableCounter{s.DB})
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// suspectSessions returns NaN while the database does not answer.
func (s *Server) suspectSessions() float64 {
	count, err := s.DB.SuspectSessions(context.Background(), s.DB.Now()-time.Hour.Milliseconds())
	if err != nil {
		return math.NaN()
	}
	return float64(count)
}

// pausedEndpoints returns NaN while the database does not answer.
func (s *Server) pausedEndpoints() float64 {
	paused, err := s.DB.PausedEndpoints(context.Background())
	if err != nil {
		return math.NaN()
	}
	return float64(len(paused))
}

func (s *Server) lastCommit() float64 {
	last := s.DB.Health().LastCommit
	if last.IsZero() {
		return 0
	}
	return float64(last.UnixMilli()) / 1000
}

func (s *Server) databaseWritable() float64 {
	if s.DB.Health().Err != nil {
		return 0
	}
	return 1
}

// unavailableCounter counts the failures of the database's storage by reason.
type unavailableCounter struct{ db *db.DB }

var unavailableTotal = prometheus.NewDesc("passage_database_unavailable_total",
	"Reads and transactions that failed because the database was full, locked, read-only or damaged.", []string{"reason"}, nil)

// Describe is prometheus.Collector's.
func (c unavailableCounter) Describe(descriptions chan<- *prometheus.Desc) {
	descriptions <- unavailableTotal
}

// Collect is prometheus.Collector's.
func (c unavailableCounter) Collect(metrics chan<- prometheus.Metric) {
	for reason, count := range c.db.Health().Failures {
		metrics <- prometheus.MustNewConstMetric(unavailableTotal, prometheus.CounterValue, float64(count), string(reason))
	}
}
