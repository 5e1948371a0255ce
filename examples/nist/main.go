// Nist fits regression problems of the NIST Statistical Reference Datasets with
// the Levenberg-Marquardt method on exact Jacobians, from both starts that NIST
// gives, and prints how many of the certified digits it reaches. Models are text.
//
//	go run ./examples/nist          # a problem that stands in this folder
//	go run ./examples/nist DIR      # all nonlinear problems of a folder of JSON files
package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/formula"
	"gorgonia.org/gorgonia"
)

//go:embed boxbod.json
var boxBOD []byte

type problem struct {
	Name, Kind, Model string
	X                 [][]float64 // [n][predictors]
	Y                 []float64
	Start1, Start2    []float64
	Certified         struct{ Params []float64 }
}

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "nist:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, args []string) error {
	texts := [][]byte{boxBOD}
	if len(args) > 0 {
		texts = nil
		files, err := filepath.Glob(filepath.Join(args[0], "*.json"))
		if err != nil {
			return err
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				return err
			}
			texts = append(texts, text)
		}
	}
	for _, text := range texts {
		var p problem
		if err := json.Unmarshal(text, &p); err != nil {
			return err
		}
		if p.Kind != "nonlinear" {
			continue
		}
		f, err := newFit(&p)
		if err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
		var digits [2]float64
		for i, start := range [][]float64{p.Start1, p.Start2} {
			got, err := f.minimize(start)
			if err != nil {
				return fmt.Errorf("%s: %w", p.Name, err)
			}
			digits[i] = agreement(got, p.Certified.Params)
		}
		fmt.Fprintf(w, "%-9s %d parameters: %4.1f and %4.1f certified digits\n", p.Name, len(p.Start1), digits[0], digits[1])
	}
	return nil
}

// newFit compiles the model and its Jacobian, a column for each parameter.
func newFit(p *problem) (*fit, error) {
	b := graph.New(nil)
	params := make(gorgonia.Nodes, len(p.Start1))
	names := map[string]*gorgonia.Node{"e": b.Scalar(0)} // the error term
	for i := range params {
		params[i] = b.Input(fmt.Sprint("b", i+1))
		names[params[i].Name()] = params[i]
	}
	for k := range p.X[0] {
		column := make([]float64, len(p.X))
		for i, row := range p.X {
			column[i] = row[k]
		}
		names[fmt.Sprint("x", k+1)] = b.Const(column, len(column))
	}
	names["x"] = names["x1"]
	left, right, _ := strings.Cut(p.Model, "=")
	y, err := formula.Parse(b, right, func(name string) *gorgonia.Node { return names[name] })
	if err != nil {
		return nil, err
	}
	outputs := gorgonia.Nodes{y}
	for i := range params {
		column, err := autograd.JVP(gorgonia.Nodes{y}, params[i:i+1], gorgonia.Nodes{b.Scalar(1)})
		if err != nil {
			return nil, err
		}
		outputs = append(outputs, column[0])
	}
	prog, err := b.Compile(graph.Options{Outputs: outputs})
	if err != nil {
		return nil, err
	}
	f := &fit{model: prog, params: map[int]graph.Input[float64]{}, y: append([]float64(nil), p.Y...)}
	for _, in := range prog.Inputs() {
		i := slices.Index(params, names[in.Name])
		f.params[i] = graph.InputOf[float64](prog, in.Name)
	}
	if strings.Contains(left, "log") { // log[y] = ...
		for i, v := range f.y {
			f.y[i] = math.Log(v)
		}
	}
	return f, nil
}

// agreement is the number of digits that all numbers agree in, 11 at most.
func agreement(got, want []float64) float64 {
	digits := 11.0
	for i, w := range want {
		if d := -math.Log10(math.Abs(got[i]-w) / math.Abs(w)); !(d >= digits) {
			digits = max(d, 0)
		}
	}
	return digits
}
