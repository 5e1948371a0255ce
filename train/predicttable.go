package train

import (
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// rowsAtOnce is the number of rows of a table that are read before they are predicted.
const rowsAtOnce = 1024

// PredictCSV reads a table as that of the training set was read (ModelFile.Plan), and runs the
// model on its rows. It yields the output for each row, in the order of the table:
//
//	for output, err := range p.PredictCSV(ctx, file) {
//
// The table may be the raw file of the training. By a header its columns may come in any order,
// and those of the target and others that were left out may be missing. A missing cell that the
// recipe fills is filled; others are errors, but with AllowNonFiniteInputs. The table may have any size. A file without a
// plan has to have columns of numbers alone, with the names of the inputs' columns.
//
// Errors come last, with a nil output, and rows before one may lack their outputs. A
// *data.CSVError has line and column of a cell that the plan does not take, such as an unknown
// category. A *NumberError is for a missing cell that nothing fills. graph.ErrUnsupported: no plan, and not
// all columns have names. Others are those of Predict, of ctx and of r.
func (p *Predictor) PredictCSV(ctx context.Context, r io.Reader) iter.Seq2[[]float64, error] {
	return func(yield func([]float64, error) bool) {
		more := true
		err := p.predictCSV(ctx, r, func(output []float64) bool { more = yield(output, nil); return more })
		if more && err != nil {
			yield(nil, errors.Wrap(err, "train: Predictor.PredictCSV"))
		}
	}
}

func (p *Predictor) predictCSV(ctx context.Context, r io.Reader, yield func(output []float64) bool) error {
	if ctx == nil {
		return noContext()
	}
	plan, err := p.tables()
	if err != nil {
		return err
	}
	s, err := plan.Stream(r)
	if err != nil {
		return err
	}
	defer s.Close()
	for from := 0; ; {
		d, err := s.Next(rowsAtOnce)
		if err == io.EOF {
			return nil
		}
		var out []float64
		if err == nil {
			out, err = p.predictTable(ctx, d, from)
		}
		if err != nil {
			return err
		}
		from += d.Len()
		for n := len(out) / d.Len(); len(out) > 0; out = out[n:] {
			if !yield(out[:n:n]) {
				return nil
			}
		}
	}
}

// PredictRecords runs the model on rows of text and returns its outputs, one row for each. Row i is
// rows[i], and its cell k is of the column columns[k]. Columns and cells are those of PredictCSV,
// and "" is a missing cell.
//
// Errors: those of PredictCSV, where a *data.CSVError has the index of the row; data.ErrEmpty
// without rows.
func (p *Predictor) PredictRecords(ctx context.Context, columns []string, rows [][]string) ([]float64, error) {
	out, err := p.predictRecords(ctx, columns, rows)
	return out, errors.Wrap(err, "train: Predictor.PredictRecords")
}

func (p *Predictor) predictRecords(ctx context.Context, columns []string, rows [][]string) ([]float64, error) {
	if ctx == nil {
		return nil, noContext()
	}
	plan, err := p.tables()
	if err != nil {
		return nil, err
	}
	d, err := plan.ReadRecords(columns, rows)
	if err != nil {
		return nil, err
	}
	return p.predictTable(ctx, d, 0)
}

// Columns describes the columns that PredictCSV and PredictRecords need, in the order of the
// training's table: their names, kinds and categories. It is empty for a model that reads no tables.
func (p *Predictor) Columns() []data.CSVReport {
	plan, err := p.tables()
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(plan.Columns), func(c data.CSVReport) bool { return c.Kind == data.LeftOut })
}

// predictTable predicts for rows that the plan has read. The first one has the number from.
func (p *Predictor) predictTable(ctx context.Context, d *data.Dataset, from int) ([]float64, error) {
	if !p.o.AllowNonFiniteInputs {
		if err := p.outline().notFilled(d, from); err != nil {
			return nil, err
		}
	}
	if p.o.Unknown != nil {
		unknown := p.outline().plan.Unknown(d)
		for _, column := range slices.Sorted(maps.Keys(unknown)) {
			p.o.Unknown(column, unknown[column])
		}
	}
	out, err := p.predict(ctx, d)
	return out, errors.WithMessagef(err, "rows %d to %d", from, from+d.Len()-1)
}

// notFilled returns an error about a missing cell that no step of the recipe fills.
func (k *outline) notFilled(d *data.Dataset, from int) error {
	if k.plan == nil || k.plan.Options.OnMissing != data.KeepMissing {
		return nil
	}
	for _, in := range k.info.Inputs {
		f, ok := d.Field(in.Name)
		if !ok || in.Integers {
			continue
		}
		for i := range f.Len() {
			for c := range f.Size() {
				if !math.IsNaN(f.At(i, c)) || k.info.Recipe.Imputes(in.Name, c) {
					continue
				}
				column := in.Name
				if c < len(f.Columns) {
					column = f.Columns[c]
				}
				at := fmt.Sprintf("row %d, column %q%s", from+i, column, f.Origin(i).Words(from+i))
				return &NumberError{Field: in.Name, Row: from + i, Element: c, Value: math.NaN(), Origin: f.Origin(i), at: at}
			}
		}
	}
	return nil
}

// tables returns the plan by which rows of text are read.
func (p *Predictor) tables() (*data.CSVPlan, error) {
	k := p.outline()
	switch {
	case k.missing != nil:
		return nil, k.missing
	case k.plan == nil:
		return nil, noPlan()
	case p.o.AllowNonFiniteInputs:
		return k.info.tables(true), nil
	}
	return k.plan, nil
}

func noPlan() error {
	return mistake.Newf(graph.ErrUnsupported, "got rows of text for a model that does not know how its table was read, want ModelFile.Plan, or names for all columns of numbers")
}
