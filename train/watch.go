package train

import "time"

// watch is a stopwatch. The zero value stands still.
type watch struct {
	runs  bool
	since time.Duration // from the start of the program
}

// began is about when the program began. To tell the time since then takes one reading of
// the clock, and time.Now takes two.
var began = time.Now()

// start lets it run, if it does not yet.
func (w *watch) start() {
	if !w.runs {
		w.runs, w.since = true, time.Since(began)
	}
}

// stop returns how long it has run; 0 if it stands still.
func (w *watch) stop() time.Duration {
	if !w.runs {
		return 0
	}
	w.runs = false
	return time.Since(began) - w.since
}

// pause ends the time of the steps that were made since the watch was started.
func (p *progress) pause() { p.took += p.watch.stop() }
