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
	clip := func(limit, clipped, norm string) string {
		return `{"name": "c", ` + limit + `, "grads": [{"dtype": "float64", "shape": [3], "data": [2, -1, 0.5]}], ` + norm +
			`"clipped": [{"dtype": "float64", "shape": [3], "data": [` + clipped + `]}], "tolerance_float64": {"rtol": 1e-7, "atol": 0}}`
	}
	const momentum = `"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1`
	for _, c := range []struct{ name, text, want string }{
		{"steps", sgd(momentum, "1.7032"), passed},
		{"wrong steps", sgd(momentum, "1.7033"), failed},
		{"a setting that SGD does not have", sgd(momentum+`, "other": 0.5`, "1.7032"), notCovered},
		{"dampening from the second step on", sgd(momentum+`, "dampening": 0.5`, "1.7376"), passed},
		{"a setting that is off", sgd(momentum+`, "dampening": 0, "maximize": false`, "1.7032"), passed},
		{"an optimizer that is not there", strings.ReplaceAll(sgd(momentum, "1.7032"), `"SGD"`, `"Other"`), notCovered},
		{"rates", step("StepLR", "1, 1, 0.5, 0.5, 0.25"), passed},
		{"wrong rates", step("StepLR", "1, 0.5, 0.5"), failed},
		{"a schedule that is not there", step("OtherLR", "1, 1"), notCovered},
		{"a schedule of schedules", step("SequentialLR(o, [S.StepLR(o, 2, .5), S.ExponentialLR(o, .5)], [3])", "1, 1, 0.5, 1, 0.5"), passed},
		{"a scheduler with an argument that is not there", step("StepLR(o, 2, gama=.5)", "1, 1"), notCovered},
		{"a schedule of a function", step("LambdaLR(o, lambda s: 1)", "1, 1"), notCovered},
		{"the law of LeCun, uniform", law("0.05773502691896258", "0.1"), passed},
		{"a law of no initializer", law("0.06", "0.10392304845413264"), notCovered},
		{"orthogonal rows", `{"name": "o", "shape": [2, 3, 2], "gain": 2, "accept_float64": 1e-12}`, passed},
		{"accuracy", `{"name": "m", "y_true": [0, 2, 1, 1], "y_pred": [0, 2, 1, 0], "accuracy": 0.75}`, passed},
		{"wrong accuracy", `{"name": "m", "y_true": [0, 2, 1, 1], "y_pred": [0, 2, 1, 0], "accuracy": 1, "other": 1}`, failed},
		{"errors", `{"name": "m", "y_true": [0, 2.5], "y_pred": [1, 1], "mse": 1.625, "mae": 1.25}`, passed},
		{"a metric that is not there", `{"name": "m", "y_true": [0, 1], "y_pred": [0, 1], "accuracy": 1, "other": 1}`, notCovered},
		{"averages", `{"name": "m", "y_true": [0, 0, 1, 1], "y_pred": [0, 0, 0, 0], "precision_macro_zero_division0": 0.25, "recall_macro": 0.5, "f1_binary": 0, "precision_zero_division_1": 1,
			"confusion_matrix": [[2, 0], [2, 0]], "recall_per_class": [1, 0], "balanced_accuracy_score": 0.5, "note": "one class is never predicted"}`, passed},
		{"a wrong average", `{"name": "m", "y_true": [0, 0, 1, 1], "y_pred": [0, 0, 0, 0], "precision_micro": 0.25}`, failed},
		{"a wrong matrix", `{"name": "m", "y_true": [0, 0, 1, 1], "y_pred": [0, 0, 0, 0], "confusion_matrix": [[2, 1], [1, 0]]}`, failed},
		{"scores", `{"name": "m", "y_true": [0, 1, 1, 0], "y_score": [0.25, 0.5, 0.75, 0.5], "roc_auc_score": 0.875, "average_precision": 0.8333333333333333, "log_loss": 0.4904146265058631}`, passed},
		{"weights and scores of classes", `{"name": "m", "y_true": [0, 2, 1], "y_prob": [[0.5, 0.25, 0.25], [0.5, 0.25, 0.25], [0.25, 0.5, 0.25]], "sample_weight": [1, 2, 1], "top_2_accuracy": 0.5, "accuracy": 0.5}`, passed},
		{"labels of their own", `{"name": "m", "y_true": [[1, 0], [1, 1]], "y_pred": [[1, 0], [0, 1]], "accuracy": 0.5, "recall_macro": 0.75, "f1_micro": 0.8}`, passed},
		{"labels of -1 and 1", `{"name": "m", "y_true": [-1, 1, 1], "y_pred": [1, 1, -1], "precision": 0.5, "iou_class1": 0.3333333333333333}`, passed},
		{"numbers", `{"name": "m", "y_true": [1, 2], "y_pred": [1, 4], "rmse": 1.4142135623730951, "mape": 0.5, "r2_score": -7, "explained_variance_score": -3, "mean_squared_error": 2}`, passed},
		{"a list of what is not there", `{"name": "m", "y_true": [1, 2], "y_pred": [1, 4], "others": [1]}`, notCovered},
		{"clipping", clip(`"clip_value": 1`, "1, -1, 0.5", ""), passed},
		{"wrong clipping", clip(`"clip_value": 1`, "1, -1, 0.6", ""), failed},
		{"clipping by a norm", clip(`"max_norm": 1.75, "norm_type": 1.0`, "0.99999971, -0.49999986, 0.24999993", `"total_norm": {"dtype": "float64", "shape": [], "data": [3.5]},`), passed},
		{"clipping by the wrong norm", clip(`"max_norm": 1.75, "norm_type": "Inf"`, "1, -0.5, 0.25", `"total_norm": {"dtype": "float64", "shape": [], "data": [3.5]},`), failed},
		{"clipping without a limit", `{"name": "c", "clipped": []}`, notCovered},
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
