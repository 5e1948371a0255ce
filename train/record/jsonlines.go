package record

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train"
)

// JSONLines writes a JSON object in each line:
//
//	{"event":"step","step":20,"epoch":1,"batch":20,"examples":32,"loss":0.6931,"rate":0.001}
//	{"event":"epoch","step":32,"epoch":1,"loss":0.66,"validation":0.65,"metrics":{"accuracy":0.75},"rate":0.001,"seconds":0.0125}
//	{"event":"validated","step":40,"loss":0.65,"metrics":{"accuracy":0.76}}
//	{"event":"values","step":40,"values":{"gradients/norm":1.5}}
//
// The numbers are those of train.StepEnd, train.Epoch and train.Validated; values are
// what Values was called with. Step is the number of steps made. Without Options.Validation
// there is no validation, and without metrics none of them. Numbers that JSON does not
// have are strings, as in train.History: "NaN", "+Inf" and "-Inf".
//
// With a Path a run that goes on goes on in its file: see the package. Use a pointer.
// Errors of its events: ErrOption for neither or both of Path and Writer, and for a file that
// JSONLines did not write, which stays as it is; those of the file or the Writer.
type JSONLines struct {
	Path       string    // of the file, which is made if there is none; "" to use Writer
	Writer     io.Writer // instead of a file; it is not closed
	EverySteps int       // a line for every step whose number is a multiple; 0: none for steps

	sink sink
	line object
	last int // the last epoch that has a line
}

// On writes the line of an event.
func (j *JSONLines) On(e train.Event) error {
	l := &j.line
	switch e := e.(type) {
	case *train.FitStart:
		return j.start(e.Trainer.Position().Step)
	case *train.StepEnd:
		if j.EverySteps < 1 || e.Step%j.EverySteps != 0 {
			return nil
		}
		l.begin("step", e.Step)
		l.integer("epoch", e.Epoch)
		l.integer("batch", e.Batch)
		l.integer("examples", e.Examples)
		l.number("loss", e.Loss)
		l.number("rate", e.Rate)
	case *train.EpochEnd:
		if e.Epoch.Epoch <= j.last { // the run was stopped after the line and before the next checkpoint
			return nil
		}
		j.last = e.Epoch.Epoch
		l.begin("epoch", e.Epoch.Step)
		l.integer("epoch", e.Epoch.Epoch)
		l.number("loss", e.Epoch.Loss)
		if e.Epoch.Validation != nil {
			l.number("validation", *e.Epoch.Validation)
		}
		l.values("metrics", e.Epoch.Metrics)
		l.number("rate", e.Epoch.LearningRate)
		l.number("seconds", e.Epoch.Duration.Seconds())
	case *train.Validated:
		l.begin("validated", e.Step)
		l.number("loss", e.Result.Loss)
		l.values("metrics", e.Result.Metrics)
	case *train.FitEnd:
		return j.sink.end(nil)
	default:
		return nil
	}
	return j.sink.write(l.end())
}

// Values writes a line with the numbers.
func (j *JSONLines) Values(step int, list []train.Value) error {
	if !j.sink.opened() {
		return outside("JSONLines")
	}
	j.line.begin("values", step)
	j.line.values("values", list)
	return j.sink.write(j.line.end())
}

// start opens the file and keeps its lines about the first steps.
func (j *JSONLines) start(steps int) error {
	last := 0
	_, err := j.sink.open("JSONLines", j.Path, j.Writer, func(i int, line []byte) verdict {
		var at struct {
			Event string
			Step  *int
			Epoch int
		}
		if err := json.Unmarshal(line, &at); err != nil || at.Event == "" || at.Step == nil {
			if bytes.HasPrefix(line, []byte(lineStart)) || bytes.HasPrefix([]byte(lineStart), line) {
				return cut // a part of a line
			}
			return alien
		}
		if steps == 0 || *at.Step > steps {
			return cut
		}
		if at.Event == "epoch" {
			last = at.Epoch
		}
		return keep
	})
	if j.Path != "" || steps == 0 {
		j.last = last
	}
	return err
}

// State returns the number of the last epoch that has a line.
func (j *JSONLines) State() (json.RawMessage, error) { return json.Marshal(j.last) }

// SetState takes what State returned. With a Path the file says it.
func (j *JSONLines) SetState(state json.RawMessage) error {
	return errors.Wrap(json.Unmarshal(state, &j.last), "record: JSONLines: the state")
}
