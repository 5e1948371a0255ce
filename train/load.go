package train

import (
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/safetensors"
)

// Load reads parameters and states from a safetensors or npz file, written by Save or by any
// other library. The format is known by the content. The file must have exactly those of p,
// with their shapes, of type F64, F32, F16 or BF16; they are rounded to the type of p. Of a
// file of Trainer.Save it reads parameters and states as the training's own Predict had them:
// the best ones where EarlyStopping had put them back, an average of EMA or SWA.
//
// The names and shapes are compared before memory for the data is allocated or anything is
// inflated, and everything is checked before p changes.
//
// Errors: ErrNotBuilt if p has no parameters yet, ErrOption for a nil p; ErrFormat and
// ErrChecksum for a file that is of neither format or is damaged; ErrParameters, with all
// differences; ErrNotFinite for NaN, an infinity, or a number that the type of p cannot
// hold, with tensor and index; those of the file system.
func Load(path string, p *graph.Params) error {
	_, err := loadInto(weightsPath(path), p, LoadOptions{})
	return errors.Wrap(err, "train: Load")
}

// LoadWith is Load with settings. It returns what was loaded.
// Errors: those of Load; ErrOption for settings without a meaning; a function of the
// settings that panics is a *PanicError.
func LoadWith(path string, p *graph.Params, o LoadOptions) (LoadReport, error) {
	report, err := loadInto(weightsPath(path), p, o)
	return report, errors.Wrap(err, "train: LoadWith")
}

// LoadFrom is LoadWith for what r reads, to its end. A safetensors file is read as it comes.
// An npz file is read into memory first, up to LoadOptions.MaxBytes. Errors: as LoadWith, and
// those of r.
func LoadFrom(r io.Reader, p *graph.Params, o LoadOptions) (LoadReport, error) {
	report, err := loadInto(weightsReader(r), p, o)
	return report, errors.Wrap(err, "train: LoadFrom")
}

// LoadFS is LoadWith for a file of fsys, such as an embed.FS. Errors: as LoadWith.
func LoadFS(fsys fs.FS, name string, p *graph.Params, o LoadOptions) (LoadReport, error) {
	report, err := loadInto(weightsFS(fsys, name), p, o)
	return report, errors.Wrap(err, "train: LoadFS")
}

func loadInto(open weightsSource, p *graph.Params, o LoadOptions) (report LoadReport, err error) {
	if err := built(p); err != nil {
		return LoadReport{}, err
	}
	if err := o.settle(p); err != nil {
		return LoadReport{}, err
	}
	err = open(o, func(w weights) error {
		var l *loading
		if err := try("LoadOptions", func() (err error) { l, err = planLoading(w, p, o); return err }); err != nil {
			return err
		}
		report = l.report
		if p.DType() == graph.Float32 {
			f32, _ := p.Flat32()
			return loadAll(l, f32, p.State32())
		}
		f64, _ := p.Flat64()
		return loadAll(l, f64, p.State64())
	})
	if err != nil {
		return LoadReport{}, err
	}
	return report, nil
}

// loading is a file with what of it goes where.
type loading struct {
	w      weights
	o      LoadOptions
	tasks  []loadTask // in the order of the file
	report LoadReport
}

// loadTask is a tensor of a file and where it goes.
type loadTask struct {
	tensor    safetensors.Tensor
	to        *graph.Param
	transpose bool
}

// planLoading compares the file with p.
func planLoading(w weights, p *graph.Params, o LoadOptions) (*loading, error) {
	l := &loading{w: w, o: o}
	found := map[string]safetensors.Tensor{}
	var wrong, extra []string
	bad := map[string]string{} // what is wrong with the tensor that was found
	run := w.run()
	for _, t := range w.tensors() {
		name := o.nameOf(t.Name, run)
		q := p.Get(name)
		switch other, twice := found[name]; {
		case name == "" || q != nil && !o.matches(q):
			continue
		case q == nil:
			l.report.Unexpected = append(l.report.Unexpected, t.Name)
			extra = append(extra, fmt.Sprintf("%q: got a tensor, want none: the model has no parameter or state %s", t.Name, renamed("of this name", t.Name, name)))
			continue
		case twice:
			wrong = append(wrong, fmt.Sprintf("%q: got the tensors %q and %q, want one", name, other.Name, t.Name))
			continue
		}
		found[name] = t
		task := loadTask{tensor: t, to: q}
		task.transpose = o.Convert == nil && o.Transpose != nil && len(t.Shape) == 2 && o.Transpose(name)
		bad[name] = task.differs(o)
		l.tasks = append(l.tasks, task)
	}
	none := o.Partial && len(l.tasks) == 0
	if none {
		wrong = append(wrong, "got nothing in common with the model")
	}
	for _, q := range everything(p) {
		switch _, ok := found[q.Name]; {
		case ok:
			l.report.Loaded = append(l.report.Loaded, q.Name)
			if bad[q.Name] != "" {
				wrong = append(wrong, bad[q.Name])
			}
		case o.matches(q):
			l.report.Missing = append(l.report.Missing, q.Name)
			if !o.Partial || none {
				wrong = append(wrong, fmt.Sprintf("%q: got no such tensor, want one with the shape %v", q.Name, ir.Shape(q.Shape)))
			}
		}
	}
	if !o.Partial || none {
		wrong = append(wrong, extra...)
	}
	if len(wrong) > 0 {
		return nil, mistake.Newf(ErrParameters, "%v: %s", ErrParameters, strings.Join(wrong, "; "))
	}
	return l, nil
}

