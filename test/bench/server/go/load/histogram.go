//go:build linux

package main

import "math"

// The same steps as lib/node/load/latency-histogram.ts: 0.1 ms up to 100 ms, then 1 ms up to ten seconds; longer is the last.
const (
	fineSteps   = 1000
	coarseSteps = 9900
)

// histogram holds many durations in little room. Percentiles are upper ends of steps: never better than what was measured.
type histogram struct {
	steps [fineSteps + coarseSteps + 1]uint32
	count int
	max   float64
}

type summary struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P99   float64 `json:"p99"`
	P999  float64 `json:"p999"`
	Max   float64 `json:"max"`
}

func (h *histogram) add(ms float64) {
	value := max(0, ms)
	step := int(value * 10)
	if value >= 100 {
		step = min(fineSteps+int(value)-100, fineSteps+coarseSteps)
	}
	h.steps[step]++
	h.count++
	h.max = max(h.max, value)
}

// percentile tells the milliseconds that so many of 1 do not exceed; 0 where nothing was added.
func (h *histogram) percentile(share float64) float64 {
	left := int(math.Ceil(float64(h.count) * share))
	if left == 0 {
		return 0
	}
	for step, count := range h.steps {
		left -= int(count)
		if left > 0 {
			continue
		}
		if step < fineSteps {
			return min(h.max, float64(step+1)/10)
		}
		return min(h.max, float64(step-fineSteps+101))
	}
	return h.max
}

func (h *histogram) summary() summary {
	round := func(ms float64) float64 { return math.Round(ms*10) / 10 }
	at := func(share float64) float64 { return round(h.percentile(share)) }
	return summary{h.count, at(0.5), at(0.9), at(0.99), at(0.999), round(h.max)}
}
