package schedule_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/golden"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/schedule"
)

// stalls measures a loss that stops falling at a third of the training, and again later.
func stalls(m *schedule.Moment) {
	var losses []float64
	for i := range m.Epoch {
		losses = append(losses, 1/float64(1+min(i, 30)))
	}
	m.Measured = map[string][]float64{"": losses}
}

// pictured are the schedules of the picture in the documentation.
var pictured = []schedule.Curve{
	{Title: "Constant", Schedule: schedule.Constant(0.1)},
	{Title: "Step", Schedule: schedule.Step{Rate: 0.1, Every: 25, Factor: 0.5}},
	{Title: "MultiStep", Schedule: schedule.MultiStep{Rate: 0.1, Milestones: []int{50, 75}, Factor: 0.3}},
	{Title: "Exponential", Schedule: schedule.Exponential{Rate: 0.1, Factor: 0.96}},
	{Title: "Linear", Schedule: schedule.Linear{From: 0.1}},
	{Title: "Polynomial (Power 2)", Schedule: schedule.Polynomial{Rate: 0.1, Power: 2}},
	{Title: "Cosine", Schedule: schedule.Cosine{Rate: 0.1}},
	{Title: "CosineRestarts (Mult 2)", Schedule: schedule.CosineRestarts{Rate: 0.1, First: 15, Mult: 2}},
	{Title: "OneCycle", Schedule: schedule.OneCycle{Rate: 0.1}},
	{Title: "OneCycle (ThreePhases)", Schedule: schedule.OneCycle{Rate: 0.1, ThreePhases: true}},
	{Title: "Cyclic", Schedule: schedule.Cyclic{Min: 0.01, Max: 0.1, Up: 12}},
	{Title: "Cyclic (Triangular2)", Schedule: schedule.Cyclic{Min: 0.01, Max: 0.1, Up: 12, Mode: schedule.Triangular2}},
	{Title: "Noam", Schedule: schedule.Noam{Dim: 64, Warm: 20}},
	{Title: "InverseRoot", Schedule: schedule.InverseRoot{Rate: 0.1, Warm: 20}},
	{Title: "WarmUp, then Cosine", Schedule: schedule.WarmUp{Steps: 20, Then: schedule.Cosine{Rate: 0.1}}},
	{Title: "Sequence", Schedule: schedule.Sequence{List: []schedule.Schedule{schedule.Constant(0.1), schedule.Linear{From: 0.1, To: 0.02}}, Milestones: []int{60}}},
	{Title: "Product", Schedule: schedule.Product{List: []schedule.Schedule{schedule.Cosine{Rate: 0.1}, schedule.Step{Rate: 1, Every: 20, Factor: 0.7}}}},
	{Title: "Plateau", Schedule: schedule.Plateau{Of: schedule.Constant(0.1), Factor: 0.5, Patience: 15}, Moment: stalls},
}

// TestPicture: docs/schedules.svg is the picture of all schedules. -update writes it anew.
func TestPicture(t *testing.T) {
	var b bytes.Buffer
	if err := schedule.WriteSVG(&b, 100, pictured...); err != nil {
		t.Fatal(err)
	}
	const file = "../../docs/schedules.svg"
	if golden.Update() {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// The last digit of a coordinate may differ between processors.
	if a, b := strings.Count(b.String(), "\n"), strings.Count(string(want), "\n"); a != b {
		t.Errorf("the picture has %d lines, %s has %d: run the test with -update", a, file, b)
	}
	for _, c := range pictured {
		if !bytes.Contains(want, []byte(">"+c.Title+"</text>")) {
			t.Errorf("%s has no panel %q", file, c.Title)
		}
	}
	d := xml.NewDecoder(&b)
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestPictureMistakes(t *testing.T) {
	good := schedule.Curve{Title: "<&>", Schedule: schedule.Func(func(step int) float64 { return 0 })}
	var b bytes.Buffer
	if err := schedule.WriteSVG(&b, 2, good); err != nil || !strings.Contains(b.String(), "&lt;&amp;&gt;") || strings.Contains(b.String(), "NaN") {
		t.Errorf("got %v and %s", err, b.String())
	}
	for name, err := range map[string]error{
		"no writer":    schedule.WriteSVG(nil, 10, good),
		"one step":     schedule.WriteSVG(io.Discard, 1, good),
		"no curve":     schedule.WriteSVG(io.Discard, 10),
		"bad settings": schedule.WriteSVG(io.Discard, 10, schedule.Curve{Schedule: schedule.Constant(-1)}),
		"no schedule":  schedule.WriteSVG(io.Discard, 10, schedule.Curve{}),
	} {
		if !errors.Is(err, mistake.ErrOption) {
			t.Errorf("%s: got %v, want ErrOption", name, err)
		}
	}
}
