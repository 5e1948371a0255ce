package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph/gosource"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/internal/atomicfile"
	"github.com/symgrad/symgrad/models/imported"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

const exportUsage = `Usage: symgrad export [flags] onnx MODEL FILE
       symgrad export [flags] go MODEL FOLDER
       symgrad export [flags] npz|safetensors MODEL FILE

Reads a model file or an ONNX file. For onnx and go its model must be one of the package models, or
one of symgrad import. A FILE of - is the standard output.

onnx writes it as an ONNX file, which ONNX Runtime and other programs run. The file takes any
batch size. Preprocessing, column and class names are texts in its metadata: the program that
runs it must prepare inputs itself.

go writes it as a package of plain Go with the weights and a test, which needs the
standard library alone. Preprocessing and class names are part of the package.

npz and safetensors write the weights alone, with their names and shapes, for NumPy and for
other programs. MODEL may be any safetensors file.
`

// exportVerb is symgrad export.
func exportVerb(args []string, out, errs io.Writer) int {
	var o onnx.Options
	flags := newFlags("export", exportUsage, errs)
	var force, quiet bool
	flags.IntVar(&o.Batch, "batch", 0, "the only batch size of the file; 0: any")
	flags.BoolVar(&o.Float32, "float32", false, "write the numbers of a float64 model as float32, which more programs can compute with")
	flags.StringVar(&o.Doc, "doc", "", "a text that says what the model is for")
	var source gosource.Options
	flags.StringVar(&source.Package, "package", "", "the name of the package, lower-case letters and digits; without it that of the folder")
	flags.StringVar(&source.Module, "module", "", "the path of a module: writes go.mod too")
	flags.BoolVar(&force, "force", false, "write over files that are there")
	flags.BoolVar(&quiet, "quiet", false, "do not say what was written")
	if code, ok := parse(flags, args, 3, "a format, a model and a file"); !ok {
		return code
	}
	format, model, to := flags.Arg(0), flags.Arg(1), flags.Arg(2)
	if !slices.Contains(exportFormats, format) {
		return ended(flags, unclearf("got the format %q, want onnx, go, npz or safetensors%s", format, meant(format, exportFormats)))
	}
	log := errs
	if quiet {
		log = io.Discard
	}
	w := writing{force: force, reads: []string{model}}
	err := atLeast("batch", o.Batch, 0)
	if bad := readable(model); err == nil && bad != nil {
		err = bad
	}
	if err == nil && format == "go" {
		source.Doc = o.Doc
		return ended(flags, exportGo(model, to, source, w, log))
	}
	if err == nil {
		err = w.check(to)
	}
	if err == nil && format == "onnx" {
		err = export(model, to, o, out)
	} else if err == nil {
		err = exportWeights(format, model, to, o.Float32, out)
	}
	if err == nil && to != "-" {
		fmt.Fprintf(log, "Wrote %s.\n", to)
	}
	return ended(flags, err)
}

var exportFormats = []string{"onnx", "go", "npz", "safetensors"}

// exportGo writes the model as a package into the folder.
func exportGo(model, folder string, o gosource.Options, w writing, log io.Writer) error {
	p, err := openModel(model, train.PredictorOptions{})
	if err != nil {
		return err
	}
	if o.Package == "" {
		if o.Package, err = packageOf(folder); err != nil {
			return err
		}
	}
	if err := otherPackage(folder, o.Package); err != nil && !w.force {
		return err
	}
	info := p.Info()
	o.Recipe, o.Table, o.Columns = info.Recipe, info.Plan, map[string][]string{}
	prepares := !o.Recipe.IsZero() || slices.ContainsFunc(info.Inputs, func(in train.InputInfo) bool { return in.Scale != 0 })
	if info.Target.Classes > 0 {
		o.Classes = p.Classes()
	}
	for _, in := range info.Inputs {
		o.Columns[in.Name] = in.Columns
		if !prepares {
			continue
		}
		o.Fields = append(o.Fields, data.FieldInfo{Name: in.Name, Shape: in.Shape, Integers: in.Integers, Classes: in.Below, Columns: in.Columns, Scale: in.Scale, Shift: in.Shift}.Field())
	}
	if slices.Contains(info.Recipe.Reads(), info.Target.Name) && info.Target.Classes == 0 {
		o.Target = info.Target.Name
	}
	params, outputs := train.Function(p)
	files, err := gosource.Files(gosource.Model{Params: params, Outputs: outputs}, o)
	if err != nil {
		return err
	}
	return writeFiles(folder, files, w, log)
}

// export writes the model to a file, or to out.
func export(model, file string, o onnx.Options, out io.Writer) error {
	p, err := openModel(model, train.PredictorOptions{})
	if err != nil {
		return err
	}
	info := *p.Info()
	if m, ok := p.Model().(*imported.Model); ok {
		info.Settings = nil // the graph is what is written
		if o.Batch == 0 {
			o.Batch = m.MaxBatch()
		}
	}
	if o.Metadata, err = train.Metadata(&info); err != nil {
		return err
	}
	o.Name = info.Model
	params, outputs := train.Function(p)
	write := func(w io.Writer) error { return onnx.Write(w, onnx.Model{Params: params, Outputs: outputs}, o) }
	if file == "-" {
		return write(out)
	}
	return errors.Wrap(atomicfile.WriteFile(file, write), file)
}
