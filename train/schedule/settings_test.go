package schedule_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/schedule"
)

// mistakes are settings that Validate refuses, with the field that it names.
var mistakes = []struct {
	field string
	s     schedule.Schedule
}{
	{"Constant", schedule.Constant(math.NaN())},
	{"Step.Rate", schedule.Step{Rate: -1, Every: 1}},
	{"Step.Every", schedule.Step{}},
	{"Step.Factor", schedule.Step{Every: 1, Factor: math.Inf(1)}},
	{"MultiStep.Rate", schedule.MultiStep{Rate: -1}},
	{"MultiStep.Milestones[1]", schedule.MultiStep{Milestones: []int{1, -1}}},
	{"MultiStep.Factor", schedule.MultiStep{Factor: -1}},
	{"Exponential.Rate", schedule.Exponential{Rate: math.NaN()}},
	{"Exponential.Factor", schedule.Exponential{Factor: -0.5}},
	{"Exponential.Every", schedule.Exponential{Every: -1}},
	{"Linear.From", schedule.Linear{From: -1}},
	{"Linear.To", schedule.Linear{To: -1}},
	{"Linear.Steps", schedule.Linear{Steps: -1}},
	{"Polynomial.Rate", schedule.Polynomial{Rate: -1}},
	{"Polynomial.Min", schedule.Polynomial{Min: -1}},
	{"Polynomial.Power", schedule.Polynomial{Power: -1}},
	{"Polynomial.Steps", schedule.Polynomial{Steps: -1}},
	{"Cosine.Rate", schedule.Cosine{Rate: -1}},
	{"Cosine.Min", schedule.Cosine{Min: -1}},
	{"Cosine.Steps", schedule.Cosine{Steps: -1}},
	{"CosineRestarts.Rate", schedule.CosineRestarts{Rate: -1, First: 1}},
	{"CosineRestarts.Min", schedule.CosineRestarts{Min: -1, First: 1}},
	{"CosineRestarts.First", schedule.CosineRestarts{}},
	{"CosineRestarts.Mult", schedule.CosineRestarts{Mult: -1, First: 1}},
	{"CosineRestarts.Factor", schedule.CosineRestarts{Factor: -1, First: 1}},
	{"OneCycle.Rate", schedule.OneCycle{Rate: -1}},
	{"OneCycle.Steps", schedule.OneCycle{Steps: -1}},
	{"OneCycle.Rise", schedule.OneCycle{Rise: 1.5}},
	{"OneCycle.Rise", schedule.OneCycle{Rise: 0.6, ThreePhases: true}},
	{"OneCycle.Div", schedule.OneCycle{Div: 0.5}},
	{"OneCycle.FinalDiv", schedule.OneCycle{FinalDiv: math.NaN()}},
	{"Cyclic.Min", schedule.Cyclic{Min: -1}},
	{"Cyclic.Min", schedule.Cyclic{Min: 2, Max: 1}},
	{"Cyclic.Max", schedule.Cyclic{Max: -1}},
	{"Cyclic.Up", schedule.Cyclic{Up: -1}},
	{"Cyclic.Down", schedule.Cyclic{Down: -1}},
	{"Cyclic.Mode", schedule.Cyclic{Mode: 3}},
	{"Cyclic.Factor", schedule.Cyclic{Factor: -1}},
	{"Noam.Scale", schedule.Noam{Scale: -1}},
	{"Noam.Dim", schedule.Noam{Dim: -1}},
	{"Noam.Warm", schedule.Noam{Warm: -1}},
	{"InverseRoot.Rate", schedule.InverseRoot{Rate: -1}},
	{"InverseRoot.Warm", schedule.InverseRoot{Warm: -1}},
	{"WarmUp.Steps", schedule.WarmUp{Steps: -1}},
	{"WarmUp.From", schedule.WarmUp{From: 2}},
	{"WarmUp.Then: Cosine.Rate", schedule.WarmUp{Then: schedule.Cosine{Rate: -1}}},
	{"PerEpoch.Of: Step.Every", schedule.PerEpoch{Of: schedule.Step{}}},
	{"Scale.Factor", schedule.Scale{Factor: -1}},
	{"Scale.Of: got a nil", schedule.Scale{Of: (*pointer)(nil)}},
	{"Clamp.Min", schedule.Clamp{Min: -1}},
	{"Clamp.Max", schedule.Clamp{Max: -1}},
	{"Clamp.Max", schedule.Clamp{Min: 2, Max: 1}},
	{"Clamp.Of: Constant", schedule.Clamp{Of: schedule.Constant(-1)}},
	{"Sequence.List", schedule.Sequence{}},
	{"Sequence.List[0]: got a nil", schedule.Sequence{List: []schedule.Schedule{nil}}},
	{"Sequence.Milestones", schedule.Sequence{List: []schedule.Schedule{schedule.Constant(1)}, Milestones: []int{1}}},
	{"Sequence.Milestones", schedule.Sequence{List: []schedule.Schedule{schedule.Constant(1), schedule.Constant(1)}, Milestones: []int{0}}},
	{"Product.List", schedule.Product{}},
	{"Product.List[1]: Constant", schedule.Product{List: []schedule.Schedule{schedule.Constant(1), schedule.Constant(-1)}}},
	{"Plateau.Factor", schedule.Plateau{Factor: 1}},
	{"Plateau.Patience", schedule.Plateau{Patience: -2}},
	{"Plateau.Threshold", schedule.Plateau{Threshold: -1}},
	{"Plateau.Cooldown", schedule.Plateau{Cooldown: -1}},
	{"Plateau.Min", schedule.Plateau{Min: -1}},
	{"Plateau.Eps", schedule.Plateau{Eps: -1}},
	{"Plateau.Of: Constant", schedule.Plateau{Of: schedule.Constant(-1)}},
}

