package gosource

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
)

// written is a model as a program, with what it computes for the samples.
type written struct {
	name  string
	p     *program
	files []File
}

// write generates the files of a model.
func write(t *testing.T, name string, m Model) *written {
	t.Helper()
	one, err := trace(m, 1)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	f, err := one.lowered()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	w, err := writeFunc(name, f, one, m)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return w
}

// writeFunc generates the files of a computation.
func writeFunc(name string, f *ir.Func, one *traced, m Model) (*written, error) {
	g, err := generate(f, m.Params)
	if err != nil {
		return nil, err
	}
	two, err := trace(m, 2)
	if err != nil {
		return nil, err
	}
	s, err := sampled(m, one, two, f, nil)
	if err != nil {
		return nil, err
	}
	return print(name, g, s)
}

// print prints a program.
func print(name string, g *generator, s *samples) (*written, error) {
	o := Options{Package: "program"}
	if err := o.settle(); err != nil {
		return nil, err
	}
	w := &written{name: name, p: newProgram(g, nil, o, s)}
	source, err := w.p.source()
	if err != nil {
		return nil, err
	}
	test, err := w.p.test()
	if err != nil {
		return nil, err
	}
	w.files = []File{{"program.go", source}, {"program.bin", w.p.weights()}, {"program_test.go", test}}
	return w, nil
}

// module writes all programs into one module with a main that runs them all.
func module(t *testing.T, dir string, all []*written) {
	t.Helper()
	var imports, calls strings.Builder
	for i, w := range all {
		sub := filepath.Join(dir, fmt.Sprintf("p%d", i))
		if err := os.MkdirAll(sub, 0o777); err != nil {
			t.Fatal(err)
		}
		for _, f := range w.files {
			if err := os.WriteFile(filepath.Join(sub, f.Name), f.Data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Fprintf(&imports, "p%d \"programs/p%d\"\n", i, i)
		fmt.Fprintf(&calls, "{\nd := drawn(1)\nm := p%d.New()\n", i)
		var args []string
		for k, in := range w.p.inputs {
			fmt.Fprintf(&calls, "in%d := make([]%s, 3*p%d.%sSize)\n", k, w.p.typ(in), i, in.title)
			fmt.Fprintf(&calls, "for i := range in%d {\nin%d[i] = %s\n}\n", k, k, in.drawn(w.p.number, "d.next()"))
			args = append(args, fmt.Sprintf("in%d", k))
		}
		for k := len(w.p.outputs) - 1; k >= 0; k-- {
			out := w.p.outputs[k]
			fmt.Fprintf(&calls, "out%d := make([]%s, 3*p%d.%sSize)\n", k, w.p.typ(out), i, out.title)
			args = append([]string{fmt.Sprintf("out%d", k)}, args...)
		}
		fmt.Fprintf(&calls, "if err := m.Predict(%s); err != nil {\npanic(err)\n}\n", strings.Join(args, ", "))
		for k := range w.p.outputs {
			fmt.Fprintf(&calls, "for _, v := range out%d {\nfmt.Fprintln(w, %d, %d, float64(v))\n}\n", k, i, k)
		}
		calls.WriteString("}\n")
	}
	main := "package main\n\nimport (\n\"bufio\"\n\"fmt\"\n\"os\"\n" + imports.String() + ")\n\ntype drawn uint32\n\nfunc (d *drawn) next() uint32 {\n*d = *d*1664525 + 1013904223\nreturn uint32(*d)\n}\n\n" +
		"func main() {\nw := bufio.NewWriter(os.Stdout)\ndefer w.Flush()\n" + calls.String() + "}\n"
	for name, text := range map[string]string{"go.mod": "module programs\n\ngo 1.22\n", "main.go": main} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// tool runs the command go in the folder.
func tool(t testing.TB, dir string, env []string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no command go")
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), append([]string{"GOWORK=off", "GOFLAGS=-mod=mod", "GOTOOLCHAIN=local"}, env...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		text := errs.String() + out.String()
		t.Fatalf("go %s: %v\n%.6000s", strings.Join(args, " "), err, text)
	}
	return out.Bytes()
}

// run compares what the programs compute with what the models do. Elements may differ by the
// tolerance, times their size or the root mean square of their output if that is above 1: a sum
// that cancels keeps the error of its terms.
func run(t *testing.T, all []*written, tolerance float64) string {
	t.Helper()
	dir := t.TempDir()
	module(t, dir, all)
	got := map[[2]int][]float64{}
	for line := range strings.Lines(string(tool(t, dir, nil, "run", "."))) {
		f := strings.Fields(line)
		i, _ := strconv.Atoi(f[0])
		k, _ := strconv.Atoi(f[1])
		x, err := strconv.ParseFloat(f[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		got[[2]int{i, k}] = append(got[[2]int{i, k}], x)
	}
	for i, w := range all {
		for k, want := range w.p.sample.want {
			y := got[[2]int{i, k}]
			if len(y) != len(want) {
				t.Errorf("%s: output %d: got %d elements, want %d", w.name, k, len(y), len(want))
				continue
			}
			square := 0.0
			for _, v := range want {
				square += v * v / float64(len(want))
			}
			scale := 1.0
			if rms := math.Sqrt(square); rms > scale && !math.IsInf(rms, 0) {
				scale = rms
			}
			worst, at := 0.0, -1
			for e, v := range want {
				d := math.Abs(y[e]-v) / math.Max(scale, math.Abs(v))
				if y[e] == v || v != v && y[e] != y[e] {
					d = 0
				}
				if !(d <= worst) {
					worst, at = d, e
				}
			}
			if !(worst <= tolerance) {
				t.Errorf("%s: output %d: element %d: got %v, want %v, a difference of at most %g", w.name, k, at, y[at], want[at], tolerance)
				if testing.Verbose() {
					t.Logf("p%d\n%s", i, w.files[0].Data)
				}
			}
		}
	}
	return dir
}

// dtypes are the types of parameters.
var dtypes = []graph.DType{graph.Float32, graph.Float64}

// each calls f for float32 and float64 with a tolerance.
func each(t *testing.T, single, double float64, f func(t *testing.T, d graph.DType, tolerance float64)) {
	for _, d := range dtypes {
		tolerance := double
		if d == graph.Float32 {
			tolerance = single
		}
		t.Run(d.String(), func(t *testing.T) { f(t, d, tolerance) })
	}
}
