package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// TestOutput plays for less time than the command and looks at what it says and draws.
func TestOutput(t *testing.T) {
	if testing.Short() {
		t.Skip("it trains for many seconds without assembly")
	}
	picture := filepath.Join(t.TempDir(), "gan.svg")
	var out strings.Builder
	if err := run(&out, 3000, picture); err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(\d+) % of the made points lie in a cluster, (\d) of 8 clusters have some\n`).FindStringSubmatch(out.String())
	if m == nil {
		t.Fatalf("got %q", out.String())
	}
	for i, least := range []int{60, 5} {
		if v, err := strconv.Atoi(m[i+1]); err != nil || v < least {
			t.Errorf("got %q, want at least %d as number %d", m[0], least, i)
		}
	}
	svg, err := os.ReadFile(picture)
	if n := strings.Count(string(svg), "<circle"); err != nil || n != 2*2048 {
		t.Errorf("got %d points, %v", n, err)
	}
}

// TestPlayers makes steps of one player: the parameters of the other keep their bits, and
// so does the state of its optimizer. Its next step is that of a game in which the first
// has made none, once it has back the parameters that it had then.
func TestPlayers(t *testing.T) {
	set, err := data.New(data.Field{Name: "x", Shape: []int{2}, Floats: clusters(32)})
	if err != nil {
		t.Fatal(err)
	}
	index := make([]int, 32)
	for i := range index {
		index[i] = i
	}
	of := func(p *graph.Params, scope string) (out []float64) {
		for _, q := range p.List() {
			if strings.HasPrefix(q.Name, scope) {
				out = append(out, p.Values(q.Name)...)
			}
		}
		return out
	}
	for _, scopes := range [][2]string{{"critic/", "generator/"}, {"generator/", "critic/"}} {
		moves, rests := scopes[0], scopes[1]
		game := func(interrupted bool) []float64 {
			critic, generator := players(1)
			first, second := critic, generator
			if moves == "generator/" {
				first, second = generator, critic
			}
			a, err := train.New(first, train.Options{})
			if err != nil {
				t.Fatal(err)
			}
			b, err := train.New(second, train.Options{})
			if err != nil {
				t.Fatal(err)
			}
			step := func(tr *train.Trainer) {
				if _, err := tr.Step(set, index); err != nil {
					t.Fatal(err)
				}
			}
			step(b)
			before, moved := of(second.Params(), rests), of(first.Params(), moves)
			if interrupted {
				kept := map[string][]float64{}
				for _, q := range first.Params().List() {
					kept[q.Name] = first.Params().Values(q.Name)
				}
				step(a)
				step(a)
				if got := of(second.Params(), rests); !slices.Equal(got, before) {
					t.Errorf("steps of %s moved %s", moves, rests)
				}
				if slices.Equal(of(first.Params(), moves), moved) {
					t.Errorf("steps of %s moved nothing", moves)
				}
				for name, v := range kept {
					if err := first.Params().Set(name, v); err != nil {
						t.Fatal(err)
					}
				}
			}
			step(b)
			return of(second.Params(), rests)
		}
		if !slices.Equal(game(true), game(false)) {
			t.Errorf("steps of %s changed the optimizer of %s", moves, rests)
		}
	}
}
