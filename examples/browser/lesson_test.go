package main

import (
	"context"
	"math"
	"slices"
	"testing"
)

// learn returns how a training ends, and how often it was shown.
func learn(t *testing.T, s settings) (last *progress, shown int) {
	t.Helper()
	l, err := newLesson(s)
	if err != nil {
		t.Fatal(err)
	}
	err = l.run(t.Context(), func(step int) bool { return step%100 == 0 }, func(_ context.Context, p *progress) error {
		last = p
		shown++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return last, shown
}

// TestLesson: hidden neurons of each activation learn XOR; a linear model does not, but learns AND.
func TestLesson(t *testing.T) {
	xor, and := []float64{0, 1, 1, 0}, []float64{0, 0, 0, 1}
	for _, c := range []struct {
		s     settings
		right int
	}{
		{settings{hidden: 4, activation: "tanh", rate: 0.03, seed: 1, wanted: xor}, 4},
		{settings{hidden: 8, activation: "relu", rate: 0.03, seed: 1, wanted: xor}, 4},
		{settings{hidden: 4, activation: "sigmoid", rate: 0.1, seed: 1, wanted: xor}, 4},
		{settings{rate: 0.03, seed: 1, wanted: xor}, -1},
		{settings{rate: 0.03, seed: 1, wanted: and}, 4},
	} {
		p, shown := learn(t, c.s)
		right := 0
		for i, x := range p.outputs {
			if (x > 0.5) == (c.s.wanted[i] == 1) {
				right++
			}
		}
		if c.right >= 0 && right != c.right || c.right < 0 && right == 4 {
			t.Errorf("%+v: got %v", c.s, p.outputs)
		}
		if p.step != mostSteps || shown != mostSteps/100 || len(p.surface) != side*side || len(p.losses) != 100 {
			t.Errorf("%+v: got %d steps, shown %d times, %d points and %d losses", c.s, p.step, shown, len(p.surface), len(p.losses))
		}
		if again, _ := learn(t, c.s); !slices.Equal(again.surface, p.surface) {
			t.Errorf("%+v: a second training has other bits", c.s)
		}
	}
}

// TestSurface: the points of the plane are where they are drawn. AND is 1 at the top on the right.
func TestSurface(t *testing.T) {
	p, _ := learn(t, settings{rate: 0.1, seed: 1, wanted: []float64{0, 1, 0, 0}}) // 1 at (0, 1) alone
	at := func(x, y float64) float64 {
		column, row := int((x-low)/(high-low)*side), side-1-int((y-low)/(high-low)*side)
		return p.surface[row*side+column]
	}
	for i, want := range p.outputs {
		x, y := corners[2*i], corners[2*i+1]
		if got := at(x, y); math.Abs(got-want) > 0.15 || (got > 0.5) != (want > 0.5) {
			t.Errorf("at (%v, %v): got %v on the plane and %v at the corner", x, y, got, want)
		}
	}
}

func TestSettings(t *testing.T) {
	for _, s := range []settings{
		{hidden: 4, activation: "tanh", rate: 0.1, wanted: []float64{0, 1}},
		{hidden: 4, activation: "none", rate: 0.1, wanted: []float64{0, 1, 1, 0}},
		{hidden: -1, activation: "tanh", rate: 0.1, wanted: []float64{0, 1, 1, 0}},
		{hidden: 4, activation: "tanh", rate: math.NaN(), wanted: []float64{0, 1, 1, 0}},
	} {
		if _, err := newLesson(s); err == nil {
			t.Errorf("%+v: got no error", s)
		}
	}
}
