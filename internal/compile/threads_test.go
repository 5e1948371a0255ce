package compile

import (
	"testing"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// TestWorkersFor wants one worker where the work between two waits is next to
// nothing, all of them where it is plenty, and what was asked for in any case.
func TestWorkersFor(t *testing.T) {
	w := pool.Of(2)
	if w.Handoff() == 0 {
		t.Skip("the other worker did not answer")
	}
	for _, c := range []struct {
		between     float64
		asked, want int
	}{{1, 0, 1}, {1e9, 0, 2}, {1, 2, 2}} {
		if got := WorkersFor(&exec.Plan{Between: c.between}, w, c.asked).Workers(); got != c.want {
			t.Errorf("%v ns, asked for %d: got %d workers, want %d", c.between, c.asked, got, c.want)
		}
	}
}
