package train_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// logs is the model mean (log x·w)², whose loss is NaN where x·w is negative.
func logs(d graph.DType) builds {
	return builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := b.Log(b.MatMul(b.Input("x", n, 4), b.Param("w", graph.Uniform(0.5, 1), 4, 1)))
		return b.Mean(b.Square(out)), out
	}}
}

// lossBecomesNaN makes three good steps and one with a loss of NaN. Fit stops with the step,
// the examples and the node, the parameters are those after the good steps, and so is the last
// checkpoint. Where a bad gradient has spoilt the parameters, the checkpoint before stays.
func lossBecomesNaN(t *testing.T) {
	set := must(t)(data.New(data.Field{Name: "x", Shape: []int{4}, Floats: []float64{1, 2, 3, 4, 2, 1, 1, 1, 1, 3, 2, 5, -1, -1, -1, -1}}))
	for _, o := range everyOptimizer {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			name, dir := fmt.Sprintf("%T%+v, %v", o, o, d), t.TempDir()
			m := logs(d)
			var good []float64
			tr := newTrainer(t, m, train.Options{Optimizer: o, Schedule: schedule.Constant(1e-4), BatchSize: 1, InOrder: true, Diagnose: true,
				Checkpoint: &train.Checkpoint{Dir: dir, Steps: 2}, Callbacks: []train.Callback{train.On(func(*train.StepEnd) error {
					good = all(m.p)
					return nil
				})}})
			h, err := tr.Fit(context.Background(), set)
			var bad *train.NotFiniteError
			if !errors.As(err, &bad) || !errors.Is(err, train.ErrNotFinite) {
				t.Fatalf("%s: got %v, want a NotFiniteError", name, err)
			}
			if bad.Step != 3 || bad.Stage != train.StageLoss || !math.IsNaN(bad.Loss) || !bad.Kept || !slices.Equal(bad.Examples, []int{3}) || h.Ended != train.EndNotFinite {
				t.Errorf("%s: got %+v and the end %v, want the loss of step 3", name, bad, h.Ended)
			}
			if n := bad.Node; n == nil || !strings.HasPrefix(n.String(), "log ") || n.Backward || !strings.HasPrefix(n.At, "faults_numbers_test.go:") {
				t.Errorf("%s: got the node %v, want the logarithm", name, n)
			}
			again := logs(d)
			back := newTrainer(t, again, train.Options{Optimizer: o, Schedule: schedule.Constant(1e-4), BatchSize: 1, InOrder: true})
			if err := back.Restore(filepath.Join(dir, "step-00000003.safetensors")); err != nil || back.Position().Step != 3 {
				t.Fatalf("%s: got %v and %d steps, want the checkpoint after 3", name, err, back.Position().Step)
			}
			sameBits(t, name, all(m.p), good)
			sameBits(t, name+", the checkpoint", all(again.p), good)
		}
	}
	dir, m := t.TempDir(), roots(graph.Float32, 3000) // too large to keep a copy
	o := train.Options{Optimizer: train.SGD{}, Schedule: schedule.Constant(1e-4), BatchSize: 1, InOrder: true, Checkpoint: &train.Checkpoint{Dir: dir, Steps: 2, Resume: true}}
	_, err := newTrainer(t, m, o).Fit(context.Background(), fourRows(t))
	var bad *train.NotFiniteError
	if !errors.As(err, &bad) || bad.Step != 3 || bad.Kept {
		t.Fatalf("got %v, want the parameters lost in step 3", err)
	}
	if got := files(t, dir); !slices.Equal(got, []string{"step-00000002.safetensors"}) {
		t.Fatalf("got the files %v, want that of step 2", got)
	}
	back := newTrainer(t, roots(graph.Float32, 3000), o)
	if _, err := back.Fit(&after{Context: context.Background()}, fourRows(t)); !errors.Is(err, context.Canceled) || back.Position().Step != 2 {
		t.Errorf("going on: got %v after %d steps, want the last good checkpoint, of step 2", err, back.Position().Step)
	}
}

