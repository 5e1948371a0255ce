package train

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"
	"unicode/utf8"
)

// bar reports the progress of a Fit. A terminal shows one line that changes at most ten
// times a second and stays when the Fit ends. Other writers get one line for each
// epoch. What cannot be written is lost.
type bar struct {
	w        io.Writer // nil: nowhere
	terminal *os.File  // nil: w is not a terminal
	now      int       // the present epoch of the trainer, from 1
	goal     int       // the last one
	steps    int       // of an epoch
	at       int       // steps made of the present one

	examples, done int           // in this Fit; done counts steps
	took           time.Duration // for them, without evaluations
	since          time.Time     // when the present run of steps began
	shown          time.Time
	width          int      // of the text on the terminal's line
	measured       string   // of the last epoch
	begun          struct { // what was done before the present epoch
		examples int
		took     time.Duration
	}
}

// newBar returns a bar for a Fit to epoch goal, when the given number of epochs are
// complete and the first at steps of the next one are made.
func newBar(w io.Writer, epoch, goal, steps, at int) *bar {
	p := &bar{w: w, now: epoch + 1, goal: goal, steps: steps, at: at}
	if f, ok := w.(*os.File); ok && f != nil && os.Getenv("TERM") != "dumb" && !underMPI() && columns(f) > 0 {
		p.terminal = f
	}
	return p
}

// underMPI reports whether a launcher of MPI has started the process. That of Open MPI gives each
// process a terminal, wherever it writes itself.
func underMPI() bool {
	return os.Getenv("OMPI_COMM_WORLD_RANK") != "" || os.Getenv("PMIX_RANK") != "" || os.Getenv("PMI_RANK") != ""
}

// notes writes a line for each note.
func (p *bar) notes(list []string) {
	if p == nil || p.w == nil {
		return
	}
	if len(list) > 0 && p.width > 0 { // below the line of a terminal
		fmt.Fprintln(p.w)
		p.width = 0
	}
	for _, n := range list {
		fmt.Fprintln(p.w, "note: "+n)
	}
}

// goesOn writes where the Fit goes on, unless it begins.
func (p *bar) goesOn(at Position) {
	switch {
	case at.Step == 0:
	case at.Epoch >= p.goal:
		p.notes([]string{fmt.Sprintf("all %d epochs are made", p.goal)})
	default:
		p.notes([]string{fmt.Sprintf("goes on after %d steps, in epoch %d", at.Step, at.Epoch+1)})
	}
}

// start and stop enclose a run of steps.
func (p *bar) start() { p.since = time.Now() }
func (p *bar) stop()  { p.took += time.Since(p.since) }

// step reports a step on n examples.
func (p *bar) step(loss float64, n int) {
	if p.w == nil {
		return
	}
	p.at++
	p.done++
	p.examples += n
	if p.terminal == nil {
		return
	}
	now := time.Now()
	if now.Sub(p.shown) < 100*time.Millisecond {
		return
	}
	p.shown = now
	took := p.took + now.Sub(p.since)
	left := float64(p.goal-p.now+1)*float64(p.steps) - float64(p.at)
	rest := time.Duration(min(float64(took)/float64(p.done)*left, math.MaxInt64/2)).Round(time.Second)
	p.line(fmt.Sprintf("%s  %v left", p.summary(loss, took), rest))
}

// summary returns the line about the present epoch, with its examples in a second; all steps of the Fit
// have taken the time took.
func (p *bar) summary(loss float64, took time.Duration) string {
	s := fmt.Sprintf("epoch %d/%d  loss %.4f", p.now, p.goal, loss)
	if p.measured != "" {
		s += "  " + p.measured
	}
	if n, d := p.examples-p.begun.examples, took-p.begun.took; d > 0 && n > 0 {
		s += fmt.Sprintf("  %.0f examples/s", float64(n)/d.Seconds())
	}
	return s
}

// epoch reports a finished epoch.
func (p *bar) epoch(e Epoch) {
	if p.w == nil {
		return
	}
	var parts []string
	if e.Validation != nil {
		parts = append(parts, fmt.Sprintf("validation %.4f", *e.Validation))
	}
	for _, m := range e.Metrics {
		parts = append(parts, fmt.Sprintf("%s %.4f", m.Name, m.Value))
	}
	p.measured = strings.Join(parts, " ")
	text := p.summary(e.Loss, p.took)
	if p.terminal != nil {
		p.line(text)
	} else {
		fmt.Fprintln(p.w, text)
	}
	p.now++
	p.at = 0
	p.begun.examples, p.begun.took = p.examples, p.took
}

// line replaces the text on the terminal's line by s, cut to its width.
func (p *bar) line(s string) {
	s = fit(s, columns(p.terminal)-1) // a full line may move the cursor to the next one
	n := utf8.RuneCountInString(s)
	fmt.Fprintf(p.w, "\r%s%s", s, strings.Repeat(" ", max(0, p.width-n)))
	p.width = n
}

// fit returns s, cut to the width in characters.
func fit(s string, width int) string {
	if r := []rune(s); len(r) > max(0, width) {
		return string(r[:max(0, width)])
	}
	return s
}

// end leaves the text on the terminal's line and goes to the next one.
func (p *bar) end() {
	if p.terminal != nil && p.width > 0 {
		fmt.Fprintln(p.w)
	}
}
