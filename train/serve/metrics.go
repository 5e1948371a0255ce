package serve

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// counts are what /metrics reports. Its memory does not grow: paths are those of routes, and
// statuses those that they answer with.
type counts struct {
	inFlight    atomic.Int64
	predictions atomic.Int64 // rows
	took        histogram
	rows        histogram

	mu       sync.Mutex
	requests map[request]int64
}

// request is a kind of request.
type request struct {
	path   string
	status int
}

func newCounts() *counts {
	c := &counts{requests: map[request]int64{}}
	c.took.bounds = []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}
	c.rows.bounds = []float64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}
	return c
}

// add counts a request that has its answer. The times of predictions alone are in the histogram.
func (c *counts) add(path string, status int, took time.Duration) {
	c.mu.Lock()
	c.requests[request{path, status}]++
	c.mu.Unlock()
	if path == "/predict" {
		c.took.observe(took.Seconds())
	}
}

// histogram counts values up to each bound.
type histogram struct {
	mu     sync.Mutex
	bounds []float64
	counts []int64 // of each bound, and of what is larger than all
	sum    float64
}

func (h *histogram) observe(v float64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.counts == nil {
		h.counts = make([]int64, len(h.bounds)+1)
	}
	i, _ := slices.BinarySearch(h.bounds, v)
	h.counts[i]++
	h.sum += v
}

// write writes the histogram as Prometheus reads it: each bucket has all values up to its bound.
func (h *histogram) write(w io.Writer, name, help string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	head(w, name, "histogram", help)
	total := int64(0)
	for i, bound := range h.bounds {
		if h.counts != nil {
			total += h.counts[i]
		}
		fmt.Fprintf(w, "%s_bucket{le=\"%s\"} %d\n", name, number(bound), total)
	}
	if h.counts != nil {
		total += h.counts[len(h.bounds)]
	}
	fmt.Fprintf(w, "%s_bucket{le=\"+Inf\"} %d\n%s_sum %s\n%s_count %d\n", name, total, name, number(h.sum), name, total)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func head(w io.Writer, name, kind, help string) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// metrics answers /metrics.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	out := bufio.NewWriter(w)
	defer out.Flush()
	c, m := s.counts, s.now.Load()
	head(out, "symgrad_requests_total", "counter", "Requests that have been answered, by path and status.")
	list := c.list()
	for _, k := range list {
		fmt.Fprintf(out, "symgrad_requests_total{path=%q,code=\"%d\"} %d\n", k.path, k.status, k.n)
	}
	head(out, "symgrad_errors_total", "counter", "Requests that have failed: with a status of 400 or more.")
	failed := int64(0)
	for _, k := range list {
		if k.status >= 400 {
			failed += k.n
		}
	}
	fmt.Fprintf(out, "symgrad_errors_total %d\n", failed)
	head(out, "symgrad_requests_in_flight", "gauge", "Requests that are being answered, this one too.")
	fmt.Fprintf(out, "symgrad_requests_in_flight %d\n", c.inFlight.Load())
	c.took.write(out, "symgrad_predict_duration_seconds", "Time from a request for predictions to its answer.")
	c.rows.write(out, "symgrad_predict_rows", "Rows of a request for predictions.")
	head(out, "symgrad_predictions_total", "counter", "Rows that have been answered.")
	fmt.Fprintf(out, "symgrad_predictions_total %d\n", c.predictions.Load())
	head(out, "symgrad_model_info", "gauge", "The model that is served.")
	fmt.Fprintf(out, "symgrad_model_info{model=\"%s\"} 1\n", label(m.Info().Model))
	head(out, "symgrad_model_opened_timestamp_seconds", "gauge", "When the model was opened.")
	fmt.Fprintf(out, "symgrad_model_opened_timestamp_seconds %d\n", m.opened.Unix())
	head(out, "symgrad_ready", "gauge", "1 while requests are taken, 0 before the end.")
	ready := 1
	if s.ending.Load() {
		ready = 0
	}
	fmt.Fprintf(out, "symgrad_ready %d\n", ready)
}

// label quotes the value of a label.
func label(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text)
}

// counted is a kind of request with its number.
type counted struct {
	request
	n int64
}

// list returns the requests in a fixed order.
func (c *counts) list() (out []counted) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, n := range c.requests {
		out = append(out, counted{k, n})
	}
	slices.SortFunc(out, func(a, b counted) int {
		return cmp.Or(strings.Compare(a.path, b.path), cmp.Compare(a.status, b.status))
	})
	return out
}
