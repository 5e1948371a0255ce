package gosource

import (
	"bytes"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/atomicfile"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// Model is what Write writes: a function of parameters.
type Model struct {
	// Params are the parameters and states of the model. Their type is that of the program's
	// numbers.
	Params *graph.Params

	// Outputs builds the model for a batch of n examples with b, whose Params are those of the
	// model, and returns its outputs. It is called for n of 1 and of 2. The first axis of inputs
	// and outputs is n. Layers are those of prediction: b.Training is false.
	Outputs func(b *graph.Builder, n int) []*gorgonia.Node
}

// Options are the settings of Write. The zero value is the default.
type Options struct {
	// Package is the name of the package and of its files: lower-case letters and digits. The
	// default is "model".
	Package string

	// Doc says what the model is for. It is the start of the package's documentation, behind
	// "Package NAME". The default is "is a trained model".
	Doc string

	// Classes are the names of the classes that the outputs stand for. The program has them
	// as Classes. The default is none.
	Classes []string

	// Columns are the names of the elements of inputs, by the names of the inputs. The program has
	// them as Columns, or as XColumns for the input x of several. Fields have their own. The
	// default is none.
	Columns map[string][]string

	// Table says how the table of the training set was read. What a number of a column means is
	// then a part of its name: the days since a date. If the table has all of the only input, the
	// program has Header and Encode too, which makes the elements of the cells of a row. A table
	// with a decimal comma or separators of thousands has none. The default is none.
	Table *data.CSVPlan

	// Fields are what the program takes instead of the inputs of the model, in the order of its
	// parameters: fields of a data set, whose values are not read. A Scale of a field is applied.
	// Recipe then makes the inputs of the model of them, which have the names of fields that it
	// leaves. A train.ModelInfo describes both. The default is none: the program takes the
	// inputs of the model as they are.
	Fields []data.Field
	Recipe data.Recipe

	// Target is the field whose steps in Recipe are undone on the output. The default is none.
	Target string

	// Module is the path of a module: a file go.mod with it is written too. The default is
	// none, for a package within a module.
	Module string
}

// File is one file of a program.
type File struct {
	Name string // without a folder
	Data []byte
}

// Write writes the files of Files into the folder dir, which it makes. Files of these names are
// replaced, each in one step.
//
// Errors: those of Files; those of the system.
func Write(dir string, m Model, o Options) error {
	files, err := generateFiles(m, o)
	if err == nil {
		err = os.MkdirAll(dir, 0o777)
	}
	for _, f := range files {
		if err != nil {
			break
		}
		err = atomicfile.WriteFile(filepath.Join(dir, f.Name), func(w io.Writer) error {
			_, err := w.Write(f.Data)
			return err
		})
	}
	return errors.Wrap(err, "gosource: Write")
}

// Files returns the files of the program: its source, the weights and a test, and go.mod if
// Options.Module asks for it. Equal models make equal bytes. Files fixes the set of parameters, as
// Builder.Compile does, and runs the model on a few random examples.
//
// Predict of the program takes a slice for each output and then one for each input that the outputs
// depend on, in the order in which the Builder has made them. Inputs of integers are []int32.
//
// Errors: an *Error for an operator or a step of the recipe without a counterpart, and for a model
// whose result for one example depends on others. Its kind is graph.ErrUnsupported. graph.ErrOption for a Model that is not
// complete and for options that have no meaning. The mistake of the Builder. Errors of Compile and
// Run.
func Files(m Model, o Options) ([]File, error) {
	files, err := generateFiles(m, o)
	return files, errors.Wrap(err, "gosource: Files")
}

func generateFiles(m Model, o Options) ([]File, error) {
	if m.Params == nil || m.Outputs == nil {
		return nil, mistake.Optionf("got a Model without Params or Outputs, want both")
	}
	if err := o.settle(); err != nil {
		return nil, err
	}
	one, err := trace(m, 1)
	if err != nil {
		return nil, err
	}
	f, err := one.lowered()
	if err != nil {
		return nil, err
	}
	g, err := generate(f, m.Params)
	if err != nil {
		return nil, err
	}
	two, err := trace(m, 2)
	if err != nil {
		return nil, err
	}
	prep, err := newPreparing(o, f.Out, g.reserved())
	if err != nil {
		return nil, err
	}
	s, err := sampled(m, one, two, f, prep)
	if err != nil {
		return nil, err
	}
	p := newProgram(g, prep, o, s)
	if err := p.checkColumns(); err != nil {
		return nil, err
	}
	source, err := p.source()
	if err != nil {
		return nil, err
	}
	test, err := p.test()
	if err != nil {
		return nil, err
	}
	files := []File{{o.Package + ".go", source}, {o.Package + ".bin", p.weights()}, {o.Package + "_test.go", test}}
	if o.Module != "" {
		files = append(files, File{"go.mod", []byte("module " + o.Module + "\n\ngo 1.22\n")})
	}
	return files, nil
}

// settle fills in the defaults.
//
// Errors: ErrOption for a name that no package can have.
func (o *Options) settle() error {
	if o.Package == "" {
		o.Package = "model"
	}
	if o.Doc == "" {
		o.Doc = "is a trained model"
	}
	other := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }
	if !token.IsIdentifier(o.Package) || strings.ContainsFunc(o.Package, other) || o.Package == "main" {
		return mistake.Optionf("got Options.Package of %q, want lower-case letters and digits, and not main", o.Package)
	}
	texts := append([]string{o.Doc, o.Module}, o.Classes...)
	for _, f := range o.Fields {
		texts = append(texts, f.Columns...)
	}
	for _, names := range o.Columns {
		texts = append(texts, names...)
	}
	for _, s := range texts {
		if !utf8.ValidString(s) {
			return mistake.Optionf("got the text %q, want UTF-8", s)
		}
	}
	if strings.ContainsFunc(o.Module, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"`'\\;", r) }) {
		return mistake.Optionf("got Options.Module of %q, want the path of a module", o.Module)
	}
	return nil
}

// weights returns the file of the numbers, little-endian, and of the indices behind them.
func (p *program) weights() []byte {
	var b bytes.Buffer
	for _, h := range []home{weights, packed} {
		for _, x := range p.stored[h].floats {
			p.put(&b, x)
		}
	}
	for _, k := range p.stored[indices].ints {
		putUint(&b, uint64(uint32(int32(k))), 4)
	}
	return b.Bytes()
}
