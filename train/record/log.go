package record

import (
	"context"
	"errors"
	"log/slog"

	"github.com/symgrad/symgrad/train"
)

// Log returns a Callback that reports facts to the logger, nil for slog.Default():
//
//	message            level  attributes
//	training starts    INFO   step, epochs, steps_per_epoch
//	epoch              INFO   epoch, step, loss, validation, metrics.NAME, rate, took
//	validated          INFO   step, loss, metrics.NAME
//	checkpoint saved   INFO   step, path, took
//	not finite         ERROR  step, rate, loss, stage, parameter, slot, node, at, kept
//	training ends      INFO   ended, epochs, best, took; with an error also error, as WARN or ERROR
//
// Attributes that say nothing are left out, such as validation without
// Options.Validation. A Fit that was cancelled ends as WARN, one that failed as ERROR. "not
// finite" comes before the end; its attributes are the fields of train.NotFiniteError. A
// handler that fails does not end the training.
func Log(logger *slog.Logger) train.Callback { return logTo{logger} }

type logTo struct{ logger *slog.Logger }

// On reports an event.
func (l logTo) On(e train.Event) error {
	log := l.logger
	if log == nil {
		log = slog.Default()
	}
	say := func(level slog.Level, message string, a ...slog.Attr) {
		log.LogAttrs(context.Background(), level, message, a...)
	}
	switch e := e.(type) {
	case *train.FitStart:
		say(slog.LevelInfo, "training starts", slog.Int("step", e.Trainer.Position().Step), slog.Int("epochs", e.Epochs), slog.Int("steps_per_epoch", e.Steps))
	case *train.EpochEnd:
		say(slog.LevelInfo, "epoch", epochAttrs(e.Epoch)...)
	case *train.Validated:
		say(slog.LevelInfo, "validated", append([]slog.Attr{slog.Int("step", e.Step), slog.Float64("loss", e.Result.Loss)}, metricAttrs(e.Result.Metrics)...)...)
	case *train.Saved:
		say(slog.LevelInfo, "checkpoint saved", slog.Int("step", e.Step), slog.String("path", e.Path), slog.Duration("took", e.Took))
	case *train.FitEnd:
		var bad *train.NotFiniteError
		if errors.As(e.Err, &bad) {
			say(slog.LevelError, "not finite", notFiniteAttrs(bad)...)
		}
		level, attrs := endAttrs(e)
		say(level, "training ends", attrs...)
	}
	return nil
}

func epochAttrs(e train.Epoch) []slog.Attr {
	a := []slog.Attr{slog.Int("epoch", e.Epoch), slog.Int("step", e.Step), slog.Float64("loss", e.Loss)}
	if e.Validation != nil {
		a = append(a, slog.Float64("validation", *e.Validation))
	}
	a = append(a, metricAttrs(e.Metrics)...)
	return append(a, slog.Float64("rate", e.LearningRate), slog.Duration("took", e.Duration))
}

// metricAttrs returns a group with the metrics, nothing for none.
func metricAttrs(list []train.Value) []slog.Attr {
	if len(list) == 0 {
		return nil
	}
	group := make([]slog.Attr, len(list))
	for i, m := range list {
		group[i] = slog.Float64(m.Name, m.Value)
	}
	return []slog.Attr{{Key: "metrics", Value: slog.GroupValue(group...)}}
}

func notFiniteAttrs(e *train.NotFiniteError) []slog.Attr {
	a := []slog.Attr{slog.Int("step", e.Step), slog.Float64("rate", e.Rate), slog.Float64("loss", e.Loss), slog.String("stage", e.Stage.String())}
	if e.Param != "" {
		a = append(a, slog.String("parameter", e.Param))
	}
	if e.Slot != "" {
		a = append(a, slog.String("slot", e.Slot))
	}
	if e.Node != nil {
		a = append(a, slog.String("node", e.Node.String()), slog.String("at", e.Node.At))
	}
	return append(a, slog.Bool("kept", e.Kept))
}

// endAttrs returns the level and what is known at the end of a Fit.
func endAttrs(e *train.FitEnd) (slog.Level, []slog.Attr) {
	var a []slog.Attr
	if h := e.History; h != nil {
		a = append(a, slog.String("ended", h.Ended.String()), slog.Int("epochs", len(h.Epochs)))
		if h.Best > 0 {
			a = append(a, slog.Int("best", h.Best))
		}
		a = append(a, slog.Duration("took", h.TrainingTime()))
	}
	if e.Err == nil {
		return slog.LevelInfo, a
	}
	a = append(a, slog.Any("error", e.Err))
	if errors.Is(e.Err, context.Canceled) || errors.Is(e.Err, context.DeadlineExceeded) {
		return slog.LevelWarn, a
	}
	return slog.LevelError, a
}