type pointer struct{ X int }

func (*pointer) At(schedule.Moment) float64 { return 1 }

func TestMistakes(t *testing.T) {
	for _, c := range mistakes {
		if err := schedule.Validate(c.s); !errors.Is(err, mistake.ErrOption) || !strings.HasPrefix(err.Error(), c.field) {
			t.Errorf("%#v: got %v, want an ErrOption of %s", c.s, err, c.field)
		}
		c.s.(schedule.Validator).Validate()
		if n := len(c.field); strings.Contains(c.field, "nil") || n == 0 {
			continue
		}
		c.s.At(schedule.Moment{}) // must not panic
		c.s.At(schedule.Moment{Step: 7, Steps: 5, Epoch: 3, Epochs: 2})
	}
}

// all are schedules of every type.
func all() []schedule.Schedule {
	var out []schedule.Schedule
	for _, c := range torch {
		if _, ok := c.s.(schedule.Func); !ok {
			out = append(out, c.s)
		}
	}
	for _, c := range pictured {
		out = append(out, c.Schedule)
	}
	return append(out, schedule.PerEpoch{Of: schedule.Noam{}}, schedule.Scale{Factor: 2, Of: schedule.PerEpoch{Of: schedule.Step{Every: 3}}}, schedule.Clamp{Min: 0.1, Max: 0.2, Of: schedule.Cosine{}})
}

// TestJSON writes and reads every schedule, by Marshal and within a struct.
func TestJSON(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range all() {
		text, err := schedule.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := schedule.Unmarshal(text)
		if err != nil || !reflect.DeepEqual(got, s) {
			t.Errorf("%s: got %#v, %v, want %#v", text, got, err, s)
		}
		seen[reflect.TypeOf(s).Name()] = true
		text, err = json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		p := reflect.New(reflect.TypeOf(s))
		if err := json.Unmarshal(text, p.Interface()); err != nil || !reflect.DeepEqual(p.Elem().Interface(), s) {
			t.Errorf("%s: got %#v, %v, want %#v", text, p.Elem().Interface(), err, s)
		}
	}
	if len(seen) != 19 {
		t.Errorf("wrote %d types, want all 19: %v", len(seen), seen)
	}
	text, err := schedule.Marshal(schedule.WarmUp{Steps: 3, Then: schedule.Cyclic{Mode: schedule.Triangular2}})
	if want := `{"type":"WarmUp","Steps":3,"Then":{"type":"Cyclic","Mode":"triangular2"}}`; err != nil || string(text) != want {
		t.Errorf("got %s, %v, want %s", text, err, want)
	}
	if text, err := schedule.Marshal(&pointer{3}); err != nil || string(text) != `{"type":"*schedule_test.pointer","settings":{"X":3}}` {
		t.Errorf("an own type: got %s, %v", text, err)
	}
	if _, err := schedule.Marshal(schedule.WarmUp{Then: schedule.Func(func(int) float64 { return 0 })}); !errors.Is(err, mistake.ErrUnsupported) {
		t.Errorf("a function: got %v, want ErrUnsupported", err)
	}
	for text, kind := range map[string]error{`{"type":"Nothing"}`: mistake.ErrUnsupported, `null`: mistake.ErrUnsupported,
		`{"type":"Step","Evry":3}`: mistake.ErrOption, `{"type":"Cyclic","Mode":"round"}`: mistake.ErrOption, `[`: nil, `{"type":"Step","Every":"x"}`: nil,
		`{"type":"WarmUp","Then":{}}`: mistake.ErrUnsupported, `{"type":"Product","List":[1,{}]}`: mistake.ErrUnsupported} {
		if s, err := schedule.Unmarshal([]byte(text)); err == nil || kind != nil && !errors.Is(err, kind) {
			t.Errorf("%s: got %v, %v, want the error %v", text, s, err, kind)
		}
	}
	if _, err := schedule.Marshal(nil); !errors.Is(err, mistake.ErrOption) {
		t.Errorf("nil: got %v, want ErrOption", err)
	}
}