// hugeRate trains with a learning rate of 1e6. Whatever the optimizer, a number that is not
// finite ends the training in the very step in which it appears, and what was before stays.
func hugeRate(t *testing.T) {
	set := must(t)(data.XY([]float64{1, 2, 3}, 1, []float64{3, 5, 8}, 1))
	refused := 0
	for _, o := range append(slices.Clone(everyOptimizer), train.LBFGS{}) {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			name := fmt.Sprintf("%T%+v, %v", o, o, d)
			m := line{graph.NewParams(d, 1)}
			steps, good := 0, []float64{0, 0}
			tr := newTrainer(t, m, train.Options{Optimizer: o, Schedule: schedule.Constant(1e6), Epochs: 60, Callbacks: []train.Callback{train.On(func(e *train.StepEnd) error {
				steps, good = e.Step, all(m.p)
				for _, x := range append(good, e.Loss) {
					if math.IsNaN(x) || math.IsInf(x, 0) {
						t.Fatalf("%s: step %d was taken, with the loss %v and the parameters %v", name, e.Step, e.Loss, good)
					}
				}
				return nil
			})}})
			_, err := tr.Fit(context.Background(), set)
			var bad *train.NotFiniteError
			switch {
			case errors.As(err, &bad):
				refused++
				if bad.Step != steps || bad.Rate != 1e6 || !bad.Kept || tr.Position().Step != steps {
					t.Errorf("%s: got %+v after %d steps, want it in the next one", name, bad, steps)
				}
				sameBits(t, name, all(m.p), good)
			case err != nil && !errors.Is(err, train.ErrNotFinite):
				t.Errorf("%s: got %v, want no other error", name, err)
			case err == nil && steps != 60:
				t.Errorf("%s: got %d steps, want 60", name, steps)
			}
			if _, plain := o.(train.SGD); plain && bad == nil {
				t.Errorf("%s: got %v, want a NotFiniteError: gradient descent diverges", name, err)
			}
		}
	}
	if refused < 10 {
		t.Errorf("got %d trainings that ended, want more", refused)
	}
}

// goodSchedules has a schedule of each kind, with settings that are taken.
var goodSchedules = []schedule.Schedule{schedule.Constant(0.1), schedule.Step{Every: 2}, schedule.MultiStep{}, schedule.Exponential{}, schedule.Linear{}, schedule.Polynomial{},
	schedule.Cosine{}, schedule.CosineRestarts{First: 2}, schedule.OneCycle{}, schedule.Cyclic{}, schedule.Noam{}, schedule.InverseRoot{}, schedule.WarmUp{}, schedule.PerEpoch{Of: schedule.Constant(0.1)},
	schedule.Scale{Of: schedule.Constant(0.1), Factor: 1}, schedule.Clamp{Of: schedule.Constant(0.1), Max: 1}, schedule.Sequence{List: []schedule.Schedule{schedule.Constant(0.1)}},
	schedule.Product{List: []schedule.Schedule{schedule.Constant(0.1)}}, schedule.Plateau{}, schedule.Func(func(int) float64 { return 0.1 })}

// typesWith returns the exported types of the Go files in dir that have the method.
func typesWith(t *testing.T, dir, method string) map[string]bool {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(list) == 0 {
		t.Skipf("the source is not there: %v", err)
	}
	types := map[string]bool{}
	for _, path := range list {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if errors.Is(err, fs.ErrNotExist) {
			t.Skip(err)
		} else if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if m, ok := d.(*ast.FuncDecl); ok && m.Name.Name == method && m.Recv != nil {
				if name, ok := m.Recv.List[0].Type.(*ast.Ident); ok && name.IsExported() {
					types[name.Name] = true
				}
			}
		}
	}
	return types
}

// spoilt returns copies of a struct, each with one number that has no meaning in one field.
func spoilt(v any) (out []any, names []string) {
	of := reflect.TypeOf(v)
	if of.Kind() != reflect.Struct {
		return nil, nil
	}
	for i := range of.NumField() {
		for _, bad := range []float64{math.NaN(), math.Inf(-1), -9} {
			c := reflect.New(of).Elem()
			c.Set(reflect.ValueOf(v))
			switch f := c.Field(i); f.Kind() {
			case reflect.Float64:
				f.SetFloat(bad)
			case reflect.Int:
				if bad != -9 {
					continue
				}
				f.SetInt(-9)
			default:
				continue
			}
			out, names = append(out, c.Interface()), append(names, fmt.Sprintf("%s.%s = %v", of.Name(), of.Field(i).Name, bad))
		}
	}
	return out, names
}