// nameOf returns the name in the model for that of a tensor; "" for none. run is that
// of the file.
func (o LoadOptions) nameOf(name string, run func(string) (string, bool)) string {
	name, ok := strings.CutPrefix(name, o.Prefix)
	if ok && run != nil && o.Prefix == "" {
		name, ok = run(name)
	}
	if ok && o.Rename != nil {
		return o.Rename(name)
	}
	if !ok {
		return ""
	}
	return name
}

// matches reports whether q is to be loaded.
func (o LoadOptions) matches(q *graph.Param) bool { return o.Match == nil || q.Matches(o.Match...) }

// renamed returns text, or the new name if there is one.
func renamed(text, name, to string) string {
	if name == to {
		return text
	}
	return fmt.Sprintf("%q", to)
}

// differs returns what keeps the tensor from going where it should; "" for nothing.
func (x loadTask) differs(o LoadOptions) string {
	shape := x.tensor.Shape
	if x.transpose {
		shape = []int{shape[1], shape[0]}
	}
	name := fmt.Sprintf("%q", x.to.Name)
	if x.tensor.Name != x.to.Name {
		name = fmt.Sprintf("%q, for %q", x.tensor.Name, x.to.Name)
	}
	switch {
	case o.Convert == nil && !slices.Equal(shape, x.to.Shape):
		said := ""
		if x.transpose {
			said = " transposed"
		}
		return fmt.Sprintf("%s: got the shape %v%s, want %v", name, ir.Shape(shape), said, ir.Shape(x.to.Shape))
	case !slices.Contains(safetensors.Floats(), x.tensor.DType):
		return fmt.Sprintf("%s: got elements of type %s, want one of %s", name, x.tensor.DType, strings.Join(safetensors.Floats(), ", "))
	}
	return ""
}

// loadAll reads and checks all tensors, and then changes the memory of parameters and
// states.
func loadAll[T Float](l *loading, params, states []T) error {
	values := make([][]T, len(l.tasks))
	var wrong []string
	for i, x := range l.tasks {
		v, text, err := loadTensor[T](l, x)
		if err != nil {
			return err
		}
		if text != "" {
			wrong = append(wrong, text)
		}
		values[i] = v
	}
	if len(wrong) > 0 {
		return mistake.Newf(ErrParameters, "%v: %s", ErrParameters, strings.Join(wrong, "; "))
	}
	if err := l.w.finish(); err != nil {
		return err
	}
	for i, x := range l.tasks {
		into := params
		if x.to.State {
			into = states
		}
		copy(elements(into, x.to), values[i])
	}
	return nil
}

// loadTensor returns the elements of a tensor as the model has them. wrong says what keeps a
// converted one from being such.
func loadTensor[T Float](l *loading, x loadTask) (v []T, wrong string, err error) {
	if l.o.Convert != nil {
		if v, wrong, err = convert[T](l, x); err != nil || wrong != "" {
			return nil, wrong, err
		}
	} else {
		v = make([]T, x.to.Size())
		if err := readWeights(l.w, x.tensor.Name, v); err != nil {
			return nil, "", err
		}
	}
	if x.transpose {
		v = transposed(v, x.tensor.Shape)
	}
	if !l.o.AllowNonFinite {
		if i, bad := firstWild(v); i >= 0 {
			return nil, "", mistake.Newf(ErrNotFinite, "tensor %q: element %d: got %v, want a finite number (LoadOptions.AllowNonFinite reads it)", x.tensor.Name, i, bad)
		}
	}
	return v, "", nil
}

// convert returns what LoadOptions.Convert makes of a tensor.
func convert[T Float](l *loading, x loadTask) (v []T, wrong string, err error) {
	size := 1
	for _, n := range x.tensor.Shape {
		size *= n // which the file's reader has checked
	}
	if int64(size) > l.o.MaxBytes/8 {
		return nil, "", mistake.Newf(ErrFormat, "tensor %q: got %d elements to convert, want at most LoadOptions.MaxBytes, %d bytes, as float64", x.tensor.Name, size, l.o.MaxBytes)
	}
	wide := make([]float64, size)
	if err := l.w.read64(x.tensor.Name, wide); err != nil {
		return nil, "", err
	}
	var shape []int
	err = try("LoadOptions.Convert", func() (err error) {
		shape, wide, err = l.o.Convert(x.to.Name, slices.Clone(x.tensor.Shape), wide)
		return err
	})
	var panicked *PanicError
	switch {
	case errors.As(err, &panicked):
		return nil, "", err
	case err != nil:
		return nil, fmt.Sprintf("%q: Convert: %v", x.to.Name, err), nil
	case !slices.Equal(shape, x.to.Shape):
		return nil, fmt.Sprintf("%q: Convert: got the shape %v, want %v", x.to.Name, ir.Shape(shape), ir.Shape(x.to.Shape)), nil
	case len(wide) != x.to.Size():
		return nil, fmt.Sprintf("%q: Convert: got %d elements, want %d", x.to.Name, len(wide), x.to.Size()), nil
	}
	v = make([]T, len(wide))
	for i, e := range wide {
		if v[i] = T(e); isFinite(e) && !isFinite(float64(v[i])) {
			return nil, "", mistake.Newf(ErrNotFinite, "tensor %q: element %d: got %v, want a number that float32 can hold", x.tensor.Name, i, e)
		}
	}
	return v, "", nil
}

// transposed returns the elements of a matrix of the given shape with its axes exchanged.
func transposed[T Float](v []T, shape []int) []T {
	rows, columns := shape[0], shape[1]
	out := make([]T, len(v))
	const block = 32 // that both sides stay in the cache
	for i0 := 0; i0 < rows; i0 += block {
		for j0 := 0; j0 < columns; j0 += block {
			for i := i0; i < min(i0+block, rows); i++ {
				for j := j0; j < min(j0+block, columns); j++ {
					out[j*rows+i] = v[i*columns+j]
				}
			}
		}
	}
	return out
}
