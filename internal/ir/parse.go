package ir

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	maxConst = 1 << 24 // elements of a constant that is written as [0 ...]
	maxDepth = 4       // of bodies in bodies
)

// Parse reads a function in the form that String writes. Spaces do not matter, lines may be
// empty, and a line that begins with // is a comment. op finds an operator by name; it
// returns nil if there is none.
//
// Each ID must be defined once in a function, before it is used. Parse checks only the
// form: Verify says whether the function makes sense. Errors begin with line and column.
// Text of any kind is safe to read.
func Parse(text string, op func(name string) *Def) (*Func, error) {
	p := &parser{lines: strings.Split(text, "\n"), row: -1, op: op}
	f, err := p.function()
	if err == nil && p.next() {
		err = p.want("the end after the function")
	}
	if err != nil {
		return nil, fmt.Errorf("ir: %d:%d: %w", p.row+1, p.col+1, err)
	}
	return f, nil
}

// parser reads line by line. The text at lines[row][col:] is next.
type parser struct {
	lines []string
	row   int
	line  string // lines[row]
	col   int
	depth int
	op    func(name string) *Def
}

// next goes to the next line that is neither empty nor a comment. It is false at the end.
func (p *parser) next() bool {
	for p.row+1 < len(p.lines) {
		p.row++
		p.line, p.col = strings.TrimSuffix(p.lines[p.row], "\r"), 0
		if p.space(); p.col < len(p.line) && !strings.HasPrefix(p.line[p.col:], "//") {
			return true
		}
	}
	p.col = len(p.line)
	return false
}

func (p *parser) space() {
	for p.col < len(p.line) && (p.line[p.col] == ' ' || p.line[p.col] == '\t') {
		p.col++
	}
}

// want returns the error that the text here is not what was wanted.
func (p *parser) want(what string) error {
	got := "the end of the line"
	if p.col < len(p.line) {
		got = strconv.Quote(p.line[p.col:min(len(p.line), p.col+20)])
	}
	return fmt.Errorf("got %s, want %s", got, what)
}

// accept takes the text if it is next, and reports whether it was.
func (p *parser) accept(text string) bool {
	p.space()
	if strings.HasPrefix(p.line[p.col:], text) {
		p.col += len(text)
		return true
	}
	return false
}

func (p *parser) expect(text string) error {
	if !p.accept(text) {
		return p.want(strconv.Quote(text))
	}
	return nil
}

// lineEnd checks that the line ends here.
func (p *parser) lineEnd() error {
	if p.space(); p.col < len(p.line) {
		return p.want("the end of the line")
	}
	return nil
}

// word takes letters, digits and the other characters of numbers. It may be "".
func (p *parser) word() string {
	p.space()
	start := p.col
	for p.col < len(p.line) {
		c := p.line[p.col]
		if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '-' || c == '+') {
			break
		}
		p.col++
	}
	return p.line[start:p.col]
}

// back returns the error that the word w, which was just taken, is not what was wanted.
func (p *parser) back(w, what string) error {
	p.col -= len(w)
	return p.want(what)
}

func (p *parser) integer(what string) (int, error) {
	w := p.word()
	n, err := strconv.Atoi(w)
	if err != nil {
		return 0, p.back(w, what)
	}
	return n, nil
}

func (p *parser) quoted() (string, error) {
	p.space()
	q, err := strconv.QuotedPrefix(p.line[p.col:])
	if err != nil || q[0] != '"' {
		return "", p.want("a name in double quotes")
	}
	s, err := strconv.Unquote(q)
	if err != nil {
		return "", p.want("a name in double quotes")
	}
	p.col += len(q)
	return s, nil
}

// peek reports whether the byte c is next.
func (p *parser) peek(c byte) bool {
	p.space()
	return p.col < len(p.line) && p.line[p.col] == c
}

// ref takes the ID of a value.
func (p *parser) ref() (int, error) {
	w := p.word()
	n, err := strconv.Atoi(strings.TrimPrefix(w, "v"))
	if err != nil || n < 0 || len(w) < 2 || w[0] != 'v' || w[1] == '+' {
		return 0, p.back(w, "a value such as v7")
	}
	return n, nil
}

// function reads from the next line on.
func (p *parser) function() (*Func, error) {
	if !p.next() {
		return nil, p.want(`func "name" {`)
	}
	return p.funcHere()
}

// funcHere reads from the word func to the line with the closing brace.
func (p *parser) funcHere() (*Func, error) {
	if err := p.expect("func"); err != nil {
		return nil, err
	}
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("bodies are nested more than %d deep", maxDepth)
	}
	defer func() { p.depth-- }()
	name, err := p.quoted()
	if err != nil {
		return nil, err
	}
	if err := p.expect("{"); err != nil {
		return nil, err
	}
	if err := p.lineEnd(); err != nil {
		return nil, err
	}
	f := &Func{Name: name}
	byID := map[int]*Value{}
	for p.next() {
		if p.accept("return") {
			if f.Out, err = p.refs(byID); err != nil {
				return nil, err
			}
			if err := p.lineEnd(); err != nil {
				return nil, err
			}
			if !p.next() {
				return nil, p.want(`"}"`)
			}
			if err := p.expect("}"); err != nil {
				return nil, err
			}
			return f, p.lineEnd()
		}
		if err := p.value(f, byID); err != nil {
			return nil, err
		}
	}
	return nil, p.want("a value or return")
}

