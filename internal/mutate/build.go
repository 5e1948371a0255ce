package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// variable is what says which mutant runs.
const variable = "SYMGRAD_MUTANT"

// support is the file that every mutated package gets: %s is its name and how it
// names a Ctx.
const support = `package %[1]s

import (
	"os"
	"strconv"
%[2]s
	"gorgonia.org/gorgonia"
)

var activeMutant, _ = strconv.Atoi(os.Getenv("` + variable + `"))

type mutations struct{}

var mutated mutations

func (mutations) first(x, _ *gorgonia.Node) *gorgonia.Node  { return x }
func (mutations) second(_, y *gorgonia.Node) *gorgonia.Node { return y }
func (mutations) none(*gorgonia.Node) *gorgonia.Node        { return nil }

func (mutations) neg(x *gorgonia.Node) *gorgonia.Node {
	if x == nil {
		return nil
	}
	return %[3]sNewCtx(x.Graph()).Neg(x)
}

func (mutations) twice(x *gorgonia.Node) *gorgonia.Node {
	if x == nil {
		return nil
	}
	return %[3]sNewCtx(x.Graph()).Scale(x, 2)
}
`

// build is the mutated tree: files that stand in for those of the module.
type build struct {
	root, dir string
	sources   []*source
	suites    []*suite
}

func (b *build) overlay() string { return filepath.Join(b.dir, "overlay.json") }

// compile builds the test binaries with all mutants in them, leaving out those
// that the compiler refuses.
func (b *build) compile(all []*mutant) error {
	for {
		lines, err := b.write(all)
		if err != nil {
			return err
		}
		args := []string{"build", "-overlay", b.overlay(), "-gcflags=-e", "./" + rules}
		for dir := range walks {
			args = append(args, "./"+dir)
		}
		out, err := b.command(args...).CombinedOutput()
		if err == nil {
			break
		}
		if !refused(out, lines) {
			return fmt.Errorf("the mutated packages do not build:\n%s", out)
		}
	}
	for i, s := range suites {
		s.binary = filepath.Join(b.dir, strconv.Itoa(i)+".test")
		s.dir = filepath.Join(b.root, s.pkg)
		if k := slices.IndexFunc(suites[:i], func(o *suite) bool { return o.pkg == s.pkg }); k >= 0 {
			s.binary = suites[k].binary
			continue
		}
		if out, err := b.command("test", "-c", "-overlay", b.overlay(), "-o", s.binary, "./"+s.pkg).CombinedOutput(); err != nil {
			return fmt.Errorf("the tests of %s do not build:\n%s", s.pkg, out)
		}
	}
	b.suites = suites
	return nil
}

func (b *build) command(args ...string) *exec.Cmd {
	c := exec.Command("go", args...)
	c.Dir = b.root
	return c
}

// span is where the copy of a mutant's function stands in a written file.
type span struct {
	file        string
	first, last int
	m           *mutant
}

// write writes the mutated files and the overlay that names them.
func (b *build) write(all []*mutant) ([]span, error) {
	replace := map[string]string{}
	var spans []span
	put := func(path, text string) error {
		to := filepath.Join(b.dir, strings.ReplaceAll(path, "/", "_"))
		replace[filepath.Join(b.root, path)] = to
		return os.WriteFile(to, []byte(text), 0o644)
	}
	for _, s := range b.sources {
		text, more := s.mutated(all)
		spans = append(spans, more...)
		if err := put(s.path, text); err != nil {
			return nil, err
		}
	}
	op := fmt.Sprintf("\t%q", "github.com/symgrad/symgrad/"+rules)
	if err := put(rules+"/mutants.go", fmt.Sprintf(support, "op", "", "")); err != nil {
		return nil, err
	}
	for dir := range walks {
		if err := put(dir+"/mutants.go", fmt.Sprintf(support, filepath.Base(dir), op, "op.")); err != nil {
			return nil, err
		}
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, err
	}
	return spans, os.WriteFile(b.overlay(), data, 0o644)
}

// mutated is the file with, at the start of each owner, a copy of its body for
// each mutant.
func (s *source) mutated(all []*mutant) (string, []span) {
	var b strings.Builder
	var spans []span
	line, from := 1, 0
	put := func(text string) {
		b.WriteString(text)
		line += strings.Count(text, "\n")
	}
	for _, f := range s.owner {
		open, end := s.at(f.body.Lbrace)+1, s.at(f.body.Rbrace)
		put(s.text[from:open])
		from = open
		put("\nswitch activeMutant {\n")
		for _, m := range all {
			if m.s != s || m.owner.body != f.body || m.unbuilt {
				continue
			}
			first := line
			put(fmt.Sprintf("case %d:\n", m.id))
			put(s.text[open:m.start] + m.with + s.text[m.end:end])
			if f.results == nil {
				put("\nreturn")
			}
			put("\n")
			spans = append(spans, span{filepath.Base(s.path), first, line, m})
		}
		put("}\n")
	}
	put(s.text[from:])
	return b.String(), spans
}

var compilerError = regexp.MustCompile(`([\w]+\.go):(\d+):\d+: `)

// refused marks the mutants that the compiler's messages are about, and says
// whether there was one.
func refused(out []byte, spans []span) bool {
	found := false
	for text := range bytes.Lines(out) {
		at := compilerError.FindSubmatch(text)
		if at == nil {
			continue
		}
		line, _ := strconv.Atoi(string(at[2]))
		for _, s := range spans {
			if strings.HasSuffix(string(at[1]), s.file) && s.first <= line && line < s.last {
				s.m.unbuilt, found = true, true
			}
		}
	}
	return found
}
