package train

import (
	"strings"
	"testing"
	"time"
)

// TestRate: the examples in a second are those of the epoch, not of all epochs before it.
func TestRate(t *testing.T) {
	var text strings.Builder
	p := newBar(&text, 0, 2, 1, 0)
	for _, took := range []time.Duration{time.Second, 4 * time.Second} {
		p.examples, p.took = p.examples+1000, p.took+took
		p.epoch(Epoch{Loss: 1})
	}
	if want := "epoch 1/2  loss 1.0000  1000 examples/s\nepoch 2/2  loss 1.0000  250 examples/s\n"; text.String() != want {
		t.Errorf("got %q, want %q", &text, want)
	}
}
