package train

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// This file cuts the examples of a call into batches and computes them.

// examples are what a call predicts for: rows of fields, or numbers.
type examples struct {
	rows []data.Rows // of each input
	flat []float64
	by   *outline // which they were read by
}

// part is some examples of one call in a batch.
type part struct {
	src examples
	lo  int       // the first one
	n   int       // how many
	out []float64 // their outputs
	at  int       // where they lie in the batch
	err error     // what is wrong with them, or with the batch
}

// compute returns the outputs of the n examples.
func (p *Predictor) compute(ctx context.Context, src examples, n int) ([]float64, error) {
	out := make([]float64, n*src.by.out)
	var err error
	switch {
	case n <= p.o.Gather.Examples && p.o.Gather.Examples > 1:
		err = p.gather(ctx, &part{src: src, n: n, out: out})
	case n <= p.o.BatchSize:
		err = p.batch(ctx, nil, &part{src: src, n: n, out: out})
	default:
		err = p.over(ctx, src, n, out)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// over computes the n examples in several batches, as many at the same time as there may be.
func (p *Predictor) over(ctx context.Context, src examples, n int, out []float64) error {
	v := p.versions.take()
	defer p.versions.done(v)
	batches := (n-1)/p.o.BatchSize + 1
	var next, bad atomic.Int64 // the next batch, and the first one that failed
	bad.Store(int64(batches))
	failed := make([]error, batches)
	var wait sync.WaitGroup
	for range min(batches, p.o.Parallel) {
		wait.Go(func() {
			for {
				i := next.Add(1) - 1
				if i >= bad.Load() { // no batch after one that failed is of use
					return
				}
				lo := int(i) * p.o.BatchSize
				hi := min(n, lo+p.o.BatchSize)
				if err := p.batch(ctx, v, &part{src: src, lo: lo, n: hi - lo, out: out[lo*src.by.out : hi*src.by.out]}); err != nil {
					failed[i] = errors.WithMessagef(err, "examples %d to %d", lo, hi-1)
					for b := bad.Load(); i < b && !bad.CompareAndSwap(b, i); b = bad.Load() {
					}
				}
			}
		})
	}
	wait.Wait()
	if i := int(bad.Load()); i < batches {
		return failed[i]
	}
	return nil
}

// batch computes the examples of one part, with the parameters of now if v is nil.
func (p *Predictor) batch(ctx context.Context, v *version, x *part) error {
	if err := p.runners.wait(ctx); err != nil {
		return err
	}
	defer p.runners.leave()
	if v == nil {
		v = p.versions.take()
		defer p.versions.done(v)
	}
	if err := p.runOne(v, x.n, x); err != nil {
		return err
	}
	return x.err
}

// runOne computes the parts, n examples in all, with the parameters v. The error is that of all.
func (p *Predictor) runOne(v *version, n int, parts ...*part) error {
	r, err := p.runner(v, n)
	if err != nil {
		return err
	}
	err = try("Predictor", func() error { p.run(r, parts...); return nil })
	if err == nil { // after a panic its memory may be anything
		p.runners.put(r)
	}
	return err
}

// run computes the parts with one run. Where that fails for several, each has one of its own.
func (p *Predictor) run(r *runner, parts ...*part) {
	n := 0
	for _, x := range parts {
		x.at = n
		if x.src.by != r.by {
			x.err = errRenewed
			continue
		}
		if x.err = p.feed(r, x); x.err == nil {
			n += x.n
		}
	}
	if n == 0 {
		return
	}
	if err := p.runFed(r, n, parts[0].lo); err != nil {
		if len(parts) == 1 {
			parts[0].err = err
			return
		}
		for _, x := range parts {
			p.run(r, x)
		}
		return
	}
	for _, x := range parts {
		if x.err == nil {
			x.err = p.read(r, x)
		}
	}
}

// runFed runs the program on the n examples that are in its memory.
func (p *Predictor) runFed(r *runner, n, step int) error {
	for i := range r.feeds {
		f := &r.feeds[i]
		f.fill(n)
		if f.ints != nil {
			if err := f.labels.Set(f.ints); err != nil {
				return errors.WithMessagef(err, "input %q of the model", r.by.model[i].Name)
			}
		}
	}
	r.prog.SetStep(step)
	return r.prog.Run()
}

// read takes the outputs of a part, back in the units of the target.
func (p *Predictor) read(r *runner, x *part) error {
	r.read(x.out, x.at*r.by.out)
	if !p.o.AllowNonFiniteInputs && !vec.F64.AllFinite(x.out) {
		if err := r.by.badInput(x); err != nil {
			return err
		}
	}
	for _, s := range r.by.recipe.undo {
		if err := s.Inverse(x.out); err != nil {
			return errors.WithMessage(err, "the recipe of the target")
		}
	}
	return nil
}

// badInput returns the error about the first input that is not finite, of an example whose output is
// not finite; nil if there is none.
func (by *outline) badInput(x *part) error {
	for k := range x.n {
		if vec.F64.AllFinite(x.out[k*by.out : (k+1)*by.out]) {
			continue
		}
		row := x.lo + k
		for i, in := range by.model {
			if in.Integers {
				continue
			}
			from := data.Origin{Row: row}
			var values []float64
			if x.src.rows == nil {
				values = by.part(x.src.flat, row, i)
			} else {
				from = x.src.rows[i].Origin(row)
				values = make([]float64, x.src.rows[i].Size())
				if err := x.src.rows[i].F64(values, []int{row}); err != nil {
					return err
				}
			}
			e := slices.IndexFunc(values, func(v float64) bool { return !isFinite(v) })
			if e < 0 {
				continue
			}
			bad := numberError("input", data.Field{Name: in.Name, Shape: in.Shape, Columns: in.Columns}, row, e, values[e], from)
			bad.makes = ", which makes the output NaN or infinite"
			bad.remedy += "; PredictorOptions.AllowNonFiniteInputs returns the output as it is"
			return bad
		}
	}
	return nil
}

// feed puts the examples of a part into the memory of the program.
func (p *Predictor) feed(r *runner, x *part) error {
	for i := range r.feeds {
		if err := r.by.feedInput(&r.feeds[i], i, x); err != nil {
			return errors.WithMessagef(err, "input %q of the model", r.by.model[i].Name)
		}
	}
	return nil
}

// feedInput gives input i the examples of a part.
func (k *outline) feedInput(f *inputFeed, i int, x *part) error {
	at, end := x.at*f.size, (x.at+x.n)*f.size
	rows := x.src.rows
	switch {
	case f.ints != nil && rows != nil:
		return rows[i].Ints(f.ints[at:end], f.index(x.lo, x.n))
	case f.ints != nil:
		return k.integers(f.ints[at:end], i, x.src.flat, x.lo)
	case rows != nil && len(k.recipe.steps[i]) == 0 && f.f32 != nil:
		return rows[i].F32(f.f32[at:end], f.index(x.lo, x.n))
	case rows != nil:
		if err := rows[i].F64(f.f64[at:end], f.index(x.lo, x.n)); err != nil {
			return err
		}
	case f.f32 != nil && len(k.recipe.steps[i]) == 0 && k.info.Inputs[i].Scale == 0:
		return k.rounded(f.f32[at:end], i, x.src.flat, x.lo)
	default:
		k.numbers(f.f64[at:end], i, x.src.flat, x.lo)
	}
	for _, s := range k.recipe.steps[i] {
		if err := s.Transform(f.f64[at:end]); err != nil {
			return err
		}
	}
	if f.f32 != nil {
		return round(f.f32[at:end], f.f64[at:end])
	}
	return nil
}

// part returns the elements of input i in row r of flat rows.
func (k *outline) part(flat []float64, r, i int) []float64 {
	at := r * k.width
	for _, n := range k.sizes[:i] {
		at += n
	}
	return flat[at : at+k.sizes[i]]
}

// numbers copies input i of the rows from lo on, with the Scale and Shift of its field.
func (k *outline) numbers(dst []float64, i int, flat []float64, lo int) {
	in := &k.info.Inputs[i]
	for len(dst) > 0 {
		n := copy(dst, k.part(flat, lo, i))
		if in.Scale != 0 {
			for e, v := range dst[:n] {
				dst[e] = float64(v*in.Scale) + in.Shift
			}
		}
		dst = dst[n:]
		lo++
	}
}

// rounded rounds input i of the rows from lo on.
func (k *outline) rounded(dst []float32, i int, flat []float64, lo int) error {
	for len(dst) > 0 {
		v := k.part(flat, lo, i)
		if err := round(dst[:len(v)], v); err != nil {
			return errors.WithMessagef(err, "row %d", lo)
		}
		dst = dst[len(v):]
		lo++
	}
	return nil
}

// round rounds numbers to float32, which must be in its range.
func round(dst []float32, src []float64) error {
	if i := vec.Narrow(dst, src); i >= 0 {
		return mistake.Newf(ErrNotFinite, "element %d: got %v, want a number in the range of float32", i, src[i])
	}
	return nil
}

// integers copies input i of the rows from lo on.
func (k *outline) integers(dst []int, i int, flat []float64, lo int) error {
	below := float64(k.info.Inputs[i].Below)
	for len(dst) > 0 {
		for e, v := range k.part(flat, lo, i) {
			switch {
			case v != math.Trunc(v) || math.Abs(v) > math.MaxInt32:
				return mistake.Optionf("row %d, element %d: got %v, want an integer", lo, e, v)
			case below > 0 && (v < 0 || v >= below):
				return mistake.Optionf("row %d, element %d: got the index %v, want one in [0, %v)", lo, e, v, below)
			}
			dst[e] = int(v)
		}
		dst = dst[k.sizes[i]:]
		lo++
	}
	return nil
}
