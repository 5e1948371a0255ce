package gosource

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"go/token"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/symgrad/symgrad/internal/ir"
)

// program is what is printed.
type program struct {
	*generator
	o       Options
	sample  *samples
	prep    *preparing // nil: there is no preprocessing
	own     []port     // the inputs of the model
	inputs  []port
	outputs []port
	number  string // the type of the numbers
	encode  []encoding
}

// port is an input or an output.
type port struct {
	name  string // of the parameter
	title string // how its constants begin
	shape []int  // of one example
	size  int
	ints  bool
	below int  // integers are in [0, below); 0: any
	unit  bool // samples are in [0, 1)

	choices []int // integers that a sample is drawn from; nil: all
}

// typ returns the type of the port's elements.
func (p *program) typ(t port) string {
	if t.ints {
		return "int32"
	}
	return p.number
}

// reserved are names that inputs cannot have.
func (g *generator) reserved() map[string]bool {
	taken := map[string]bool{"k": true, "output": true, "weights": true, "weight": true, "bits": true, "wrong": true, "dst": true, "m": true, "n": true, "i": true, "err": true, "number": true, "New": true, "Model": true, "Classes": true, "Columns": true, "Header": true, "Encode": true, "cellRules": true, "missingCell": true}
	for name := range library() {
		taken[name] = true
	}
	for _, l := range g.loops {
		taken[l.name] = true
	}
	for name := range g.named {
		taken[name] = true
	}
	return taken
}

// shapeText says what an example is.
func (t port) shapeText() string {
	if len(t.shape) == 0 {
		return "one number"
	}
	return fmt.Sprintf("of the shape %v", t.shape)
}

// newProgram names inputs and outputs.
func newProgram(g *generator, prep *preparing, o Options, s *samples) *program {
	p := &program{generator: g, o: o, sample: s, prep: prep, number: "float64"}
	if g.f32 {
		p.number = "float32"
	}
	taken := g.reserved()
	for i, v := range g.f.Out {
		taken[fmt.Sprintf("output%d", i)] = true
		name, title := "dst", "Output"
		if len(g.f.Out) > 1 {
			name, title = fmt.Sprintf("dst%d", i), fmt.Sprintf("Output%d", i)
		}
		taken[name] = true
		p.outputs = append(p.outputs, portOf(v, name, title))
	}
	for i, in := range s.inputs {
		name := fmt.Sprintf("m.in%d", i)
		if prep == nil {
			name = identifier(in.name, taken)
		}
		q := portOf(in.v, name, titled(name))
		q.below, q.unit = in.below, in.unit
		p.own = append(p.own, q)
		if b := g.inputs[in.v]; b != nil {
			b.name = name
		}
	}
	if p.inputs = p.own; prep != nil {
		p.inputs = prep.fields
		for _, name := range prep.used {
			g.use(name)
		}
	}
	if p.encode = p.newEncoding(); len(p.encode) > 0 {
		g.use("encodeCell")
	}
	for _, st := range g.steps {
		if b := st.dst.b; b.home == outside {
			for i := range p.outputs {
				if b.name == fmt.Sprintf("out%d", i) {
					b.name = p.outputs[i].name
					break
				}
			}
		}
	}
	return p
}

// drawn writes how a sample is made of 32 bits that bits returns.
func (t port) drawn(number, bits string) string {
	switch below := t.below; {
	case t.choices != nil:
		list := fmt.Sprintf("%#v", t.choices)
		return fmt.Sprintf("int32(%s[%s >> 8 %% %d])", list, bits, len(t.choices))
	case t.ints:
		if below == 0 {
			below = 4
		}
		return fmt.Sprintf("int32(%s >> 8 %% %d)", bits, below)
	case t.unit:
		return fmt.Sprintf("%s(%s>>8) / (1 << 24)", number, bits)
	}
	return fmt.Sprintf("%s(int32(%s)>>8) / (1 << 22)", number, bits)
}

func portOf(v *ir.Value, name, title string) port {
	s := v.Type.Shape
	return port{name: name, title: title, shape: s[1:], size: s.Size(), ints: v.Type.DType == ir.Int}
}

