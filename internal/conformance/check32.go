package main

import (
	"fmt"
	"math"

	"github.com/symgrad/symgrad/graph"
)

// What a float32 result may be off is measured, and not chosen for each case. A
// good algorithm in float32 gives what the exact one gives for inputs that are off
// by some roundings, so the float64 graph, which the listed numbers have checked,
// is run at the inputs rounded to float32 and with each input changed by two
// units in its last place in random directions: how far results go from the
// listed ones is what the condition of the case makes of a rounding.
//
//	allowed = 8·(how far they go) + (64 + steps)·2⁻²⁴·max(largest |want| of the tensor, before) + 2⁻¹²⁴
//
// The second term is for roundings on the way, of which each step of a program makes
// some. Before is the size of a derivative's terms, which cancel where nothing changes
// along an input: that of (Σ |cotangent|·|output|) over that of the input. The last
// term is for numbers too small for float32's full precision. A jump right at the
// listed inputs, as of floor at 2, is no matter of condition: it goes as far for
// changes a thousand times smaller, and allows nothing.
const (
	ulps       = 2
	trials     = 4
	epsilon    = 0x1p-24
	conditions = 8
	roundings  = 64
	tiny       = 0x1p-124
)

// check32 holds a float32 experiment to the claims, with the float64 one to measure
// the condition.
func check32(e32, e64 *experiment) error {
	got, err := e32.run(nil)
	if err != nil {
		return err
	}
	listed, err := e64.run(nil)
	if err != nil {
		return err
	}
	far, rounded, err := condition(e64, listed)
	if err != nil {
		return err
	}
	loose := e32.bench.loose.RTol
	for i, c := range e32.claims {
		if c.kink { // of sums
			far[i], rounded[i] = []float64{sum(far[i])}, []float64{sum(rounded[i])}
		}
		rounding := float64(roundings+e32.bench.steps)*epsilon + loose
		allow := func(j int, _ float64) float64 {
			return conditions*far[i][j] + rounding*max(c.want.largest(), c.before) + tiny
		}
		if c.holds(got[i], allow) == nil {
			continue
		}
		// Where the rounded inputs have another result, as beyond float32's range,
		// that is the right one: there infinity, or the largest number.
		other := claim{what: c.what, want: &array{Floats: narrowed(rounded[i])}}
		for j, g := range got[i] {
			if math.Abs(g) == math.MaxFloat32 && math.IsInf(other.want.Floats[min(j, len(other.want.Floats)-1)], 0) {
				got[i][j] = math.Copysign(math.Inf(1), g)
			}
		}
		if c.kink {
			got[i] = []float64{sum(got[i])}
		}
		err := c.holds(got[i], allow)
		if !finite(other.want.Floats) {
			err = other.holds(got[i], allow)
		}
		if err != nil {
			return fmt.Errorf("%s: %w (listed: %v)", c.what, err, c.want.Floats[:min(4, len(c.want.Floats))])
		}
	}
	return nil
}

func finite(v []float64) bool {
	for _, x := range v {
		if math.IsNaN(x - x) {
			return false
		}
	}
	return true
}

// condition measures how far results go for changed inputs, and the results at the
// inputs rounded to float32.
func condition(e *experiment, listed [][]float64) (far, rounded [][]float64, err error) {
	if rounded, err = e.run(&noise{narrow: true}); err != nil {
		return nil, nil, err
	}
	if far, err = e.farther(&noise{narrow: true, size: ulps * 2 * epsilon}, rounded); err != nil {
		return nil, nil, err
	}
	jumps, err := e.farther(&noise{narrow: true, size: ulps * 2 * epsilon / 1024}, rounded)
	if err != nil {
		return nil, nil, err
	}
	for i, v := range far {
		for j := range v {
			if jumps[i][j] > v[j]/8 {
				v[j] = 0
			}
			if d := math.Abs(rounded[i][j] - listed[i][j]); !math.IsNaN(d) && !math.IsInf(d, 0) {
				v[j] += d
			}
		}
	}
	return far, rounded, nil
}

// verdict is what became of a case in one type: neither error, it passed.
type verdict struct{ open, failed error }

// both checks a case in float64 and in float32.
func both(prepare func(d graph.DType) (*experiment, error)) (of64, of32 verdict) {
	e64, err := safely(func() (*experiment, error) { return prepare(graph.Float64) })
	if of64 = verdictOf(err); err != nil {
		return of64, of64
	}
	_, err = safely(func() (*experiment, error) { return nil, e64.check64() })
	of64 = verdictOf(err)
	_, err = safely(func() (*experiment, error) {
		e32, err := prepare(graph.Float32)
		if err == nil {
			err = check32(e32, e64)
		}
		return nil, err
	})
	return of64, verdictOf(err)
}

func verdictOf(err error) verdict {
	if unsupported(err) {
		return verdict{open: err}
	}
	return verdict{failed: err}
}

// safely turns a panic into an error.
func safely(f func() (*experiment, error)) (e *experiment, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return f()
}
