package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/si"
)

// The size of the picture of the limits and its margins, and how much is shown.
const (
	roofWidth, roofHeight = 720, 340
	roofLeft, roofRight   = 64, 24
	roofTop, roofBottom   = 12, 38
	mostKernels           = 60  // rows of the table
	mostPlaced            = 300 // circles
)

// kernelView is the time by kernel and the picture of the limits: arithmetic by bytes.
type kernelView struct {
	Text    string
	Rows    []kernelRow
	Omitted string
	Roof    *roofView
}

// kernelRow is a kernel of the table. The numbers are for sorting.
type kernelRow struct {
	Op, Node, Shape                 string
	Time, Part, Rate, Memory, Limit string
	Nanos, Flops, Bytes, Share      string
	Order                           int
	Bar                             string // the width of the bar, of 100
	Hue                             string
}

// roofView is the picture of the limits.
type roofView struct {
	Width, Height int
	Axes          axes
	Roof          string // a path
	Kernels       []circle
	Legend        []key
}

type circle struct{ X, Y, R, Class, Text string }

func kernelsOf(p *graph.Profile, hue coloured) *kernelView {
	if p == nil || len(p.Kernels) == 0 {
		return nil
	}
	v := &kernelView{Text: fmt.Sprintf("%s a step, by %s kernels on %d threads. The machine does %s and %s with these threads. The optimizer is not in it unless its step is made within the run.",
		durationText(p.PerRun), grouped(int64(len(p.Kernels))), p.Workers, si.Text(p.Peak, "FLOP/s"), si.Text(p.Memory, "B/s"))}
	order := make([]int, len(p.Kernels))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(min(max(p.Kernels[b].PerRun-p.Kernels[a].PerRun, -1), 1)) })
	most := max(p.Kernels[order[0]].PerRun, 1)
	for _, i := range order[:min(len(order), mostKernels)] {
		v.Rows = append(v.Rows, rowOf(p.Kernels[i], i, p.PerRun, most, hue))
	}
	v.Omitted = omitted(len(v.Rows), len(order), "kernels, the fastest,")
	v.Roof = roofOf(p, order[:min(len(order), mostPlaced)], hue)
	return v
}

func rowOf(k graph.KernelProfile, i int, all, most time.Duration, hue coloured) kernelRow {
	s := max(k.PerRun.Seconds(), 1e-12)
	return kernelRow{Op: clipped(k.Op, 80), Node: clipped(k.Node, 60), Shape: shapeText(k.Shape), Order: i, Hue: hue.class[k.Op],
		Time: durationText(k.PerRun), Part: fmt.Sprintf("%.1f %%", 100*s/max(all.Seconds(), 1e-12)),
		Rate: si.Text(float64(k.Flops)/s, "FLOP/s"), Memory: si.Text(float64(k.Bytes)/s, "B/s"), Limit: limitText(k.Share),
		Nanos: fmt.Sprint(k.PerRun.Nanoseconds()), Flops: fmt.Sprintf("%.0f", float64(k.Flops)/s), Bytes: fmt.Sprintf("%.0f", float64(k.Bytes)/s), Share: fmt.Sprintf("%.4f", k.Share),
		Bar: place(100 * float64(k.PerRun) / float64(most))}
}

// limitText returns the part of the limit that a kernel reaches. How far above it a kernel is says
// nothing: the operands came from a cache, and the limit is that of memory.
func limitText(share float64) string {
	if share > 1 {
		return "> 100 %"
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}

// roofOf returns nil if no kernel computes anything.
func roofOf(p *graph.Profile, order []int, hue coloured) *roofView {
	var xs, ys []float64
	for _, i := range order {
		k := p.Kernels[i]
		if s := k.PerRun.Seconds(); k.Flops > 0 && k.Bytes > 0 && s > 0 {
			xs, ys = append(xs, float64(k.Flops)/float64(k.Bytes)), append(ys, float64(k.Flops)/s)
		}
	}
	if len(xs) == 0 || !(p.Peak > 0) || !(p.Memory > 0) {
		return nil
	}
	corner := p.Peak / p.Memory
	x, okX := newAxis(append(xs, corner/4, corner*4), true)
	y, okY := newAxis(append(ys, p.Peak*1.3, p.Peak/100), true)
	if !okX || !okY {
		return nil
	}
	v := &roofView{Width: roofWidth, Height: roofHeight}
	v.Axes = axes{Left: roofLeft, Right: roofWidth - roofRight, Top: roofTop, Bottom: roofHeight - roofBottom, XName: "operations per byte"}
	a := &v.Axes
	x.from, x.to, y.from, y.to = float64(a.Left), float64(a.Right), float64(a.Bottom), float64(a.Top)
	a.X = x.marks(8)
	for _, m := range y.ticks(6) {
		a.Y = append(a.Y, mark{place(y.at(m)), si.Text(m, "")})
	}
	v.Roof = roofPath(p, x, y, corner)
	var ops []string
	for _, i := range order {
		k := p.Kernels[i]
		s := k.PerRun.Seconds()
		if k.Flops == 0 || k.Bytes == 0 || s <= 0 {
			continue
		}
		ops = append(ops, k.Op)
		part := s / max(p.PerRun.Seconds(), 1e-12)
		v.Kernels = append(v.Kernels, circle{place(x.at(float64(k.Flops) / float64(k.Bytes))), place(y.at(float64(k.Flops) / s)), place(3 + 14*part), hue.class[k.Op],
			fmt.Sprintf("%s %s: %s, %s, %s of the limit", clipped(k.Op, 60), shapeText(k.Shape), durationText(k.PerRun), si.Text(float64(k.Flops)/s, "FLOP/s"), limitText(k.Share))})
	}
	v.Legend = hue.legend(ops)
	return v
}

// roofPath is the limit: the rate of memory up to the corner, then the peak.
func roofPath(p *graph.Profile, x, y axis, corner float64) string {
	first := max(pow10(x.lo), pow10(y.lo)/p.Memory)
	return fmt.Sprintf("M%s %sL%s %sL%s %s", place(x.at(first)), place(y.at(first*p.Memory)), place(x.at(corner)), place(y.at(p.Peak)), place(x.to), place(y.at(p.Peak)))
}