// TestUnknownLength: a schedule that takes the length of the training has no rate without.
func TestUnknownLength(t *testing.T) {
	for _, s := range []schedule.Schedule{schedule.Cosine{}, schedule.Linear{}, schedule.Polynomial{}, schedule.OneCycle{}, schedule.WarmUp{Then: schedule.Cosine{}}} {
		if v := s.At(schedule.Moment{Step: 3}); !math.IsNaN(v) {
			t.Errorf("%T: got %v, want NaN", s, v)
		}
		if v := s.At(schedule.Moment{Step: 3, Steps: 10}); !(v > 0 && v < 0.0011) && v != 0 {
			t.Errorf("%T: got %v", s, v)
		}
	}
}

// TestEnds: schedules of the whole training stay at their last rate.
func TestEnds(t *testing.T) {
	for _, c := range []struct {
		s    schedule.Schedule
		last float64
	}{
		{schedule.Cosine{Rate: 1, Min: 0.25}, 0.25}, {schedule.Linear{From: 1, To: 0.5}, 0.5}, {schedule.Polynomial{Rate: 1, Min: 0.125, Power: 3}, 0.125},
		{schedule.OneCycle{Rate: 1, Div: 2, FinalDiv: 4}, 0.125}, {schedule.OneCycle{Rate: 1, Div: 2, FinalDiv: 4, Straight: true, ThreePhases: true}, 0.125},
		{schedule.WarmUp{Steps: 4, Then: schedule.Linear{From: 1, To: 0.5}}, 0.5},
	} {
		for _, step := range []int{10, 11, 1000} {
			if got := c.s.At(schedule.Moment{Step: step, Steps: 10}); math.Abs(got-c.last) > 1e-12 {
				t.Errorf("%#v, step %d of 10: got %v, want %v", c.s, step, got, c.last)
			}
		}
	}
}

// TestCombined holds what wrappers do.
func TestCombined(t *testing.T) {
	at := func(s schedule.Schedule, m schedule.Moment, want float64) {
		t.Helper()
		if got := s.At(m); math.Abs(got-want) > 1e-15 {
			t.Errorf("%#v at %+v: got %v, want %v", s, m, got, want)
		}
	}
	for step, want := range []float64{0.25, 0.5, 0.75, 1, 1} {
		at(schedule.WarmUp{Steps: 3, Then: schedule.Constant(1)}, schedule.Moment{Step: step}, want)
	}
	at(schedule.WarmUp{Then: schedule.Constant(2)}, schedule.Moment{}, 2)
	at(schedule.WarmUp{Steps: 3}, schedule.Moment{Step: 3}, 0.001)
	at(schedule.WarmUp{Steps: 2, From: train0, Then: schedule.Constant(1)}, schedule.Moment{}, 0)
	at(schedule.PerEpoch{Of: schedule.Step{Rate: 1, Every: 2, Factor: 0.5}}, schedule.Moment{Step: 99, Epoch: 5}, 0.25)
	at(schedule.PerEpoch{Of: schedule.Linear{From: 1}}, schedule.Moment{Step: 99, Epoch: 5, Epochs: 10}, 0.5)
	at(schedule.Scale{Factor: 3, Of: schedule.Constant(2)}, schedule.Moment{}, 6)
	at(schedule.Clamp{Min: 0.1, Max: 0.2, Of: schedule.Constant(2)}, schedule.Moment{}, 0.2)
	at(schedule.Clamp{Min: 0.1, Of: schedule.Constant(0.01)}, schedule.Moment{}, 0.1)
	parts := schedule.Sequence{List: []schedule.Schedule{schedule.Linear{From: 1}, schedule.Linear{To: 4}}, Milestones: []int{4}}
	for step, want := range []float64{1, 0.75, 0.5, 0.25, 0, 0.5, 1} {
		at(parts, schedule.Moment{Step: step, Steps: 12}, want)
	}
	at(schedule.CosineRestarts{Rate: 1, First: 4, Factor: 0.5}, schedule.Moment{Step: 8}, 0.25)
	at(schedule.InverseRoot{Rate: 1, Warm: 4}, schedule.Moment{Step: 0}, 1)
	at(schedule.InverseRoot{Rate: 1, Warm: 4}, schedule.Moment{Step: 15}, 0.5)
	at(schedule.Plateau{Metric: "accuracy"}, schedule.Moment{Epoch: 40}, 0.001)
}

// TestWalk visits what is within a schedule.
func TestWalk(t *testing.T) {
	var names []string
	schedule.Walk(schedule.Product{List: []schedule.Schedule{schedule.WarmUp{Then: schedule.Plateau{}}, schedule.Constant(1)}}, func(s schedule.Schedule) {
		names = append(names, reflect.TypeOf(s).Name())
	})
	if got := strings.Join(names, " "); got != "Product WarmUp Plateau Constant" {
		t.Errorf("visited %s", got)
	}
	schedule.Walk(nil, nil)
}
