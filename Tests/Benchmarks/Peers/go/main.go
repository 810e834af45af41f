// Measures client_golang for tally-bench: the operations that the arguments name, or all of them.
//
// Prints a JSON object of nanoseconds. With several goroutines, that is the wall time divided by the number of
// operations of all of them. Sources/TallyBench/Peers.swift lists the operations and builds this program.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
)

var results = map[string]float64{}

func isWanted(keys ...string) bool {
	for _, key := range keys {
		for _, argument := range os.Args[1:] {
			if argument == key {
				return true
			}
		}
	}
	return len(os.Args) == 1
}

// timed returns the nanoseconds in which each goroutine performs count operations.
func timed(threads int, count int, body func(thread int, count int)) float64 {
	start := time.Now()
	if threads == 1 {
		body(0, count)
	} else {
		var group sync.WaitGroup
		for thread := 0; thread < threads; thread++ {
			group.Add(1)
			go func(thread int) {
				defer group.Done()
				body(thread, count)
			}(thread)
		}
		group.Wait()
	}
	return float64(time.Since(start).Nanoseconds())
}

// measure keeps the best of five repetitions of at least 10 ms.
func measure(key string, threads int, body func(thread int, count int)) {
	if threads > 1 {
		key = fmt.Sprintf("%s_%d_threads", key, threads)
	}
	if !isWanted(key) {
		return
	}
	count := 1000
	for timed(threads, count, body) < 10e6 {
		count *= 4
	}
	best := math.Inf(1)
	for repetition := 0; repetition < 5; repetition++ {
		best = math.Min(best, timed(threads, count, body))
	}
	results[key] = best / float64(count*threads)
}

// measureOnce keeps the best call of those that fit in a second.
func measureOnce(key string, body func()) {
	if !isWanted(key) {
		return
	}
	best := math.Inf(1)
	for start := time.Now(); time.Since(start) < time.Second; {
		best = math.Min(best, timed(1, 1, func(int, int) { body() }))
	}
	results[key] = best
}

func increments(registry *prometheus.Registry) {
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "counter_total", Help: "A counter."})
	children := prometheus.NewCounterVec(
		prometheus.CounterOpts{Name: "children_total", Help: "By number."}, []string{"number"},
	)
	registry.MustRegister(counter, children)
	var bound []prometheus.Counter
	for number := 0; number < 8; number++ {
		bound = append(bound, children.WithLabelValues(fmt.Sprint(number)))
	}
	for _, threads := range []int{1, 2, 8} {
		measure("increment", threads, func(_ int, count int) {
			for index := 0; index < count; index++ {
				counter.Inc()
			}
		})
		measure("increment_child", threads, func(thread int, count int) {
			child := bound[thread]
			for index := 0; index < count; index++ {
				child.Inc()
			}
		})
	}
	measure("add", 1, func(_ int, count int) {
		for index := 0; index < count; index++ {
			counter.Add(float64(index & 7))
		}
	})
}

func lookups(registry *prometheus.Registry) {
	counters := func(name string, labels ...string) *prometheus.CounterVec {
		vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: "A counter."}, labels)
		registry.MustRegister(vec)
		return vec
	}
	directions := counters("directions_total", "direction")
	routes := counters("routes_total", "method", "outcome")
	pages := counters("pages_total", "method", "path")
	for _, threads := range []int{1, 2, 8} {
		measure("lookup_enum", threads, func(thread int, count int) {
			direction := []string{"phone_to_binary", "binary_to_phone"}[thread&1]
			for index := 0; index < count; index++ {
				directions.WithLabelValues(direction).Inc()
			}
		})
		measure("lookup_two_enums", threads, func(thread int, count int) {
			outcome := []string{"ok", "client_error"}[thread&1]
			for index := 0; index < count/2; index++ {
				routes.WithLabelValues("GET", outcome).Inc()
				routes.WithLabelValues("POST", outcome).Inc()
			}
		})
		measure("lookup_two_strings", threads, func(thread int, count int) {
			path := fmt.Sprintf("/api/v1/users/%d/settings", thread)
			for index := 0; index < count/2; index++ {
				pages.WithLabelValues("GET", path).Inc()
				pages.WithLabelValues("POST", path).Inc()
			}
		})
	}
}

func observations(registry *prometheus.Registry) {
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: "gauge", Help: "A gauge."})
	// The default buckets are 11.
	histogram := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "histogram_seconds", Help: "A histogram."})
	registry.MustRegister(gauge, histogram)
	measure("set", 1, func(_ int, count int) {
		for index := 0; index < count; index++ {
			gauge.Set(float64(index))
		}
	})
	var values [64]float64
	for index := range values {
		values[index] = float64(index*37%64) / 20
	}
	for _, threads := range []int{1, 2} {
		measure("observe", threads, func(_ int, count int) {
			for index := 0; index < count; index++ {
				histogram.Observe(values[index&63])
			}
		})
	}
	measure("time", 1, func(_ int, count int) {
		for index := 0; index < count; index++ {
			prometheus.NewTimer(histogram).ObserveDuration()
		}
	})
}

// series measures a counter of this many label sets: how they are registered, and their text.
func series(size int, repetitions int) {
	register, text := fmt.Sprintf("register_%d", size), fmt.Sprintf("text_%d", size)
	if !isWanted(register, text) {
		return
	}
	labels := make([][2]string, size)
	for index := range labels {
		labels[index] = [2]string{fmt.Sprintf("%04d", index%1000), fmt.Sprintf("user %08d of us", index)}
	}
	best := math.Inf(1)
	var registry *prometheus.Registry
	var vec *prometheus.CounterVec
	for repetition := 0; repetition < repetitions; repetition++ {
		registry = prometheus.NewRegistry()
		vec = prometheus.NewCounterVec(
			prometheus.CounterOpts{Name: "requests_by_user_total", Help: "Requests."}, []string{"shard", "user"},
		)
		registry.MustRegister(vec)
		best = math.Min(best, timed(1, size, func(int, int) {
			for _, label := range labels {
				vec.WithLabelValues(label[0], label[1])
			}
		}))
	}
	if isWanted(register) {
		results[register] = best / float64(size)
	}
	for index, label := range labels {
		vec.WithLabelValues(label[0], label[1]).Add(float64(index))
	}
	measureOnce(text, func() {
		families, err := registry.Gather()
		if err != nil {
			panic(err)
		}
		encoder := expfmt.NewEncoder(io.Discard, expfmt.FmtText)
		for _, family := range families {
			if err := encoder.Encode(family); err != nil {
				panic(err)
			}
		}
	})
}

func main() {
	registry := prometheus.NewRegistry()
	increments(registry)
	lookups(registry)
	observations(registry)
	series(1000, 9)
	series(100_000, 3)
	series(1_000_000, 1)
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		panic(err)
	}
}
