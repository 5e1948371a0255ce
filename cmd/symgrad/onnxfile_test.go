package main

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"google.golang.org/protobuf/encoding/protowire"
)

// saved saves a model as it was initialised.
func saved(t *testing.T, m train.Model, err error, f train.ModelFile) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err == nil {
		err = train.Build(m)
	}
	if err == nil {
		err = train.SaveModel(path, m, f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// exported writes a model file as ONNX.
func exported(t *testing.T, model string, flags ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "m.onnx")
	if status, _, errs := symgrad(append(append([]string{"export"}, flags...), "onnx", model, path)...); status != done {
		t.Fatal(errs)
	}
	return path
}

// ownModels are model files with a table for each.
func ownModels(t *testing.T) map[string][2]string {
	scaled := data.Recipe{Steps: []data.Step{&data.Scaler{Field: "x", Mean: []float64{1, 2}, Std: []float64{2, 4}}, &data.Scaler{Field: "y", Mean: []float64{3}, Std: []float64{5}}}}
	two, err := models.NewMLP(models.MLPOptions{In: 2, Hidden: []int{3}, Out: 1, Head: models.Binary})
	binary := saved(t, two, err, train.ModelFile{Classes: []string{"no", "yes"}})
	tokens, err := models.NewRNN(models.RNNOptions{Steps: 2, In: 1, Tokens: 4, Hidden: 2, EachStep: true, Out: 3})
	steps := saved(t, tokens, err, train.ModelFile{Classes: []string{"a", "b", "c"}})
	numbers := "p,q\n1,2\n0.5,0\n-3,1e-3\n"
	return map[string][2]string{
		"columns": {straight(t, train.ModelFile{Data: dataset(t)}), file(t, "b,id,a\n1,x,2\n0.5,y,0\n")},
		"recipe":  {straight(t, train.ModelFile{Data: dataset(t), Recipe: scaled}), file(t, "a,b\n1,2\n0.5,0\n")},
		"bare":    {straight(t, train.ModelFile{}), file(t, numbers)},
		"plan":    {rawModel(t, rawTable), file(t, rawTable)},
		"labels":  {sorts(t), file(t, "x\n-1\n2\n")},
		"binary":  {binary, file(t, numbers)},
		"tokens":  {steps, file(t, "s0,s1\n0,3\n1,2\n")},
	}
}

// TestPredictONNX predicts with what was exported: the bits of the model file, and almost its numbers
// with -float32.
func TestPredictONNX(t *testing.T) {
	for name, c := range ownModels(t) {
		model, table := c[0], c[1]
		status, want, errs := symgrad("predict", model, table)
		if status != done || len(want) < 5 {
			t.Fatalf("%s: %s", name, errs)
		}
		for _, flags := range [][]string{nil, {"-batch", "1"}, {"-float32"}} {
			status, out, errs := symgrad("predict", exported(t, model, flags...), table)
			switch {
			case status != done || errs != "":
				t.Errorf("%s %v: status %d, %s", name, flags, status, errs)
			case flags != nil && flags[0] == "-float32":
				almost(t, name, out, want)
			case out != want:
				t.Errorf("%s %v: got %s, want %s", name, flags, out, want)
			}
		}
	}
}

// almost compares tables of texts and numbers.
func almost(t *testing.T, name, got, want string) {
	t.Helper()
	a, err := csv.NewReader(strings.NewReader(got)).ReadAll()
	b, err2 := csv.NewReader(strings.NewReader(want)).ReadAll()
	if err != nil || err2 != nil || len(a) != len(b) {
		t.Fatalf("%s: got %s (%v), want %s (%v)", name, got, err, want, err2)
	}
	for i, row := range b {
		for k, text := range row {
			x, err := strconv.ParseFloat(a[i][k], 64)
			y, err2 := strconv.ParseFloat(text, 64)
			if err == nil && err2 == nil {
				if math.Abs(x-y) > 1e-6*max(1, math.Abs(y)) {
					t.Errorf("%s: line %d: got %v, want %v", name, i, x, y)
				}
			} else if a[i][k] != text {
				t.Errorf("%s: line %d: got %q, want %q", name, i, a[i][k], text)
			}
		}
	}
}

// message is a message of a file as another program writes it.
type message []byte

func (m message) number(field protowire.Number, v int) message {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.VarintType), uint64(v))
}

func (m message) bytes(field protowire.Number, b []byte) message {
	return protowire.AppendBytes(protowire.AppendTag(m, field, protowire.BytesType), b)
}

func (m message) text(field protowire.Number, s string) message { return m.bytes(field, []byte(s)) }

