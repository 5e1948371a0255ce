package train

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// progress writes how far a Fit is. On a terminal it is one line that changes
// ten times a second at most; elsewhere one line for each epoch.
type progress struct {
	w         io.Writer
	terminal  bool
	epochs    int
	total     int // steps in all
	done      int // steps
	examples  int
	epochNow  int
	start     time.Time
	shown     time.Time
	width     int // of the line on the terminal
	lastEpoch string
}

func newProgress(w io.Writer, epochs, steps int) *progress {
	p := &progress{w: w, epochs: epochs, total: epochs * steps, start: time.Now()}
	if f, ok := w.(*os.File); ok {
		if s, err := f.Stat(); err == nil {
			p.terminal = s.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
		}
	}
	return p
}

func (p *progress) step(loss float64, n int) {
	p.done++
	p.examples += n
	if p.w == nil || !p.terminal {
		return
	}
	now := time.Now()
	if now.Sub(p.shown) < 100*time.Millisecond {
		return
	}
	p.shown = now
	gone := now.Sub(p.start)
	left := time.Duration(float64(gone) / float64(p.done) * float64(p.total-p.done))
	p.line(fmt.Sprintf("epoch %d/%d  loss %.4f  %s  %.0f examples/s  %s left",
		p.epochNow+1, p.epochs, loss, p.lastEpoch, float64(p.examples)/gone.Seconds(), left.Round(time.Second)))
}

// epoch reports a finished epoch.
func (p *progress) epoch(e Epoch) {
	p.epochNow++
	if p.w == nil {
		return
	}
	var b strings.Builder
	if e.Validation != nil {
		fmt.Fprintf(&b, "validation %.4f ", *e.Validation)
	}
	for _, m := range e.Metrics {
		fmt.Fprintf(&b, "%s %.4f ", m.Name, m.Value)
	}
	p.lastEpoch = strings.TrimSpace(b.String())
	if !p.terminal {
		fmt.Fprintf(p.w, "epoch %d/%d  loss %.4f  %s  %.0f examples/s\n", p.epochNow, p.epochs, e.Loss, p.lastEpoch,
			float64(p.examples)/max(time.Since(p.start).Seconds(), 1e-9))
	}
}

// line replaces what stands on the terminal's line.
func (p *progress) line(s string) {
	fmt.Fprintf(p.w, "\r%-*s", p.width, s)
	p.width = len(s)
}

func (p *progress) end() {
	if p.w != nil && p.terminal && p.width > 0 {
		p.line("")
		fmt.Fprint(p.w, "\r")
	}
}