// badSettings gives each setting of each optimizer and each schedule numbers without a meaning,
// and dropout a rate of 1.5. All are refused when the Trainer or the model is made. A rate of
// 0 is taken: a warm-up may begin with it.
func badSettings(t *testing.T) {
	refused := func(name string, err error) {
		t.Helper()
		if !errors.Is(err, train.ErrOption) {
			t.Errorf("%s: got %v, want ErrOption", name, err)
		}
	}
	makes := func(o train.Options) error {
		_, err := train.New(newNet(graph.Float64, 0), o)
		return err
	}
	kinds := typesWith(t, ".", "Update")
	for _, o := range append(slices.Clone(everyOptimizer), train.LBFGS{}) {
		delete(kinds, reflect.TypeOf(o).Name())
		if inner, ok := o.(train.Wrapper); ok {
			delete(kinds, reflect.TypeOf(inner.Unwrap()).Name())
		}
		list, names := spoilt(o)
		for i, bad := range list {
			refused(names[i], makes(train.Options{Optimizer: bad.(train.Optimizer)}))
		}
	}
	delete(kinds, "MaxNorm") // below
	delete(kinds, "Rule")    // has functions and no numbers
	list, names := spoilt(train.MaxNorm{Norm: 1})
	for i, bad := range list {
		refused(names[i], makes(train.Options{Optimizer: bad.(train.Optimizer)}))
	}
	if len(kinds) > 0 {
		t.Errorf("nobody has tried the optimizers %v", kinds)
	}
	kinds = typesWith(t, "schedule", "At")
	for _, s := range goodSchedules {
		delete(kinds, reflect.TypeOf(s).Name())
		if err := makes(train.Options{Schedule: s, Validation: blobs(t, 3)}); err != nil {
			t.Errorf("%T: got %v, want it taken", s, err)
		}
		list, names := spoilt(s)
		for i, bad := range list {
			refused(names[i], makes(train.Options{Schedule: bad.(schedule.Schedule), Validation: blobs(t, 3)}))
		}
	}
	if len(kinds) > 0 {
		t.Errorf("nobody has tried the schedules %v", kinds)
	}
	for _, rate := range []float64{-1, -1e-300, math.NaN(), math.Inf(1), math.Inf(-1)} {
		refused(fmt.Sprint("the rate ", rate), makes(train.Options{Schedule: schedule.Constant(rate)}))
		late := newTrainer(t, newNet(graph.Float64, 0), train.Options{Schedule: schedule.Func(func(int) float64 { return rate })})
		refused(fmt.Sprint("the rate of a function ", rate), step(t, late, blobs(t, 3), 0)) // before the step
	}
	if err := makes(train.Options{Schedule: schedule.Constant(0)}); err != nil {
		t.Errorf("the rate 0: got %v, want it taken", err)
	}
	for _, rate := range []float64{1.5, -0.5, math.NaN(), math.Inf(1)} {
		refused(fmt.Sprint("dropout ", rate), train.Build(newNet(graph.Float64, rate)))
		_, err := models.NewMLP(models.MLPOptions{In: 2, Hidden: []int{4}, Out: 3, Dropout: rate})
		refused(fmt.Sprint("MLPOptions.Dropout ", rate), err)
		refused(fmt.Sprint("nn.AlphaDropout ", rate), train.Build(model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			out := nn.AlphaDropout(b, b.Mul(b.Input("x", n, 4), b.Param("w", graph.Ones(), 4)), rate)
			return b.Mean(out), out
		})))
	}
}