// portOf returns an input or an output. An axis is a number or a name.
func portOf(name string, kind int, axes ...any) message {
	var shape message
	for _, a := range axes {
		if n, ok := a.(int); ok {
			shape = shape.bytes(1, message{}.number(1, n))
		} else {
			shape = shape.bytes(1, message{}.text(2, a.(string)))
		}
	}
	return message{}.text(1, name).bytes(2, message{}.bytes(1, message{}.number(1, kind).bytes(2, shape)))
}

// nodeOf returns a node.
func nodeOf(op, name, out string, in ...string) message {
	var m message
	for _, x := range in {
		m = m.text(1, x)
	}
	return m.text(2, out).text(3, name).text(4, op)
}

// The types of elements, as ONNX numbers them.
const (
	float32s = 1
	int64s   = 7
)

// foreignFile writes y = relu(x·w + c) for w = [[1, −1], [2, 0]] and c = [0.5, 1], as another program
// would: a raw weight, a weight with a list of numbers, the operators of version 13.
func foreignFile(t *testing.T, nodes []message, inputs, outputs []message, more ...message) string {
	t.Helper()
	var graph, raw message
	for _, n := range nodes {
		graph = graph.bytes(1, n)
	}
	for _, v := range []float32{1, -1, 2, 0} {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	graph = graph.text(2, "main_graph").bytes(5, message{}.number(1, 2).number(1, 2).number(2, float32s).text(8, "fc.weight").bytes(9, raw))
	bias := message(protowire.AppendFixed32(protowire.AppendTag(message{}.number(1, 2).number(2, float32s), 4, protowire.Fixed32Type), math.Float32bits(0.5)))
	bias = protowire.AppendFixed32(protowire.AppendTag(bias, 4, protowire.Fixed32Type), math.Float32bits(1))
	graph = graph.bytes(5, bias.text(8, "fc.bias"))
	for _, p := range inputs {
		graph = graph.bytes(11, p)
	}
	for _, p := range outputs {
		graph = graph.bytes(12, p)
	}
	all := message{}.number(1, 7).text(2, "pytorch").text(3, "1.13.0").bytes(7, graph).bytes(8, message{}.number(2, 13))
	for _, m := range more {
		all = all.bytes(14, m)
	}
	path := filepath.Join(t.TempDir(), "foreign.onnx")
	if err := os.WriteFile(path, all, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// layer is the layer of foreignFile.
func layer() []message {
	return []message{nodeOf("MatMul", "/fc/MatMul", "h", "input", "fc.weight"), nodeOf("Add", "/fc/Add", "z", "h", "fc.bias"), nodeOf("Relu", "/act/Relu", "out", "z")}
}

// TestForeignONNX shows a file of another program and predicts with it.
func TestForeignONNX(t *testing.T) {
	out := []message{portOf("out", float32s, "batch", 2)}
	any := foreignFile(t, layer(), []message{portOf("input", float32s, "batch", 2)}, out)
	one := foreignFile(t, layer(), []message{portOf("input", float32s, 1, 2)}, []message{portOf("out", float32s, 1, 2)})
	for _, path := range []string{any, one} {
		status, out, errs := symgrad("predict", path, file(t, "p,q\n1,2\n-4,1\n0,0\n"))
		if want := "output0,output1\n5.5,0\n0,5\n0.5,1\n"; status != done || out != want || errs != "" {
			t.Errorf("status %d, %q and %s, want %q", status, out, errs, want)
		}
	}
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"inspect", any}, []string{"an ONNX file", `"main_graph" of "pytorch", opset 13`, `"input" float32 [batch, 2]`, `"out" float32 [batch, 2]`, `"MatMul", 1 node`,
			`"Relu", 1 node`, "2 tensors, 6 elements", `"fc.weight"  F32  [2, 2]`}},
		{[]string{"inspect", one}, []string{"1 example alone"}},
		{[]string{"summary", "-batch", "5", any}, []string{"[5, 2]", "parameters: 6 (float32)", "batch of 5"}},
		{[]string{"summary", "-batch", "1", one}, []string{"batch of 1"}},
		{[]string{"graph", "-batch", "5", any}, []string{"(batch 5, float32, with gradients)", `input f32[5,2] "x"`, "grad["}},
		{[]string{"graph", "-batch", "1", "-forward", one}, []string{"forward", "f32[1,2]"}},
	} {
		status, out, errs := symgrad(c.args...)
		for _, want := range c.want {
			if status != done || errs != "" || !strings.Contains(out, want) {
				t.Errorf("%q: status %d, %s, want %q in\n%s", c.args, status, errs, want, out)
			}
		}
	}
	_, text, _ := symgrad("inspect", "-json", any)
	var i inspection
	if err := json.Unmarshal([]byte(text), &i); err != nil || i.ONNX == nil || i.ONNX.Opset != 13 || i.ONNX.Nodes["Add"] != 1 || i.Elements != 6 || i.ONNX.Inputs[0].Dims[0] != "batch" {
		t.Errorf("got %s (%v)", text, err)
	}
}