// titled returns a name with a capital.
func titled(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// identifier makes a name of the program of a name of the model.
func identifier(name string, taken map[string]bool) string {
	var b strings.Builder
	upper := false
	for _, r := range name {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			upper = b.Len() > 0
			continue
		}
		if upper {
			r = unicode.ToUpper(r)
		}
		b.WriteRune(r)
		upper = false
	}
	s := b.String()
	if s == "" || !unicode.IsLetter(rune(s[0])) {
		s = "x" + s
	}
	s = strings.ToLower(s[:1]) + s[1:]
	if token.IsKeyword(s) || taken[s] || slices.Contains(predeclared, s) {
		s += "In"
	}
	for base, i := s, 2; taken[s]; i++ {
		s = base + strconv.Itoa(i)
	}
	taken[s] = true
	return s
}

// predeclared are names of Go that the program needs.
var predeclared = []string{"append", "byte", "bool", "clear", "copy", "cap", "error", "false", "float32", "float64", "int", "int32", "len", "make", "max", "min", "new",
	"nil", "panic", "string", "true", "uint32", "uint64", "errors", "math", "strconv"}

// source returns the file with the program.
func (p *program) source() ([]byte, error) {
	var b bytes.Buffer
	p.head(&b)
	p.model(&b)
	p.predict(&b)
	p.printEncode(&b)
	p.parts(&b)
	for _, t := range p.tables {
		b.WriteString("\n" + t)
	}
	for _, l := range p.loops {
		b.WriteString("\n" + l.text)
	}
	p.library(&b)
	text := b.String()
	var imports strings.Builder
	for _, name := range []string{"errors", "math", "strconv", "strings", "time"} {
		if len(p.encode) > 0 || name < "strings" && strings.Contains(text, name+".") {
			fmt.Fprintf(&imports, "%q\n", name)
		}
	}
	return formatted(strings.Replace(text, "IMPORTS", "import (\n_ \"embed\"\n"+imports.String()+")", 1))
}

// formatted returns text as gofmt does.
func formatted(text string) ([]byte, error) {
	out, err := format.Source([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("internal error: the program: %w", err)
	}
	return out, nil
}

// head writes what stands before the code.
func (p *program) head(b *bytes.Buffer) {
	fmt.Fprintf(b, "// Code generated by symgrad (graph/gosource). DO NOT EDIT.\n\n")
	doc := strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return printable(r)
	}, p.o.Doc))
	fmt.Fprintf(b, "// Package %s %s.\npackage %s\n\nIMPORTS\n\n", p.o.Package, strings.ReplaceAll(strings.TrimSuffix(doc, "."), "\n", "\n// "), p.o.Package)
	b.WriteString("// Numbers for one example.\nconst (\n")
	for _, t := range slices.Concat(p.inputs, p.outputs) {
		fmt.Fprintf(b, "%sSize = %d // %s\n", t.title, t.size, t.shapeText())
	}
	b.WriteString(")\n\n")
	p.printColumns(b)
	if len(p.o.Classes) > 0 {
		b.WriteString("// Classes are the names of the classes that the outputs stand for.\nvar Classes = []string{")
		for _, c := range p.o.Classes {
			fmt.Fprintf(b, "%q, ", c)
		}
		b.WriteString("}\n\n")
	}
}

// model writes the type and New.
func (p *program) model(b *bytes.Buffer) {
	fmt.Fprintf(b, "type number = %s\n\n", p.number)
	b.WriteString("// Model predicts. It keeps intermediate results in itself: it is for one goroutine. A copy is for\n" +
		"// another one, at the same time, and shares the weights.\ntype Model struct {\n")
	bytesEach, field := 8, func(h home, typ, what string) {
		if p.sizes[h] > 0 {
			fmt.Fprintf(b, "%s %s // %s\n", strings.TrimPrefix(homes[h], "m."), typ, what)
		}
	}
	if p.f32 {
		bytesEach = 4
	}
	field(weights, "[]number", "weights")
	field(packed, "[][16]number", "weights in the order in which dense reads them")
	field(indices, "[]int32", "indices that never change")
	field(scratch, fmt.Sprintf("[%d]number", p.sizes[scratch]), "results of steps")
	if p.prep != nil {
		for _, t := range p.own {
			typ := "number"
			if t.ints {
				typ = "int32"
			}
			fmt.Fprintf(b, "%s [%d]%s // what the preprocessing makes of the inputs\n", strings.TrimPrefix(t.name, "m."), t.size, typ)
		}
	}
	field(integers, fmt.Sprintf("[%d]int32", p.sizes[integers]), "indices that steps compute")
	b.WriteString("}\n\n")
	nw, np, nc := p.sizes[weights], p.sizes[packed], p.sizes[indices]
	if nw+np+nc > 0 {
		fmt.Fprintf(b, "//go:embed %s.bin\nvar weights string\n\n", p.o.Package)
	}
	b.WriteString("// New returns a model with weights of its own.\nfunc New() *Model {\nm := &Model{}\n")
	if nw > 0 {
		fmt.Fprintf(b, "m.w = make([]number, %d)\nfor i := range m.w {\nm.w[i] = weight(%d * i)\n}\n", nw, bytesEach)
	}
	if np > 0 {
		fmt.Fprintf(b, "m.p = make([][16]number, %d)\nfor i := range m.p {\nfor j := range m.p[i] {\nm.p[i][j] = weight(%d + %d*(16*i+j))\n}\n}\n", np/16, bytesEach*nw, bytesEach)
	}
	if nc > 0 {
		fmt.Fprintf(b, "m.c = make([]int32, %d)\nfor i := range m.c {\nm.c[i] = int32(bits(%d + 4*i))\n}\n", nc, bytesEach*(nw+np))
	}
	b.WriteString("return m\n}\n\n")
	switch {
	case nw+np == 0:
	case p.f32:
		b.WriteString("// weight returns the number at a byte.\nfunc weight(at int) number { return math.Float32frombits(bits(at)) }\n\n")
	default:
		b.WriteString("// weight returns the number at a byte.\nfunc weight(at int) number { return math.Float64frombits(uint64(bits(at)) | uint64(bits(at+4))<<32) }\n\n")
	}
	if nw+np+nc > 0 {
		b.WriteString("// bits returns four bytes.\nfunc bits(at int) uint32 {\nb := weights[at:][:4]\nreturn uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24\n}\n\n")
	}
}

// parameters writes the parameters of Predict.
func (p *program) parameters() string { return p.listed(slices.Concat(p.outputs, p.inputs)) }

// listed writes parameters.
func (p *program) listed(all []port) string {
	var b strings.Builder
	for i, t := range all {
		b.WriteString(t.name)
		if i+1 == len(all) || p.typ(all[i+1]) != p.typ(t) {
			b.WriteString(" []" + p.typ(t))
		}
		if i+1 < len(all) {
			b.WriteString(", ")
		}
	}
	return b.String()
}

// predict writes the method with its checks.
func (p *program) predict(b *bytes.Buffer) {
	b.WriteString("// Predict computes the outputs for as many examples as there are rows of inputs, one after another,\n// without an allocation.\n//\n")
	for k, t := range p.inputs {
		what := "numbers"
		if t.below > 0 {
			what = fmt.Sprintf("integers in [0, %d)", t.below)
		} else if t.ints {
			what = "integers"
		}
		named := ""
		if len(p.columnsOf(k)) > 0 {
			named = ", named by " + p.columnsName(t)
		}
		fmt.Fprintf(b, "// %s has %sSize %s for each example: %s%s.\n", t.name, t.title, what, t.shapeText(), named)
	}
	for _, t := range p.outputs {
		fmt.Fprintf(b, "// %s takes %sSize for each: %s.\n", t.name, t.title, t.shapeText())
	}
	fmt.Fprintf(b, "//\n// It returns an error for slices of other lengths%s.\nfunc (m *Model) Predict(%s) error {\n", map[bool]string{true: " and integers out of range"}[slices.ContainsFunc(p.inputs, func(t port) bool { return t.below > 0 })], p.parameters())
	if first := p.inputs[0]; true {
		fmt.Fprintf(b, "n := len(%s) / %sSize\n", first.name, first.title)
	}
	for _, t := range slices.Concat(p.inputs, p.outputs) {
		fmt.Fprintf(b, "if len(%s) != n*%sSize {\nreturn wrong(%q, len(%s), n*%sSize)\n}\n", t.name, t.title, t.name, t.name, t.title)
	}
	for _, t := range p.inputs {
		if t.below > 0 {
			fmt.Fprintf(b, "for i, k := range %s {\nif k < 0 || k >= %d {\nreturn errors.New(\"%s: %s: element \" + strconv.Itoa(i) + \": got \" + strconv.Itoa(int(k)) + \", want 0 to %d\")\n}\n}\n", t.name, t.below, p.o.Package, t.name, t.below-1)
		}
	}
	b.WriteString("for i := range n {\n")
	if p.prep != nil {
		b.WriteString(strings.Join(p.prep.checks, ""))
	}
	b.WriteString("m.example(")
	for i, t := range slices.Concat(p.outputs, p.inputs) {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(b, "%s[i*%sSize:][:%sSize]", t.name, t.title, t.title)
	}
	b.WriteString(")\n}\nreturn nil\n}\n\n")
	fmt.Fprintf(b, "// wrong returns the error about the length of a slice.\nfunc wrong(name string, got, want int) error {\n"+
		"return errors.New(\"%s: \" + name + \": got \" + strconv.Itoa(got) + \" elements, want \" + strconv.Itoa(want))\n}\n", p.o.Package)
}

// parts writes the steps for one example, some in each method.
func (p *program) parts(b *bytes.Buffer) {
	const each = 60
	var names []string
	for _, t := range slices.Concat(p.outputs, p.inputs) {
		names = append(names, t.name)
	}
	fmt.Fprintf(b, "\n// example computes the outputs for one example.\nfunc (m *Model) example(%s) {\n", p.parameters())
	var rest bytes.Buffer
	if p.prep != nil {
		b.WriteString("m.prepare(" + strings.Join(names[len(p.outputs):], ", ") + ")\n")
		p.printPrepare(&rest)
	}
	defer func() { b.Write(rest.Bytes()) }()
	if len(p.steps) <= each {
		p.printSteps(b, p.steps)
		p.printUndo(b)
		b.WriteString("}\n")
		return
	}
	for i, k := 0, 1; i < len(p.steps); i, k = i+each, k+1 {
		fmt.Fprintf(b, "m.part%d(%s)\n", k, strings.Join(names, ", "))
		fmt.Fprintf(&rest, "\nfunc (m *Model) part%d(%s) {\n", k, p.parameters())
		p.printSteps(&rest, p.steps[i:min(len(p.steps), i+each)])
		rest.WriteString("}\n")
	}
	p.printUndo(b)
	b.WriteString("}\n")
}

func (p *program) printSteps(b *bytes.Buffer, all []*step) {
	for _, s := range all {
		if s.note != "" {
			b.WriteString(s.note + "\n")
		}
		b.WriteString(s.call + "(" + s.dst.String())
		for _, a := range s.in {
			fmt.Fprintf(b, ", %v", a)
		}
		b.WriteString(")\n")
	}
}

//go:embed loops
var loopFiles embed.FS

// declaration finds the names of functions and types.
var declaration = regexp.MustCompile(`^(?:func|type) (\w+)`)

// library returns the functions and types of the folder loops, by their names, with their comments.
var library = func() map[string]string {
	out := map[string]string{}
	entries, err := loopFiles.ReadDir("loops")
	if err != nil {
		panic("gosource: " + err.Error())
	}
	for _, e := range entries {
		text, err := loopFiles.ReadFile("loops/" + e.Name())
		if err != nil {
			panic("gosource: " + err.Error())
		}
		var one strings.Builder
		name := ""
		for line := range strings.Lines(string(text)) {
			if m := declaration.FindStringSubmatch(line); m != nil {
				name = m[1]
			}
			blank := strings.TrimSpace(line) == ""
			if !blank || name == "" {
				one.WriteString(line)
			}
			closed := strings.HasPrefix(line, "}") || name != "" && declaration.MatchString(line) && !strings.HasSuffix(strings.TrimSpace(line), "{")
			if name != "" && closed {
				out[name] = strings.TrimLeft(one.String(), "\n")
				one.Reset()
				name = ""
			}
			if name == "" && blank {
				one.Reset()
			}
		}
	}
	return out
}

var word, comment = regexp.MustCompile(`\w+`), regexp.MustCompile(`//.*`)

// library writes the functions that the program calls, and those that these call.
func (p *program) library(b *bytes.Buffer) {
	all := library()
	open := []string{}
	for name := range p.helpers {
		open = append(open, name)
	}
	for len(open) > 0 {
		name := open[len(open)-1]
		open = open[:len(open)-1]
		for _, w := range word.FindAllString(comment.ReplaceAllString(all[name], ""), -1) {
			if all[w] != "" && !p.helpers[w] {
				p.helpers[w] = true
				open = append(open, w)
			}
		}
	}
	var names []string
	for name := range p.helpers {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.WriteString("\n" + all[name])
	}
}

// put writes a number of the program's type.
func (p *program) put(b *bytes.Buffer, x float64) {
	if p.f32 {
		putUint(b, uint64(math.Float32bits(float32(x))), 4)
	} else {
		putUint(b, math.Float64bits(x), 8)
	}
}

func putUint(b *bytes.Buffer, x uint64, n int) {
	for range n {
		b.WriteByte(byte(x))
		x >>= 8
	}
}
