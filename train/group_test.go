package train_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
)

// TestGroups trains with factors for learning rates and decays: a parameter moves as it does
// with the product as its setting, and one with the factor 0 stays as it is.
func TestGroups(t *testing.T) {
	rates := map[string]float64{"hidden/weight": 0.5, "hidden/bias": train.Zero, "out/weight": 2}
	decays := map[string]float64{"hidden/weight": 4, "out/weight": train.Zero}
	groups := func(name string) train.Group { return train.Group{Rate: rates[name], Decay: decays[name]} }
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for name, o := range map[string]func(decay float64) train.Optimizer{
			"SGD":      func(decay float64) train.Optimizer { return train.SGD{Decay: decay} },
			"momentum": func(decay float64) train.Optimizer { return train.SGD{Momentum: 0.5, Decay: decay} },
			"Adam":     func(decay float64) train.Optimizer { return train.Adam{Decay: decay} },
			"AdamW":    func(decay float64) train.Optimizer { return train.AdamW{Decay: max(decay, train.Zero)} },
		} {
			ps := graph.NewParams(d, 5)
			got := newNet(d, 0)
			got.p = ps
			if err := train.Build(got); err != nil {
				t.Fatal(err)
			}
			v, err := train.NewViewWith(ps, o(0.125), train.ViewOptions{Workers: 2, Groups: groups})
			if err != nil {
				t.Fatal(err)
			}
			step := func(p *graph.Params, v *train.View, rate, decay float64) {
				for n := 1; n <= 3; n++ {
					wavy(p, n)
					o(decay).Update(train.Step{N: n, Rate: rate}, v)
				}
			}
			step(ps, v, 0.25, 0.125)
			for _, q := range ps.List() {
				alone := newNet(d, 0)
				if err := train.Build(alone); err != nil {
					t.Fatal(err)
				}
				rate, decay := 1., 1.
				if f := rates[q.Name]; f != 0 {
					rate = f
				}
				if f := decays[q.Name]; f != 0 {
					decay = f
				}
				if rate > train.Zero {
					if decay == train.Zero {
						decay = 0
					}
					step(alone.p, viewOf(t, alone.p, o(0.125*decay), 1), 0.25*rate, 0.125*decay)
				}
				if !slices.Equal(ps.Values(q.Name), alone.p.Values(q.Name)) {
					t.Errorf("%v, %s: %s is not as with its own settings", d, name, q.Name)
				}
			}
		}
	}
}

// TestGroupsOfTrainer counts the calls, and sees that steps of SGD, which a Program makes
// itself otherwise, have the factors too.
func TestGroupsOfTrainer(t *testing.T) {
	asked := map[string]int{}
	m := newNet(graph.Float64, 0)
	tr := newTrainer(t, m, train.Options{Optimizer: train.SGD{}, Groups: func(name string) train.Group {
		asked[name]++
		if strings.HasPrefix(name, "hidden/") {
			return train.Group{Rate: train.Zero}
		}
		return train.Group{}
	}})
	set := blobs(t, 9)
	if err := train.Build(m); err != nil {
		t.Fatal(err)
	}
	before := map[string][]float64{}
	for _, q := range m.p.List() {
		before[q.Name] = m.p.Values(q.Name)
	}
	for i := range 3 {
		if err := step(t, tr, set, i); err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Step(set, []int{i, i + 1}); err != nil { // another program
			t.Fatal(err)
		}
	}
	for range 2 { // nor do these ask again
		if err := tr.Save(filepath.Join(t.TempDir(), "run.safetensors")); err != nil {
			t.Fatal(err)
		}
		if _, err := tr.FindRate(context.Background(), set, train.RateFinder{Steps: 3}); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range m.p.List() {
		if same := slices.Equal(before[q.Name], m.p.Values(q.Name)); same != strings.HasPrefix(q.Name, "hidden/") {
			t.Errorf("%s has stayed as it was: %v", q.Name, same)
		}
		if asked[q.Name] != 1 {
			t.Errorf("the factors of %s were asked for %d times, want once", q.Name, asked[q.Name])
		}
	}
}

// TestGroupErrors gives factors without a meaning.
func TestGroupErrors(t *testing.T) {
	for _, bad := range []train.Group{{Rate: -1}, {Rate: math.NaN()}, {Decay: math.Inf(1)}, {Decay: -0.1}, {Rate: 1e39}} {
		tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Groups: func(string) train.Group { return bad }})
		err := step(t, tr, blobs(t, 3), 0)
		if !errors.Is(err, train.ErrOption) || !strings.Contains(err.Error(), `parameter "hidden/weight"`) || tr.Position().Step != 0 {
			t.Errorf("%+v: got %v, want ErrOption with the parameter", bad, err)
		}
		_, err = train.NewViewWith(one(t, graph.Float64, 1), train.SGD{}, train.ViewOptions{Groups: func(string) train.Group { return bad }})
		if !errors.Is(err, train.ErrOption) {
			t.Errorf("%+v: NewViewWith: got %v, want ErrOption", bad, err)
		}
	}
	var p *train.PanicError
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Groups: func(string) train.Group { panic("no") }})
	if err := step(t, tr, blobs(t, 3), 0); !errors.As(err, &p) {
		t.Errorf("got %v, want a PanicError", err)
	}
}

// TestGroupsOverflow sees that a factor above 1 counts when it is asked whether a step may
// overflow: such steps are undone.
func TestGroupsOverflow(t *testing.T) {
	for _, g := range []train.Group{{Rate: 1e30}, {Decay: 1e38}} {
		m := tilted(graph.Float32, 5000)
		tr := newTrainer(t, m, train.Options{Optimizer: train.Adam{Decay: 1e3}, Schedule: schedule.Constant(1e8), Groups: func(string) train.Group { return g }})
		set := numbers(t, 1, 2, 3, 4)
		var bad *train.NotFiniteError
		err := step(t, tr, set, 0)
		for i := 1; err == nil && i < 4; i++ {
			err = step(t, tr, set, i)
		}
		if !errors.As(err, &bad) || !bad.Kept {
			t.Errorf("%+v: got %v, want a step that is undone", g, err)
		}
	}
}

// TestGroupsOfOtherNames has a function whose names are those of no parameter.
func TestGroupsOfOtherNames(t *testing.T) {
	o := train.Options{Groups: func(name string) train.Group {
		if strings.HasPrefix(name, "encodr/") {
			return train.Group{Rate: 0.1}
		}
		return train.Group{}
	}}
	_, err := newTrainer(t, newNet(graph.Float64, 0), o).Fit(context.Background(), blobs(t, 20))
	if !errors.Is(err, train.ErrOption) || !strings.Contains(err.Error(), `"out/weight"`) {
		t.Errorf("got %v, want an ErrOption that names the parameters", err)
	}
}
