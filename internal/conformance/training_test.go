package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"
)

// TestTrainingKinds runs a right case, a wrong one and one of what the project does
// not have, of each kind about training. Two steps of SGD with the momentum 0.9 and
// the decay 0.1 from p = 2 with the gradients 1 and 0.5 are v = 1.2, p = 1.88 and
// v = 0.9·1.2 + 0.5 + 0.188 = 1.768, p = 1.7032.
func TestTrainingKinds(t *testing.T) {
	sgd := func(hyper, last string) string {
		return `{"name": "s", "optimizer": "SGD", "hyper": {` + hyper + `}, "params0": {"p": {"dtype": "float64", "shape": [1], "data": [2]}},
			"grad_sequence": [{"p": {"dtype": "float64", "shape": [1], "data": [1]}}, {"p": {"dtype": "float64", "shape": [1], "data": [0.5]}}],
			"params_after": [{"p": {"dtype": "float64", "shape": [1], "data": [1.88]}}, {"p": {"dtype": "float64", "shape": [1], "data": [` + last + `]}}],
			"tolerance_float64": {"rtol": 1e-12, "atol": 0}}`
	}
	step := func(ctor, rates string) string {
		return `{"name": "r", "base_lr": 1, "ctor": "('r', lambda o: S.` + ctor + `(o, 2, gamma=.5), {})", "lr": [` + rates + `],
			"state_after": {"step_size": 2, "gamma": 0.5}, "tolerance_float64": {"rtol": 1e-12, "atol": 0}}`
	}
	law := func(std, bound string) string {
		return `{"name": "i", "weight_shape_out_in": [400, 300], "theory": {"mean": 0, "std": ` + std + `, "bound_low": -` + bound + `, "bound_high": ` + bound + `,
			"excess_kurtosis": -1.2}, "accept": {"mean_abs_max": 1e-3, "std_rel_max": 0.01}}`
	}
	const momentum = `"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1`
	for _, c := range []struct{ name, text, want string }{
		{"steps", sgd(momentum, "1.7032"), passed},
		{"wrong steps", sgd(momentum, "1.7033"), failed},
		{"a setting that SGD does not have", sgd(momentum+`, "dampening": 0.5`, "1.7032"), notCovered},
		{"a setting that is off", sgd(momentum+`, "dampening": 0, "maximize": false`, "1.7032"), passed},
		{"an optimizer that is not there", strings.ReplaceAll(sgd(momentum, "1.7032"), `"SGD"`, `"Other"`), notCovered},
		{"rates", step("StepLR", "1, 1, 0.5, 0.5, 0.25"), passed},
		{"wrong rates", step("StepLR", "1, 0.5, 0.5"), failed},
		{"a schedule that is not there", step("OtherLR", "1, 1"), notCovered},
		{"a schedule of schedules", step("SequentialLR(o, [S.StepLR(o, 2)], [5])", "1, 1"), notCovered},
		{"the law of LeCun, uniform", law("0.05773502691896258", "0.1"), passed},
		{"a law of no initializer", law("0.06", "0.10392304845413264"), notCovered},
		{"orthogonal rows", `{"name": "o", "shape": [2, 3, 2], "gain": 2, "accept_float64": 1e-12}`, passed},
		{"accuracy", `{"name": "m", "y_true": [0, 2, 1, 1], "y_pred": [0, 2, 1, 0], "accuracy": 0.75}`, passed},
		{"wrong accuracy", `{"name": "m", "y_true": [0, 2, 1, 1], "y_pred": [0, 2, 1, 0], "accuracy": 1, "other": 1}`, failed},
		{"errors", `{"name": "m", "y_true": [0, 2.5], "y_pred": [1, 1], "mse": 1.625, "mae": 1.25}`, passed},
		{"a metric that is not there", `{"name": "m", "y_true": [0, 1], "y_pred": [0, 1], "accuracy": 1, "other": 1}`, notCovered},
		{"clipping", `{"name": "c", "clip_value": 1, "clipped": []}`, notCovered},
	} {
		var out bytes.Buffer
		if _, err := run(&out, fstest.MapFS{"a.json": {Data: []byte(c.text)}}, true); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(out.String(), "\n"+c.want+"\n") {
			t.Errorf("%s: got\n%s\nwant %s", c.name, out.String(), c.want)
		}
	}
}