// badNorm gives each kind of clipping gradients of NaN and infinity. A Trainer refuses the
// step. In a loop of one's own a norm that is not finite is an error of the View, and the
// parameters stay.
func badNorm(t *testing.T) {
	for _, o := range []train.Optimizer{train.ClipNorm{}, train.ClipNorm{P: 1}, train.ClipNorm{P: 3}, train.ClipNorm{P: math.Inf(1)}, train.ClipNorm{Optimizer: train.SGD{}}, train.ClipParam{}, train.ClipParam{P: 1}, train.ClipParam{P: math.Inf(1)}, train.ClipValue{}} {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			name := fmt.Sprintf("%T%+v, %v", o, o, d)
			m := roots(d, 3)
			tr := newTrainer(t, m, train.Options{Optimizer: o})
			if err := step(t, tr, fourRows(t), 0); err != nil {
				t.Fatal(name, err)
			}
			before := all(m.p)
			if err := step(t, tr, fourRows(t), 3); !errors.Is(err, train.ErrNotFinite) {
				t.Errorf("%s: got %v, want ErrNotFinite", name, err)
			}
			sameBits(t, name, all(m.p), before)
			if _, ok := o.(train.ClipValue); ok {
				continue // it has no norm
			}
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				p := several(t, d)
				v := viewOf(t, p, o, 2)
				setGrads(p, func(i int) float64 {
					if i == 16 { // of a parameter of its own
						return bad
					}
					return 1
				})
				before := all(p)
				o.Update(train.Step{N: 1, Rate: 0.1}, v)
				if err := v.Err(); !errors.Is(err, train.ErrNotFinite) {
					t.Errorf("%s, %v: got %v, want ErrNotFinite", name, bad, err)
				}
				sameBits(t, fmt.Sprint(name, ", ", bad), all(p), before)
			}
		}
	}
}

// adams are the optimizers that divide by a root of a moving average.
var adams = []train.Optimizer{train.Adam{}, train.Adam{AMSGrad: true}, train.AdamW{}, train.AdamW{AMSGrad: true}, train.NAdam{}, train.NAdam{Decoupled: true}, train.RAdam{}, train.Adamax{}, train.LAMB{},
	train.RMSprop{}, train.RMSprop{Centered: true}, train.Adagrad{}, train.Adadelta{}}

// zeroGradients gives all kinds of Adam gradients of exactly 0, first of all and after others.
// No division 0/0 is made, not even with the smallest Eps. One that float32 rounds to 0 is
// refused.
func zeroGradients(t *testing.T) {
	for _, o := range adams {
		for _, eps := range []float64{0, math.SmallestNonzeroFloat32, 1e-300} {
			for _, d := range []graph.DType{graph.Float64, graph.Float32} {
				c := reflect.New(reflect.TypeOf(o)).Elem()
				c.Set(reflect.ValueOf(o))
				c.FieldByName("Eps").SetFloat(eps)
				o := c.Interface().(train.Optimizer)
				name := fmt.Sprintf("%T%+v, %v", o, o, d)
				if _, err := train.New(newNet(d, 0), train.Options{Optimizer: o}); eps == 1e-300 && errors.Is(err, train.ErrOption) {
					continue
				} else if err != nil || eps == 1e-300 {
					t.Fatalf("%s: got %v, want 1e-300 refused alone", name, err)
				}
				p := several(t, d)
				for _, q := range p.List() {
					q.Decay = false
				}
				v := viewOf(t, p, o, 1)
				start := all(p)
				for n := 1; n <= 9; n++ {
					setGrads(p, func(i int) float64 {
						if n < 4 || n > 6 {
							return 0 // first three, last three
						}
						return math.Sin(float64(i + n))
					})
					o.Update(train.Step{N: n, Rate: 0.01}, v)
					if n == 3 && !slices.Equal(all(p), start) {
						t.Errorf("%s: parameters have moved without a gradient", name)
					}
				}
				if i := slices.IndexFunc(all(p), func(x float64) bool { return math.IsNaN(x - x) }); i >= 0 {
					t.Errorf("%s: parameter %d is %v", name, i, all(p)[i])
				}
			}
		}
	}
	// The steps of Adam after gradients 1, −2 and 3, by the formula.
	p := one(t, graph.Float64, 0, 0, 0)
	v := viewOf(t, p, train.Adam{}, 1)
	var m, s, want float64
	for n, g := range []float64{1, -2, 3, 0, 0, 0} {
		setGrads(p, func(int) float64 { return g })
		train.Adam{}.Update(train.Step{N: n + 1, Rate: 0.01}, v)
		m, s = 0.9*m+0.1*g, 0.999*s+0.001*g*g
		want -= 0.01 * (m / (1 - math.Pow(0.9, float64(n+1)))) / (math.Sqrt(s/(1-math.Pow(0.999, float64(n+1)))) + 1e-8)
		if got := p.Values("w")[1]; math.Abs(got-want) > 1e-14 {
			t.Errorf("step %d: got %v, want %v", n+1, got, want)
		}
	}
}

