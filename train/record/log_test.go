package record_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/record"
)

// TestLog: each fact is a record with its attributes.
func TestLog(t *testing.T) {
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "took" {
			return slog.Attr{}
		}
		return a
	}}))
	l := record.Log(logger)
	tr := trainer(t, train.Options{Callbacks: []train.Callback{l}, Metrics: []train.Metric{train.Accuracy()}, Validation: circles(t, 8), Epochs: 1})
	d := circles(t, 8)
	if _, err := tr.Fit(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	tr.SetEpochs(2)
	tr.Fit(ctx, d)
	bad := trainer(t, train.Options{Callbacks: []train.Callback{l}, Optimizer: train.SGD{}, Diagnose: true})
	p := bad.Model().Params()
	if err := train.Build(bad.Model()); err != nil {
		t.Fatal(err)
	}
	huge := p.Values("dense1/weight")
	for i := range huge {
		huge[i] = 1e300
	}
	if err := p.Set("dense1/weight", huge); err != nil {
		t.Fatal(err)
	}
	p.Set("dense1/bias", []float64{-1.7e308, 1.7e308})
	bad.Fit(context.Background(), d)
	if err := l.On(&train.Saved{Step: 3, Path: "a", Took: time.Second}); err != nil {
		t.Fatal(err)
	}
	if err := l.On(&train.Validated{Step: 3, Result: train.Result{Loss: 1, Metrics: []train.Value{{Name: "b", Value: 2}}}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`level=INFO msg="training starts" step=0 epochs=1 steps_per_epoch=2`,
		"level=INFO msg=epoch epoch=1 step=2 loss=",
		" validation=", " metrics.accuracy=", " rate=0.001",
		`level=INFO msg="training ends" ended=epochs epochs=1`,
		`level=WARN msg="training ends" ended=cancelled epochs=1`,
		`level=ERROR msg="not finite" step=0 rate=0.001 loss=`,
		"node=", "kept=true",
		`level=ERROR msg="training ends" ended="not finite"`,
		`level=INFO msg="checkpoint saved" step=3 path=a`,
		"level=INFO msg=validated step=3 loss=1 metrics.b=2",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got no %q in\n%s", want, out.String())
		}
	}
	if record.Log(nil).On(&train.Saved{}) != nil {
		t.Error("got an error of the default logger")
	}
}