// refs takes the IDs of values as long as there are any.
func (p *parser) refs(byID map[int]*Value) (in []*Value, err error) {
	for p.peek('v') {
		start := p.col
		id, err := p.ref()
		if err != nil {
			return nil, err
		}
		x := byID[id]
		if x == nil {
			p.col = start
			return nil, fmt.Errorf("v%d is not defined before it is used", id)
		}
		in = append(in, x)
	}
	return in, nil
}

// value reads one value: a line, and the body if there is one.
func (p *parser) value(f *Func, byID map[int]*Value) error {
	start := p.col
	id, err := p.ref()
	if err != nil {
		return err
	}
	if byID[id] != nil {
		p.col = start
		return fmt.Errorf("v%d is defined twice", id)
	}
	if err := p.expect("="); err != nil {
		return err
	}
	v := &Value{ID: id}
	if err := p.head(v); err != nil {
		return err
	}
	if v.Def != nil {
		if v.In, err = p.refs(byID); err != nil {
			return err
		}
	}
	if err := p.tail(v); err != nil {
		return err
	}
	byID[id] = v
	f.Values = append(f.Values, v)
	f.nextID = max(f.nextID, id+1)
	return nil
}

// head reads the operator or kind of leaf, the type, and what leaves have.
func (p *parser) head(v *Value) (err error) {
	w := p.word()
	for l := Input; l <= Arg; l++ {
		if w == l.String() {
			v.Leaf = l
		}
	}
	if v.Leaf == NotLeaf {
		if v.Def = p.op(w); v.Def == nil {
			return p.back(w, "the name of an operator, input, param, state, const or arg")
		}
	}
	if v.Type, err = p.typ(); err != nil {
		return err
	}
	switch v.Leaf {
	case Param, State:
		v.Index, err = p.integer("the place of the " + w)
	case Arg:
		if v.Index = ProductArg; !p.accept("product") {
			v.Index, err = p.integer("the argument's index")
		}
	case Const:
		err = p.data(v)
	}
	return err
}

// tail reads what there is of attributes, name and body.
func (p *parser) tail(v *Value) (err error) {
	if p.peek('{') {
		if v.Attrs, err = p.attrs(); err != nil {
			return err
		}
	}
	if p.peek('"') {
		if v.Name, err = p.quoted(); err != nil {
			return err
		}
	}
	if p.peek('f') {
		v.Body, err = p.funcHere()
		return err
	}
	return p.lineEnd()
}

func (p *parser) typ() (Type, error) {
	w := p.word()
	for d, name := range dtypeNames {
		if w == name {
			s, err := p.ints()
			return Type{DType: DType(d), Shape: s}, err
		}
	}
	return Type{}, p.back(w, "a type such as f32[2,3]")
}

// ints reads [2,3].
func (p *parser) ints() ([]int, error) {
	if err := p.expect("["); err != nil {
		return nil, err
	}
	out := []int{}
	for !p.accept("]") {
		if len(out) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		n, err := p.integer("an integer")
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// attrs reads {key=value key=value}.
func (p *parser) attrs() (Attrs, error) {
	if err := p.expect("{"); err != nil {
		return nil, err
	}
	var kv []any
	seen := map[string]bool{}
	for !p.accept("}") {
		key := p.word()
		if !isKey(key) || seen[key] {
			return nil, p.back(key, "the name of another attribute")
		}
		seen[key] = true
		if err := p.expect("="); err != nil {
			return nil, err
		}
		val, err := p.attr()
		if err != nil {
			return nil, err
		}
		kv = append(kv, key, val)
	}
	return A(kv...), nil
}

// isKey reports whether s can name an attribute: a letter, then letters and digits.
func isKey(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || i > 0 && '0' <= c && c <= '9') {
			return false
		}
	}
	return s != ""
}

func (p *parser) attr() (any, error) {
	if p.peek('"') {
		return p.quoted()
	}
	if p.peek('[') {
		return p.ints()
	}
	w := p.word()
	switch w {
	case "true", "false":
		return w == "true", nil
	}
	if n, err := strconv.Atoi(w); err == nil {
		return n, nil
	}
	x, err := strconv.ParseFloat(w, 64)
	if err != nil {
		return nil, p.back(w, "true, false, a number, a name in double quotes or a list such as [0,2]")
	}
	return x, nil
}

// data reads the elements of a constant, if it has any.
func (p *parser) data(v *Value) (err error) {
	if !p.accept("[") {
		return nil
	}
	if v.Type.DType == Int {
		v.Data, err = list(p, v.Type.Shape, strconv.Atoi)
		return err
	}
	v.Data, err = list(p, v.Type.Shape, func(w string) (float64, error) { return strconv.ParseFloat(w, 64) })
	return err
}

func list[T any](p *parser, s Shape, read func(string) (T, error)) ([]T, error) {
	d := []T{}
	for !p.accept("]") {
		if len(d) == 1 && p.accept("...") {
			n, err := s.CheckedSize(maxConst)
			if err != nil {
				return nil, err
			}
			if n < 2 {
				return nil, fmt.Errorf("got ... for a constant of %d elements", n)
			}
			for range n - 1 {
				d = append(d, d[0])
			}
			return d, p.expect("]")
		}
		w := p.word()
		x, err := read(w)
		if err != nil {
			return nil, p.back(w, "an element of the constant or ]")
		}
		d = append(d, x)
	}
	return d, nil
}
