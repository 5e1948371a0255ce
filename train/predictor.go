package train

import (
	"context"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// Predictor predicts with a model from a file (Open), from a Trainer (Trainer.NewPredictor) or
// from memory (NewPredictor). It applies the recipe to inputs, and undoes it on outputs.
// Dropout is off, and running statistics are used as they are.
//
// It is for any number of goroutines at the same time. A call gets the same bits alone and
// beside a thousand others, as Trainer.Predict has them. The batches of one call are computed at the same time too, if there
// are several. PredictorOptions.Gather puts small calls together.
//
// Memory is bounded by PredictorOptions: Parallel programs for each of Sizes batch sizes. Calls
// wait for their turn. Nothing is compiled any more once each size has come up. Update keeps a
// second copy of the parameters; a call of several batches that began before it keeps its own.
//
// There is nothing to close: no goroutine runs in the background.
type Predictor struct {
	t    *Trainer // which compiles
	from *Trainer // whose parameters Update takes; nil for those of the model
	o    PredictorOptions

	file   ModelFile // as it was given, for the outline that learns
	learns bool      // no Fit had begun yet; guarded by versions.renewing

	batches  []int // the sizes that programs are compiled for; nil: each that comes up
	runners  runners
	versions versions
	groups   gathering
}

// newPredictor returns a Predictor with the compiled session s. Its first parameters are those
// that t builds with.
func newPredictor(t *Trainer, k *outline, s *session, o PredictorOptions) *Predictor {
	p := &Predictor{t: t, o: o}
	p.runners.turn = make(chan struct{}, o.Parallel)
	p.versions.most = o.Parallel
	p.versions.now = &version{params: t.onto, theirs: t.onto == t.params, by: k}
	if s.prog.Draws() {
		p.o.Gather = Gather{}
	} else {
		p.batches = sizesOf(s.n, o.BatchSize, o.Sizes)
	}
	if p.batches == nil || slices.Contains(p.batches, s.n) {
		p.runners.keep(s, o.Sizes)
	}
	return p
}

// Info returns what is known of the model: what its file says, or would say. Model and Settings
// are empty for a model in memory. It must not be changed.
func (p *Predictor) Info() *ModelInfo { return p.outline().info }

// Model returns the model, to call methods of its own, such as Sample of a language model.
// While it is trained or its parameters are set, nobody may predict. Predictions see that after Update.
func (p *Predictor) Model() Model {
	if !p.made() {
		return nil
	}
	return p.t.model
}

// Inputs describes the inputs, in the order in which PredictRows takes them. The slice is a
// copy.
func (p *Predictor) Inputs() []InputInfo { return slices.Clone(p.outline().info.Inputs) }

// Output returns the shape of the output for one example; it is empty for one number. The
// slice is a copy.
func (p *Predictor) Output() []int { return slices.Clone(p.outline().info.Output) }

// Classes returns the names of the classes that the outputs stand for, or their numbers if
// they have no names. It is empty for numbers. The slice is a copy.
func (p *Predictor) Classes() []string { return slices.Clone(p.outline().classes) }

// Label returns the name of the class that the output for one example, or for one step of a
// sequence, stands for: see Predicted. It is "" if the outputs are not classes, and for NaN.
func (p *Predictor) Label(output []float64) string {
	k, classes := Predicted(output), p.outline().classes
	if k < 0 || k >= len(classes) {
		return ""
	}
	return classes[k]
}

// Predict runs the model on the examples of d and returns its outputs, row-major: one row for
// each example. d needs the fields of Inputs and no targets. Finite inputs may have an output
// that is not finite, which is returned as it is. The results have the bits of Trainer.Predict; if the model draws random
// numbers in prediction, those for batches of the same size.
//
// Errors: ErrOption for a nil ctx, data.ErrEmpty for no examples; what does not fit between d
// and the model; data.ErrLabel and data.ErrField for other classes or columns than those of the
// file, and for inputs that have been through the recipe already (data.Recipe.CheckRaw); a *NumberError for
// an input that makes the output NaN or infinite, see PredictorOptions.AllowNonFiniteInputs; ErrNotFinite for a number that a step of the recipe or the type of the model cannot
// take; other errors of the recipe; the error of ctx.
func (p *Predictor) Predict(ctx context.Context, d *data.Dataset) ([]float64, error) {
	out, err := p.predict(ctx, d)
	return out, errors.Wrap(err, "train: Predictor.Predict")
}

func (p *Predictor) predict(ctx context.Context, d *data.Dataset) ([]float64, error) {
	if err := given(ctx, d); err != nil {
		return nil, err
	}
	return p.lately(func(k *outline) ([]float64, error) {
		if err := k.takes(d); err != nil {
			return nil, err
		}
		rows, err := k.rowsOf(d)
		if err != nil {
			return nil, err
		}
		return p.compute(ctx, examples{rows: rows, by: k}, d.Len())
	})
}

// takes returns an error unless d has the inputs.
func (k *outline) takes(d *data.Dataset) error {
	if err := k.info.Recipe.CheckRaw(d); err != nil {
		return err
	}
	for i, in := range k.info.Inputs {
		rows, err := d.Rows(in.Name)
		if err != nil {
			return errors.Wrapf(err, "input %q of the model", in.Name)
		}
		if rows.Size() != k.sizes[i] {
			return mistake.Shapef("input %q of the model: got %d elements for each example from the data set, want %d", in.Name, rows.Size(), k.sizes[i])
		}
		f, _ := d.Field(in.Name)
		if why := mistake.Axes(f.Shape, in.Shape); why != "" {
			return mistake.Shapef("input %q of the model: field %q: %s", in.Name, in.Name, why)
		}
		if err := sameMeaning(data.Field{Name: in.Name, Columns: in.Columns, Categories: in.Categories, ClassNames: in.ClassNames}, f); err != nil {
			return err
		}
	}
	return nil
}

// PredictRows runs the model on examples that are given as numbers, and returns its outputs,
// one row for each. A row has the elements of all inputs, one input after the other in the
// order of Inputs. For most models that is "x" alone, and one row is one example.
//
// The numbers are those that stood in the training set: a Scale of its field is applied, and
// then the recipe. Inputs of integers take whole numbers. NaN is for a recipe with a data.Impute, and
// for what the model leaves out, such as the padding of a sequence.
// A call allocates its result, and with a recipe what that makes of the rows; nothing grows
// with the number of calls.
//
// Errors: ErrShape unless there are one or more whole rows; ErrOption for an integer that is
// none or out of range; a *NumberError, with row and element, for an input that makes the output
// NaN or infinite, see PredictorOptions.AllowNonFiniteInputs; ErrNotFinite for a number that a step of the recipe or the type of the
// model cannot take; other errors of the recipe; graph.ErrUnsupported for a model without inputs.
func (p *Predictor) PredictRows(rows []float64) ([]float64, error) {
	return p.PredictRowsContext(context.Background(), rows)
}

// PredictRowsContext is PredictRows that ends with the error of ctx once that is done: while it
// waits for its turn or for other calls, and between two batches. rows are not read any more
// after it has returned.
//
// Errors: those of PredictRows; ErrOption for a nil ctx; the error of ctx.
func (p *Predictor) PredictRowsContext(ctx context.Context, rows []float64) ([]float64, error) {
	if ctx == nil {
		return nil, errors.Wrap(noContext(), "train: Predictor.PredictRows")
	}
	out, err := p.lately(func(k *outline) ([]float64, error) { return p.predictRows(ctx, k, rows) })
	return out, errors.Wrap(err, "train: Predictor.PredictRows")
}

// predictRows reads the rows by the outline k.
func (p *Predictor) predictRows(ctx context.Context, k *outline, rows []float64) ([]float64, error) {
	if k.width == 0 {
		return nil, mistake.Newf(graph.ErrUnsupported, "got rows for a model without inputs, want a data set of as many examples as outputs are wanted (Predict)")
	}
	if len(rows) == 0 || len(rows)%k.width != 0 {
		return nil, k.wrongRows(len(rows))
	}
	src := examples{flat: rows, by: k}
	if k.recipe.whole {
		d, err := k.raw(rows)
		if err == nil {
			src.rows, err = k.rowsOf(d)
		}
		if err != nil {
			return nil, err
		}
	}
	return p.compute(ctx, src, len(rows)/k.width)
}