// TestUntrainedONNX shows files whose output does not depend on all parameters, or on none.
func TestUntrainedONNX(t *testing.T) {
	in := []message{portOf("input", float32s, "N", 2)}
	second := []message{portOf("second", float32s, "N", 2)}
	for name, path := range map[string]string{
		"none":  foreignFile(t, []message{nodeOf("Relu", "r", "second", "input")}, in, second),
		"part":  foreignFile(t, append(layer(), nodeOf("Relu", "r", "second", "input")), in, append(second, portOf("out", float32s, "N", 2))),
		"steps": foreignFile(t, append(layer(), nodeOf("Round", "r", "second", "out")), in, second),
	} {
		for _, args := range [][]string{{"predict", path, file(t, "a,b\n1,2\n")}, {"graph", path}, {"graph", "-forward", path}, {"summary", path}} {
			status, out, errs := symgrad(args...)
			if refused := name == "none" && args[0] == "summary"; refused && (status != failed || !strings.Contains(errs, "got no parameters")) || !refused && (status != done || out == "" || errs != "") {
				t.Errorf("%s %s: status %d, %s%s", name, args[0], status, out, errs)
			}
		}
	}
}

// TestOwnONNX shows what was exported.
func TestOwnONNX(t *testing.T) {
	path := exported(t, rawModel(t, rawTable))
	_, out, _ := symgrad("inspect", path)
	for _, want := range []string{`"models.MLP" of package`, "step          Impute", `"kind (Category)"`, `"classes": "[\"cup\",\"pot\"]"`} {
		if !strings.Contains(out, want) {
			t.Errorf("the text has no %q:\n%s", want, out)
		}
	}
	for _, verb := range []string{"graph", "summary"} { // of the model file too
		for _, model := range []string{path, rawModel(t, rawTable)} {
			if status, out, errs := symgrad(verb, "-batch", "3", model); status != done || errs != "" || !strings.Contains(out, "float64") {
				t.Errorf("%s %s: status %d, %s%s", verb, model, status, errs, out)
			}
		}
	}
}