// folded returns what f makes of x.
func folded[T train.Float](t *testing.T, d graph.DType, workers int, x []T, f func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node, shape ...int) []T {
	t.Helper()
	b := graph.New(graph.NewParams(d, 1))
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{f(b, b.Input("x", shape...))}, Workers: workers})
	if err == nil {
		err = graph.InputOf[T](p, "x").Set(x)
	}
	if err == nil {
		err = p.Run()
	}
	if err != nil {
		t.Fatal(err)
	}
	return graph.OutputOf[T](p, 0).Read(nil)
}

// cancellingSum sums 1e16, 1, −1e16, 1, once and many times over. Sums are pairwise, as
// Builder.Sum says: the result is within the bound of such sums, and has the same bits for any
// number of threads.
func cancellingSum(t *testing.T) {
	for _, times := range []int{1, 7, 1000, 100_000} {
		x := make([]float64, 0, 4*times)
		for range times {
			x = append(x, 1e16, 1, -1e16, 1)
		}
		want, bound := float64(2*times), (16+math.Log2(float64(4*times)))*0x1p-53*float64(times)*2e16
		for name, f := range map[string]func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node{
			"all":     func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Sum(x) },
			"rows":    func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Sum(b.Sum(x, 1)) },
			"columns": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Sum(b.Sum(x, 0)) },
			"mean":    func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Scale(b.Mean(x), float64(4*times)) },
		} {
			first := folded(t, graph.Float64, 1, x, f, times, 4)
			if off := math.Abs(first[0] - want); !(off <= bound) {
				t.Errorf("%s of %d: got %v, which is %v from the sum; want at most %v", name, len(x), first[0], off, bound)
			}
			for _, workers := range []int{2, 8} {
				sameBits(t, fmt.Sprintf("%s of %d, %d threads", name, len(x), workers), folded(t, graph.Float64, workers, x, f, times, 4), first)
			}
		}
	}
}

// longMean averages many float32 over all axes, rows and columns, and a loss over many batches.
// The results are within 1e-5, where adding one number after the other is not.
func longMean(t *testing.T) {
	n := 1 << 23
	if testing.Short() {
		n = 1 << 21
	}
	x, sum, naive := make([]float32, n), 0.0, float32(0)
	for i := range x {
		x[i] = 0.1 + float32(i%13)/100
		sum += float64(x[i])
		naive += x[i]
	}
	want := sum / float64(n)
	off := func(got float64) float64 { return math.Abs(got-want) / want }
	if off(float64(naive)/float64(n)) < 1e-5 {
		t.Fatal("got a mean within 1e-5 without care, want numbers that need it")
	}
	for name, f := range map[string]func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node{
		"all": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Mean(x) },
		"rows": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return b.Mean(b.Mean(b.Reshape(x, 4, n/4), 1))
		},
		"columns": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return b.Mean(b.Mean(b.Reshape(x, n/4, 4), 0))
		},
		"middle": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return b.Mean(b.Mean(b.Reshape(x, 2, n/4, 2), 1))
		},
	} {
		if got := folded(t, graph.Float32, 2, x, f, n); !(off(float64(got[0])) <= 1e-5) {
			t.Errorf("%s: got the mean %v, want %v", name, got[0], want)
		}
	}
	wide := make([]float64, n/8)
	total := 0.0
	for i := range wide {
		wide[i] = float64(x[i])
		total += wide[i]
	}
	want = total / float64(len(wide))
	set := must(t)(data.New(data.Field{Name: "x", Shape: []int{1}, Floats: wide}))
	m := builds{graph.NewParams(graph.Float32, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := b.Mul(b.Input("x", n, 1), b.Param("w", graph.Ones(), 1))
		return b.Mean(out), out
	}}
	if r, err := newTrainer(t, m, train.Options{EvalBatch: 16}).Evaluate(context.Background(), set); err != nil || !(off(r.Loss) <= 1e-5) {
		t.Errorf("got the loss %v over %d batches and %v, want %v", r.Loss, len(wide)/16, err, want)
	}
}
