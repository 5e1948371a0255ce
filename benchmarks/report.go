package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"

	"github.com/symgrad/symgrad/benchmarks/workload"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/kernel/limit"
)

// report prints what was measured.
type report struct {
	w     io.Writer
	json  bool
	dtype string
}

// line is a figure in JSON. Figures that a system does not give are null.
type line struct {
	Workload    string   `json:"workload"`
	System      string   `json:"system"`
	Threads     int      `json:"threads"`
	DType       string   `json:"dtype"`
	NsPerStep   float64  `json:"ns_per_step"`
	Ratio       float64  `json:"ratio_to_symgrad"`
	Allocs      *float64 `json:"allocs_per_step"`
	Bytes       *float64 `json:"bytes_per_step"`
	GFlops      float64  `json:"gflops"`
	ShareOfPeak float64  `json:"share_of_peak"`
	LimitNs     float64  `json:"limit_ns"`
	OverLimit   float64  `json:"ratio_to_limit"`
	PeakBytes   *int     `json:"peak_bytes"`
	Setting     string   `json:"setting"`
	AloneNs     *float64 `json:"alone_ns"` // outside of the race, in a process of its own
}

// printLine prints a line as JSON, or as its text.
func printLine(w io.Writer, asJSON bool, line any) {
	if !asJSON {
		fmt.Fprintln(w, line)
		return
	}
	b, _ := json.Marshal(line)
	fmt.Fprintf(w, "%s\n", b)
}

// note prints a remark.
func (r report) note(text string) {
	if r.json {
		b, _ := json.Marshal(map[string]string{"note": text})
		fmt.Fprintf(r.w, "%s\n", b)
		return
	}
	fmt.Fprintf(r.w, "(%s)\n", text)
}

// machine prints what the machine's memory can do on so many threads.
func (r report) machine(threads int) {
	r.note(fmt.Sprintf("%d threads, %s: memory %.0f GB/s", threads, r.dtype, limit.Bandwidth(threads)/1e9))
}

// race prints the figures of one workload. Ratios are medians of the ratios of
// each round.
func (r report) race(work workload.Workload, threads int, field []*entrant, worst, flops, bandwidth float64) {
	cost := work.Spec.Cost()
	least := 1e9 * (cost.Flops/flops + float64(bits(r.dtype)/8)*(cost.UpdateRead+cost.Input)/bandwidth)
	if !r.json {
		fmt.Fprintf(r.w, "\n%s: %s, %d threads; losses agree to %.0e; multiply-adds %.0f GFLOP/s at most; limit %s\n", work.Name, work.Spec.Text, threads, worst, flops/1e9, duration(least))
		fmt.Fprintf(r.w, "  %-14s %10s %8s %9s %8s %8s %12s %12s %12s  %s\n", "", "per step", "ratio", "GFLOP/s", "of peak", "x limit", "allocs/step", "bytes", "alone", "setting")
	}
	for _, e := range field {
		ratios := make([]float64, len(e.ns))
		for i := range ratios {
			ratios[i] = e.ns[i] / field[0].ns[i]
		}
		l := line{Workload: work.Name, System: e.name, Threads: threads, DType: r.dtype, NsPerStep: median(e.ns), Ratio: median(ratios),
			LimitNs: least, Allocs: known(e.mallocs), Bytes: known(e.bytes), Setting: e.setting.String()}
		l.GFlops = cost.Flops / l.NsPerStep
		l.ShareOfPeak = l.GFlops * 1e9 / flops
		l.OverLimit = l.NsPerStep / least
		memory, alone := "", ""
		if e.alone > 0 {
			l.AloneNs, alone = &e.alone, duration(e.alone)
			if !e.fair() {
				alone += " !"
			}
		}
		if s, ok := e.s.(interface{ Bytes() int }); ok {
			n := s.Bytes()
			l.PeakBytes, memory = &n, fmt.Sprint(n)
		}
		if r.json {
			b, _ := json.Marshal(l)
			fmt.Fprintf(r.w, "%s\n", b)
			continue
		}
		allocs := ""
		if l.Allocs != nil {
			allocs = fmt.Sprintf("%.1f", *l.Allocs)
		}
		fmt.Fprintf(r.w, "  %-14s %10s %8.2f %9.1f %7.0f%% %8.2f %12s %12s %12s  %s\n", e.name, duration(l.NsPerStep), l.Ratio, l.GFlops, 100*l.ShareOfPeak, l.OverLimit,
			allocs, memory, alone, l.Setting)
	}
	for _, e := range field {
		if e.alone > 0 && !e.fair() {
			r.note(fmt.Sprintf("%s: %s took %s in the race and %s alone, more than %.0f %% apart: this comparison is not to be relied on",
				work.Name, e.name, duration(median(e.ns)), duration(e.alone), 100*fair))
		}
	}
}

// profile prints the profiles of systems that have one, each of some 0.1 s.
func (r report) profile(field []*entrant) error {
	for _, e := range field {
		s, ok := e.s.(interface {
			Profile(runs int) (graph.Profile, error)
		})
		if !ok {
			continue
		}
		q, err := s.Profile(1 + int(1e8/median(e.ns)))
		if err != nil {
			return err
		}
		if r.json {
			b, _ := json.Marshal(map[string]any{"system": e.name, "profile": q})
			fmt.Fprintf(r.w, "%s\n", b)
			continue
		}
		fmt.Fprintf(r.w, "\n%v", q)
	}
	return nil
}

func known(v float64) *float64 {
	if math.IsNaN(v) {
		return nil
	}
	return &v
}

// duration prints nanoseconds in the unit that suits them.
func duration(ns float64) string {
	switch {
	case ns < 1e3:
		return fmt.Sprintf("%.0f ns", ns)
	case ns < 1e6:
		return fmt.Sprintf("%.3g us", ns/1e3)
	case ns < 1e9:
		return fmt.Sprintf("%.3g ms", ns/1e6)
	}
	return fmt.Sprintf("%.3g s", ns/1e9)
}