// TestONNXMisuse holds what files that do not do are answered with.
func TestONNXMisuse(t *testing.T) {
	in, out := portOf("input", float32s, "N", 2), portOf("out", float32s, "N", 2)
	good := foreignFile(t, layer(), []message{in}, []message{out})
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.onnx")
	if err := os.WriteFile(cut, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	meta := func(text string) message { return message{}.text(1, "symgrad.model").text(2, text) }
	description := metadataOf(t, straight(t, train.ModelFile{Data: dataset(t)}))
	table := file(t, "p,q\n1,2\n")
	for name, c := range map[string]struct {
		path, table string
		says        []string
	}{
		"cut":          {cut, table, []string{"cut.onnx"}},
		"operator":     {foreignFile(t, []message{nodeOf("FooBar", "/odd/Foo", "out", "input")}, []message{in}, []message{out}), table, []string{"FooBar", "/odd/Foo"}},
		"wrong size":   {foreignFile(t, layer(), []message{portOf("input", float32s, "N", 3)}, []message{out}), file(t, "a,b,c\n1,2,3\n"), []string{"MatMul", "/fc/MatMul"}},
		"columns":      {good, file(t, "p,q,r\n1,2,3\n"), []string{"got 3 columns, want 2"}},
		"text":         {good, file(t, "p,q\n1,two\n"), []string{`line 2, column "q"`}},
		"two inputs":   {foreignFile(t, append(layer(), nodeOf("Add", "a", "both", "out", "mask")), []message{in, portOf("mask", float32s, "N", 2)}, []message{portOf("both", float32s, "N", 2)}), table, []string{"got 2 columns, want 4"}},
		"no index":     {foreignFile(t, []message{nodeOf("Gather", "g", "out", "fc.weight", "input")}, []message{portOf("input", int64s, "N")}, []message{out}), file(t, "x\n2\n"), []string{"got the index 2"}},
		"batch":        {foreignFile(t, layer(), []message{portOf("input", float32s, 4, 2)}, []message{portOf("out", float32s, 4, 2)}), table, []string{"batches of 4 examples alone"}},
		"free size":    {foreignFile(t, layer(), []message{portOf("input", float32s, "N", "steps", 2)}, []message{portOf("out", float32s, "N", "steps", 2)}), table, []string{`"steps"`}},
		"batch last":   {foreignFile(t, []message{nodeOf("Relu", "r", "out", "input")}, []message{portOf("input", float32s, 1, "N")}, []message{portOf("out", float32s, 1, "N")}), table, []string{"want the batch first"}},
		"no floats":    {foreignFile(t, []message{nodeOf("Shape", "s", "out", "input")}, []message{in}, []message{portOf("out", int64s, 2)}), table, []string{"got no output of floats"}},
		"no json":      {foreignFile(t, layer(), []message{in}, []message{out}, meta("{")), table, []string{"symgrad.model"}},
		"no version":   {foreignFile(t, layer(), []message{in}, []message{out}, meta("{}")), table, []string{"got no version"}},
		"other output": {foreignFile(t, layer(), []message{portOf("x", float32s, "N", 2)}, []message{out}, meta(description)), table, []string{"input"}},
		"other model":  {foreignFile(t, layer(), []message{in}, []message{out}, meta(description)), table, []string{"output [1], want [2]"}},
	} {
		status, out, errs := symgrad("predict", c.path, c.table)
		for _, want := range c.says {
			if status != failed || !strings.Contains(errs, want) || strings.Count(out, "\n") > 1 {
				t.Errorf("%s: status %d, %s%s, want %q", name, status, errs, out, want)
			}
		}
	}
	wrong := foreignFile(t, layer(), []message{portOf("input", float32s, "N", 3)}, []message{out})
	tokens := ownModels(t)["tokens"][0]
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"predict", exported(t, tokens), file(t, "a,b\n0,4\n")}, "got the index 4"},
		{[]string{"predict", exported(t, tokens), file(t, "a,b\n0,-1\n")}, "got the index -1"},
		{[]string{"summary", wrong}, "foreign.onnx: "},
		{[]string{"summary", wrong}, `MatMul "/fc/MatMul"`},
		{[]string{"graph", wrong}, "foreign.onnx: "},
		{[]string{"graph", wrong}, `MatMul "/fc/MatMul"`},
		{[]string{"inspect", cut}, "cut.onnx"},
		{[]string{"summary", cut}, "cut.onnx"},
		{[]string{"graph", cut}, "cut.onnx"},
		{[]string{"graph", "none.onnx"}, "there is no such file"},
		{[]string{"graph", table}, "want a model file, as symgrad train writes it, or an ONNX file"},
		{[]string{"evaluate", good, table}, "symgrad import -loss"},
		{[]string{"serve", good}, "symgrad import makes a model file of it"},
	} {
		if status, out, errs := symgrad(c.args...); status != failed || strings.Count(out, "\n") > 1 || !strings.Contains(errs, c.says) {
			t.Errorf("%q: status %d, %s%s, want %q", c.args, status, errs, out, c.says)
		}
	}
	if status, out, _ := symgrad("inspect", foreignFile(t, layer(), []message{in}, []message{out}, meta("{"))); status != done || !strings.Contains(out, `"symgrad.model": "{"`) {
		t.Errorf("status %d, %s", status, out)
	}
}

// metadataOf returns the description in a model file.
func metadataOf(t *testing.T, model string) string {
	t.Helper()
	info, err := train.ReadModelInfo(model)
	if err != nil {
		t.Fatal(err)
	}
	meta, err := train.Metadata(info)
	if err != nil {
		t.Fatal(err)
	}
	return meta["symgrad.model"]
}

// TestHostileONNX gives each verb files of which one byte is another. None panics.
func TestHostileONNX(t *testing.T) {
	whole, err := os.ReadFile(exported(t, straight(t, train.ModelFile{Data: dataset(t)})))
	if err != nil {
		t.Fatal(err)
	}
	path, table := filepath.Join(t.TempDir(), "hostile.onnx"), file(t, "a,b\n1,2\n")
	step := 1
	if testing.Short() {
		step = 17
	}
	for i := 0; i < len(whole); i += step {
		b := bytes.Clone(whole)
		b[i] ^= byte(1 + i%255)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"predict", path, table}, {"inspect", path}, {"summary", "-batch", "2", path}, {"graph", "-batch", "2", path}} {
			if status, _, errs := symgrad(args...); status != done && (status != failed || !strings.Contains(errs, "hostile.onnx") || strings.Contains(errs, "panic")) {
				t.Errorf("byte %d, %s: status %d, %s", i, args[0], status, errs)
			}
		}
	}
}
