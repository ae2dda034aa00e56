package main

import (
	"fmt"
	"slices"
	"time"
)

// sample is one figure, measured several times.
type sample []float64

// at returns the value below which the given part of the values lies.
func (s sample) at(part float64) float64 {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[min(int(part*float64(len(sorted))), len(sorted)-1)]
}

func (s sample) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// over divides pair by pair, because values of the same round had the same
// conditions.
func (s sample) over(other sample) sample {
	ratios := make(sample, len(s))
	for n := range s {
		ratios[n] = s[n] / other[n]
	}
	return ratios
}

// show is the median with the extremes.
func (s sample) show(format string) string {
	return fmt.Sprintf(format+"  ("+format+" … "+format+")", s.median(), slices.Min(s), slices.Max(s))
}

// verdict compares with a target.
func verdict(met bool) string {
	if met {
		return "met"
	}
	return "MISSED"
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func megabytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }
