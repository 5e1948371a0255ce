package onnxfile

// Model is a file.
type Model struct {
	IR       int64            // the version of the file format; 0 if the file does not say
	Producer string           // the program that wrote the file
	Doc      string           // what the model is for
	Opsets   map[string]int64 // the versions of the operators, by domain; "" is ONNX's own
	Metadata map[string]string
	Graph    *Graph
}

// Graph is a graph of nodes.
type Graph struct {
	Name, Doc string
	Nodes     []*Node
	Tensors   []*Tensor // the initializers
	Inputs    []Port
	Outputs   []Port
	Sparse    bool // there are sparse initializers, which are not read
}

// Node is an operator's application. An empty name of an operand or a result is none.
type Node struct {
	Op, Domain, Name string
	In, Out          []string
	Attrs            map[string]*Attr
}

// Operators returns the number of nodes of each operator, with the graphs of their attributes. Its
// name has its domain unless that is ONNX's own.
func (g *Graph) Operators() map[string]int {
	out := map[string]int{}
	for _, n := range g.Nodes {
		name := n.Op
		if n.Domain != "" {
			name = n.Domain + "." + n.Op
		}
		out[name]++
		for _, a := range n.Attrs {
			if a.G == nil {
				continue
			}
			for name, k := range a.G.Operators() {
				out[name] += k
			}
		}
	}
	return out
}

// Makers returns the operator that makes each tensor.
func (g *Graph) Makers() map[string]string {
	out := map[string]string{}
	for _, n := range g.Nodes {
		for _, y := range n.Out {
			out[y] = n.Op
		}
	}
	return out
}

// Port is an input or an output of a graph.
type Port struct {
	Name  string
	Kind  Kind   // 0: the file does not say
	Dims  []Dim  // valid if Shaped
	Other string // what it is if it is no tensor: "sequence", "map"; "" for a tensor

	Shaped bool // the file says the shape
}

// Dim is an extent: a number, or a name of one, or neither.
type Dim struct {
	N    int64 // -1: not a number
	Name string
}

// Attr is an attribute.
type Attr struct {
	Kind    AttrKind
	F       float32
	I       int64
	S       []byte
	T       *Tensor
	G       *Graph
	Floats  []float32
	Ints    []int64
	Strings [][]byte
	Ref     string // the attribute of a function that it stands for
}

// AttrKind is the type of an attribute, as onnx.proto numbers it.
type AttrKind int

// The types of attributes that rules read.
const (
	AttrFloat   AttrKind = 1
	AttrInt     AttrKind = 2
	AttrString  AttrKind = 3
	AttrTensor  AttrKind = 4
	AttrGraph   AttrKind = 5
	AttrFloats  AttrKind = 6
	AttrInts    AttrKind = 7
	AttrStrings AttrKind = 8
)

// ReadModel reads a file. Texts and raw data stay parts of it: nobody may change the bytes.
//
// Errors: ErrFormat for bytes that are no model, ErrMemory for what is beyond the limits,
// ErrUnsupported for what is not read.
func ReadModel(file []byte, l Limits) (*Model, error) {
	l, err := l.OrDefault()
	if err != nil {
		return nil, err
	}
	if int64(len(file)) > l.Bytes {
		return nil, tooMuchf("got a file of %d bytes, want at most %d", len(file), l.Bytes)
	}
	r := &reader{limits: l}
	m := &Model{Opsets: map[string]int64{}, Metadata: map[string]string{}}
	if err := r.each(file, func(x field) error { return r.model(m, x) }); err != nil {
		return nil, err
	}
	if m.Graph == nil {
		return nil, formatf("got a file without a graph, want one")
	}
	return m, nil
}

// ReadTensor reads a file that is one tensor.
//
// Errors: those of ReadModel.
func ReadTensor(file []byte, l Limits) (*Tensor, error) {
	l, err := l.OrDefault()
	if err != nil {
		return nil, err
	}
	return (&reader{limits: l}).tensor(file)
}

func (r *reader) model(m *Model, x field) error {
	switch x.number {
	case 1:
		return x.integer(&m.IR)
	case 2:
		return x.text(&m.Producer)
	case 6:
		return x.text(&m.Doc)
	case 7:
		if m.Graph == nil {
			m.Graph = &Graph{}
		}
		return r.message(x, func(x field) error { return r.graph(m.Graph, x) })
	case 8:
		var domain string
		var version int64
		err := r.message(x, func(x field) error {
			switch x.number {
			case 1:
				return x.text(&domain)
			case 2:
				return x.integer(&version)
			}
			return nil
		})
		if domain == "ai.onnx" {
			domain = ""
		}
		m.Opsets[domain] = version
		return err
	case 14:
		key, value, err := r.entry(x)
		m.Metadata[key] = value
		return err
	}
	return nil
}

// message calls f with the fields of a message that is a field.
func (r *reader) message(x field, f func(field) error) error {
	var b []byte
	if err := x.raw(&b); err != nil {
		return err
	}
	if err := r.part(); err != nil {
		return err
	}
	return r.each(b, f)
}

// entry reads a pair of texts.
func (r *reader) entry(x field) (key, value string, err error) {
	err = r.message(x, func(x field) error {
		switch x.number {
		case 1:
			return x.text(&key)
		case 2:
			return x.text(&value)
		}
		return nil
	})
	return key, value, err
}

func (r *reader) graph(g *Graph, x field) error {
	switch x.number {
	case 1:
		n := &Node{Attrs: map[string]*Attr{}}
		g.Nodes = append(g.Nodes, n)
		return r.message(x, func(x field) error { return r.node(n, x) })
	case 2:
		return x.text(&g.Name)
	case 5:
		t, err := r.tensorIn(x)
		g.Tensors = append(g.Tensors, t)
		return err
	case 10:
		return x.text(&g.Doc)
	case 11:
		return r.port(&g.Inputs, x)
	case 12:
		return r.port(&g.Outputs, x)
	case 15:
		g.Sparse = true
	}
	return nil
}

func (r *reader) node(n *Node, x field) error {
	switch x.number {
	case 1, 2:
		to := &n.In
		if x.number == 2 {
			to = &n.Out
		}
		var name string
		err := x.text(&name)
		*to = append(*to, name)
		return err
	case 3:
		return x.text(&n.Name)
	case 4:
		return x.text(&n.Op)
	case 5:
		a, name := &Attr{}, ""
		err := r.message(x, func(x field) error {
			if x.number == 1 {
				return x.text(&name)
			}
			return r.attr(a, x)
		})
		if err == nil && n.Attrs[name] != nil {
			err = formatf("node %q: got the attribute %q twice, want it once", n.Name, name)
		}
		n.Attrs[name] = a
		a.guess()
		return err
	case 7:
		err := x.text(&n.Domain)
		if n.Domain == "ai.onnx" {
			n.Domain = ""
		}
		return err
	}
	return nil
}

func (r *reader) attr(a *Attr, x field) (err error) {
	switch x.number {
	case 2:
		if err = x.want(5); err == nil {
			a.F = float32frombits(x.value)
		}
	case 3:
		err = x.integer(&a.I)
	case 4:
		err = x.raw(&a.S)
	case 5:
		a.T, err = r.tensorIn(x)
	case 6:
		a.G = &Graph{}
		err = r.message(x, func(x field) error { return r.graph(a.G, x) })
	case 7:
		err = x.floats(&a.Floats)
	case 8:
		err = x.integers(&a.Ints)
	case 9:
		var s []byte
		err = x.raw(&s)
		a.Strings = append(a.Strings, s)
	case 20:
		var kind int64
		err = x.integer(&kind)
		a.Kind = AttrKind(kind)
	case 21:
		err = x.text(&a.Ref)
	}
	return err
}

// guess gives an attribute without a type that of what it has: old files do not say it.
func (a *Attr) guess() {
	if a.Kind != 0 {
		return
	}
	switch {
	case a.T != nil:
		a.Kind = AttrTensor
	case a.G != nil:
		a.Kind = AttrGraph
	case a.Ints != nil:
		a.Kind = AttrInts
	case a.Floats != nil:
		a.Kind = AttrFloats
	case a.Strings != nil:
		a.Kind = AttrStrings
	case a.S != nil:
		a.Kind = AttrString
	case a.F != 0:
		a.Kind = AttrFloat
	default:
		a.Kind = AttrInt
	}
}
