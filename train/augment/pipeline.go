package augment

import (
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/kernel/draw"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// stream tells these random numbers from those of graphs with the same seed, whose streams
// are small.
const stream = 1 << 30

// Pipeline applies the transforms of one field to the rows of batches. It is for one
// goroutine, and allocates nothing after NewPipeline.
type Pipeline struct {
	list []Transform
	seed uint64
	size int       // of one row
	wide []float64 // one row of a batch of float32
	x    Example
}

// NewPipeline returns a Pipeline for the field. ints says that batches hold integers and
// not numbers.
//
// Errors: ErrOption for a nil Transform; those of the transforms' Check.
func NewPipeline(f data.Field, ints bool, list []Transform, seed uint64) (*Pipeline, error) {
	n := f.Size()
	p := &Pipeline{list: slices.Clone(list), seed: seed, size: n, x: Example{Shape: slices.Clone(f.Shape)}}
	if ints {
		p.x.Ints = make([]int, n)
	} else {
		p.wide, p.x.spare = make([]float64, n), make([]float64, n)
		p.x.Values = p.wide
	}
	for i, t := range p.list {
		err := error(nil)
		if t == nil {
			err = mistake.Optionf("transform %d: got nil, want a Transform", i)
		} else {
			err = t.Check(&p.x)
		}
		if err != nil {
			return nil, errors.Wrapf(err, "augment: field %q", f.Name)
		}
	}
	return p, nil
}

// F64 changes the rows of a batch in place: row i is the example index[i].
func (p *Pipeline) F64(batch []float64, index []int, epoch int) {
	n := p.size
	for i, example := range index {
		p.x.Values = batch[i*n : (i+1)*n : (i+1)*n]
		p.apply(example, epoch)
	}
}

// F32 is F64 for a batch of float32. The transforms compute in float64.
func (p *Pipeline) F32(batch []float32, index []int, epoch int) {
	n := p.size
	for i, example := range index {
		row := batch[i*n : (i+1)*n]
		for k, v := range row {
			p.wide[k] = float64(v)
		}
		p.x.Values = p.wide
		p.apply(example, epoch)
		for k, v := range p.wide {
			row[k] = float32(v)
		}
	}
}

// Ints is F64 for a batch of integers.
func (p *Pipeline) Ints(batch []int, index []int, epoch int) {
	n := p.size
	for i, example := range index {
		p.x.Ints = batch[i*n : (i+1)*n : (i+1)*n]
		p.apply(example, epoch)
	}
}

// apply applies the transforms to x, which is the example.
func (p *Pipeline) apply(example, epoch int) {
	base := draw.Key(p.seed, stream, epoch)
	for i, t := range p.list {
		p.x.key, p.x.drawn = draw.Key(base, i, example), 0
		t.Apply(&p.x)
	}
}
