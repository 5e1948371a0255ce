package schedule

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/internal/enum"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Cyclic goes up from Min to Max in Up steps, down again in Down steps, and so on:
//
//	rate = Min + (Max − Min)·height·scale
//
// where height is the position on the triangle, from 0 to 1. The scale is 1 for Triangular,
// 2^−(cycles complete) for Triangular2, and Factor^step for ExpRange.
//
// Source: Smith 2017 (cyclical learning rates). It is PyTorch's CyclicLR. The momentum of the
// optimizer stays as it is.
type Cyclic struct {
	Min    float64 // at least 0; default 0
	Max    float64 // at least Min; default 0.001
	Up     int     // steps; at least 1; default 2000
	Down   int     // steps; at least 1; default Up
	Mode   Shape   // default Triangular
	Factor float64 // of ExpRange; at least 0; default 1; train.Zero for 0
}

// At returns the learning rate of the step at m.
func (s Cyclic) At(m Moment) float64 {
	up := s.Up
	if up < 1 {
		up = 2000
	}
	down := s.Down
	if down < 1 {
		down = up
	}
	cycle, at := m.Step/(up+down), m.Step%(up+down)
	height := float64(at) / float64(up)
	if at > up {
		height = float64(up+down-at) / float64(down)
	}
	scale := 1.0
	switch s.Mode {
	case Triangular2:
		scale = math.Pow(2, -float64(cycle))
	case ExpRange:
		scale = math.Pow(or(s.Factor, 1), float64(m.Step))
	}
	return s.Min + (or(s.Max, usual)-s.Min)*height*scale
}

// Validate returns an ErrOption for settings out of range.
func (s Cyclic) Validate() error {
	err := cmp.Or(notNegative("Cyclic.Min", s.Min), notNegative("Cyclic.Max", s.Max), atLeast(0, "Cyclic.Up", s.Up),
		atLeast(0, "Cyclic.Down", s.Down), notNegative("Cyclic.Factor", s.Factor))
	switch {
	case err != nil:
		return err
	case s.Min > or(s.Max, usual):
		return mistake.Optionf("Cyclic.Min: got %v, want at most Max, %v", s.Min, or(s.Max, usual))
	case s.Mode > ExpRange:
		return mistake.Optionf("Cyclic.Mode: got %v, want Triangular, Triangular2 or ExpRange", s.Mode)
	}
	return nil
}

// Shape says how the triangles of Cyclic change from cycle to cycle.
type Shape uint8

// The shapes of Cyclic.
const (
	Triangular  Shape = iota // all triangles have the same height
	Triangular2              // each has half the height of the one before
	ExpRange                 // the height is multiplied by Factor at every step
)

var shapes = []string{"triangular", "triangular2", "exp_range"}

// String returns "triangular", "triangular2" or "exp_range", the names in the paper.
func (s Shape) String() string { return enum.String("shape", shapes, int(s)) }

// MarshalText returns the name. Errors: ErrOption for a Shape without one.
func (s Shape) MarshalText() ([]byte, error) { return enum.Text("shape", shapes, int(s)) }

// UnmarshalText sets s to the Shape of that name. Errors: ErrOption if there is none.
func (s *Shape) UnmarshalText(text []byte) error { return enum.Read(s, "shape", shapes, text) }
