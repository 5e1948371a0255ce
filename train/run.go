package train

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// runKey is the name of the record in the metadata of a run's file.
const runKey = "symgrad.run"

// runVersion is the version of the record. It is raised when an older program could not
// read it rightly.
const runVersion = 1

// record is what the file of a run holds besides tensors. With these it is everything that
// the next step depends on: all random numbers are functions of counters.
type record struct {
	Version int    `json:"version"`
	Model   string `json:"model"` // SHA-256 of the names, shapes and types of the parameters and states

	Settings  json.RawMessage  `json:"settings,omitempty"` // of the model, if it is Described
	Groups    map[string]Group `json:"groups,omitempty"`   // of parameters that have factors of their own
	Optimizer json.RawMessage  `json:"optimizer"`          // type and settings
	Schedule  json.RawMessage  `json:"schedule"`
	Seed      uint64           `json:"seed"`
	BatchSize int              `json:"batchSize"`
	InOrder   bool             `json:"inOrder,omitempty"`
	DropLast  bool             `json:"dropLast,omitempty"`
	Micro     int              `json:"microBatch,omitempty"`
	Shards    int              `json:"shards,omitempty"` // if there are several
	Limit     int              `json:"limitBatches,omitempty"`
	Overfit   int              `json:"overfitBatches,omitempty"`
	Course    json.RawMessage  `json:"course,omitempty"` // what else in Options changes the steps or the end

	Data     string            `json:"data,omitempty"` // the fingerprint of the data set
	Step     int               `json:"step"`
	Epoch    int               `json:"epoch"`
	Batch    int               `json:"batch"`
	Over     bool              `json:"over,omitempty"`
	Valid    int               `json:"validated,omitempty"` // steps at the last evaluation within an epoch
	Rate     number            `json:"rate"`
	Mean     meanRecord        `json:"mean"`
	Took     time.Duration     `json:"took"`
	Pending  *Epoch            `json:"pending,omitempty"`
	Scalars  map[string]number `json:"scalars,omitempty"` // of the optimizer
	Counts   map[string]int    `json:"counts"`            // the steps that have moved each parameter
	Best     *bestRecord       `json:"best,omitempty"`
	Averaged []string          `json:"averaged,omitempty"` // the parameters that predictions take from the slot "average"
	Waited   int               `json:"waited,omitempty"`   // epochs without a best one, of which there is none
	File     *number           `json:"file,omitempty"`     // the measure of the best checkpoint

	Sampling  Sampling         `json:"sampling,omitzero"`
	Recipe    data.Recipe      `json:"recipe,omitzero"` // fitted
	History   History          `json:"history"`
	Callbacks []callbackRecord `json:"callbacks,omitempty"`
}

// meanRecord is an average.
type meanRecord struct {
	N     number      `json:"n"`
	Rest  number      `json:"rest"`
	Terms [][3]number `json:"terms,omitempty"` // sum, count, factor
}

// bestRecord is a lookout.
type bestRecord struct {
	Epoch   int    `json:"epoch"`
	Value   number `json:"value"`
	Waited  int    `json:"waited"`
	Swapped bool   `json:"swapped,omitempty"` // the model has the best parameters, and "param/" are those of the last step
	Changed bool   `json:"changed,omitempty"` // it had them, and somebody has changed them since: the average goes on from these
}

// callbackRecord is the memory of a callback.
type callbackRecord struct {
	Type  string          `json:"type"`
	State json.RawMessage `json:"state"`
}

// record returns the record of the run as it is.
func (t *Trainer) record() (*record, error) {
	p := &t.progress
	r := &record{
		Version: runVersion, Model: modelHash(t.params),
		Settings: modelSettings(t.model), Groups: t.groupsOfRun(),
		Optimizer: settingsOf(t.o.Optimizer), Schedule: settingsOf(t.o.Schedule),
		Seed: t.o.Seed, BatchSize: t.o.BatchSize, InOrder: t.o.InOrder, DropLast: t.o.DropLast, Micro: t.o.MicroBatch, Shards: t.o.shardsOfRun(), Limit: t.o.LimitBatches, Overfit: t.o.OverfitBatches, Course: t.o.course(),
		Data: t.fingerprint(), Step: t.step, Epoch: t.epoch, Batch: p.at, Over: p.over, Valid: p.validated, Rate: number(t.rate),
		Mean: meanRecord{N: number(p.mean.n), Rest: number(p.mean.rest)}, Took: p.took, Pending: p.pending, File: (*number)(t.bestFile),
		Scalars: map[string]number{}, Counts: map[string]int{}, History: t.history,
		Recipe: t.recipeOfRun(), Sampling: t.o.Sampling,
	}
	for _, m := range p.mean.terms {
		r.Mean.Terms = append(r.Mean.Terms, [3]number{number(m.sum), number(m.count), number(m.factor)})
	}
	for _, q := range t.params.List() {
		r.Counts[q.Name] = t.countOf(q)
	}
	for i, s := range t.o.Optimizer.Slots() {
		if s.Scalar && t.view != nil {
			r.Scalars[s.Name] = number(t.view.scalars[i])
		} else if v, ok := t.restored.scalars[s.Name]; ok {
			r.Scalars[s.Name] = v
		}
	}
	for _, q := range t.averaged() {
		r.Averaged = append(r.Averaged, q.Name)
	}
	if l := &t.lookout; l.epoch > 0 {
		same := l.swapped && l.best.same(t.params)
		r.Best = &bestRecord{l.epoch, number(l.value), l.waited, same, l.swapped && !same}
	} else {
		r.Waited = l.waited
	}
	for _, c := range t.o.Callbacks {
		s, ok := c.(Stateful)
		if !ok {
			continue
		}
		var state json.RawMessage
		var err error
		if bad := try("Stateful.State", func() error { state, err = s.State(); return nil }); bad != nil {
			err = bad
		}
		if err == nil && !json.Valid(state) {
			err = mistake.Optionf("State: got %q, want JSON", state)
		}
		if err != nil {
			return nil, errors.Wrapf(err, "callback %T", c)
		}
		r.Callbacks = append(r.Callbacks, callbackRecord{fmt.Sprintf("%T", c), state})
	}
	return r, nil
}

// countOf returns how many steps have moved q.
func (t *Trainer) countOf(q *graph.Param) int {
	switch {
	case t.view == nil:
		return t.restored.counts[q.Name]
	case slices.Contains(t.view.moved, q):
		return t.view.counts[q] + t.step - t.view.made
	}
	return t.view.counts[q]
}

// fingerprint returns that of the data set that is trained on; "" for none.
func (t *Trainer) fingerprint() string {
	if p := &t.progress; p.print == "" && p.on.whole() { // begin asks other sources
		p.print = t.rawOf(p.on.src).(*data.Dataset).Fingerprint()
	}
	return t.progress.print
}

// shardsOfRun returns Options.Shards as the record has it: one shard is none.
func (o *Options) shardsOfRun() int {
	if o.sharded() {
		return o.Shards
	}
	return 0
}

// course returns as JSON what changes the steps or the end of a training, besides what has a
// place of its own in the record.
func (o *Options) course() json.RawMessage {
	augmented := map[string][]json.RawMessage{}
	for field, list := range o.Augment {
		for _, x := range list {
			augmented[field] = append(augmented[field], settingsOf(x))
		}
	}
	out, err := json.Marshal(struct {
		SampleWeight string
		ClassWeights []float64
		Augment      map[string][]json.RawMessage
		Stop         *EarlyStopping
		Window       int `json:",omitempty"`
	}{o.SampleWeight, o.ClassWeights, augmented, o.Stop, o.ShuffleWindow})
	if err != nil {
		return nil // of numbers and text: it cannot be
	}
	return out
}

// check returns what keeps t from going on with the run of r.
func (r *record) check(t *Trainer) error {
	if r.Version < 1 || min(r.Step, r.Epoch, r.Batch, r.Waited, r.Valid) < 0 || max(r.Epoch, r.Batch) > r.Step {
		return mistake.Newf(ErrRun, "got a record of version %d with step %d, epoch %d and batch %d, which no run can have", r.Version, r.Step, r.Epoch, r.Batch)
	}
	var wrong []string
	differ := func(name string, got, want any) {
		if got != want {
			wrong = append(wrong, fmt.Sprintf("Options.%s: got %v, want %v", name, got, want))
		}
	}
	differ("Seed", t.o.Seed, r.Seed)
	differ("BatchSize", t.o.BatchSize, r.BatchSize)
	differ("InOrder", t.o.InOrder, r.InOrder)
	differ("DropLast", t.o.DropLast, r.DropLast)
	differ("MicroBatch", t.o.MicroBatch, r.Micro)
	differ("Shards", t.o.shardsOfRun(), r.Shards)
	differ("LimitBatches", t.o.LimitBatches, r.Limit)
	differ("OverfitBatches", t.o.OverfitBatches, r.Overfit)
	differ("Sampling", t.o.Sampling, r.Sampling)
	if text := t.otherRecipe(r.Recipe); text != "" {
		wrong = append(wrong, text)
	}
	if len(wrong) > 0 {
		return mistake.Newf(ErrRun, "%s, as the run has it", strings.Join(wrong, "; "))
	}
	return nil
}

// notes returns what of the run is not as it was.
func (r *record) notes(t *Trainer) (notes []string) {
	differ := func(what string, was, is json.RawMessage) {
		if !bytes.Equal(was, is) {
			notes = append(notes, fmt.Sprintf("%s was %s and is %s: the run goes on, and not as it would have", what, was, is))
		}
	}
	differ("Options.Optimizer", r.Optimizer, settingsOf(t.o.Optimizer))
	differ("Options.Schedule", r.Schedule, settingsOf(t.o.Schedule))
	differ("another part of Options", r.Course, t.o.course())
	differ("the model", r.Settings, modelSettings(t.model))
	if !maps.Equal(r.Groups, t.groupsOfRun()) {
		notes = append(notes, "Options.Groups gives other factors than it did: the run goes on, and not as it would have")
	}
	left := slices.Clone(r.Callbacks)
	for _, c := range t.o.Callbacks {
		if i := indexOfType(left, c); i >= 0 {
			left = slices.Delete(left, i, i+1)
		}
	}
	for _, c := range left {
		notes = append(notes, fmt.Sprintf("the run has the state of a %s, which Options.Callbacks does not have", c.Type))
	}
	return notes
}

// indexOfType returns the index of the first record of c's type, -1 for none.
func indexOfType(list []callbackRecord, c Callback) int {
	name := fmt.Sprintf("%T", c)
	return slices.IndexFunc(list, func(r callbackRecord) bool { return r.Type == name })
}

// predicting returns the name in the model for that of a tensor, if the model predicts with
// it.
func (r *record) predicting(tensor string) (name string, ok bool) {
	if r.Best != nil && r.Best.Swapped {
		return strings.CutPrefix(tensor, "best/")
	}
	if name, ok = strings.CutPrefix(tensor, "param/"); ok {
		return name, !slices.Contains(r.Averaged, name)
	}
	if name, ok = strings.CutPrefix(tensor, "slot/average/"); ok {
		return name, slices.Contains(r.Averaged, name)
	}
	return strings.CutPrefix(tensor, "state/")
}

// set lets t go on with the run of r.
func (r *record) set(t *Trainer) error {
	left := slices.Clone(r.Callbacks)
	for _, c := range t.o.Callbacks {
		s, ok := c.(Stateful)
		i := indexOfType(left, c)
		if !ok || i < 0 {
			continue
		}
		var err error
		if bad := try("Stateful.SetState", func() error { err = s.SetState(left[i].State); return nil }); bad != nil {
			err = bad
		}
		if err != nil {
			return errors.Wrapf(err, "callback %T", c)
		}
		left = slices.Delete(left, i, i+1)
	}
	t.step, t.epoch, t.rate, t.history = r.Step, r.Epoch, float64(r.Rate), r.History
	p := progress{print: r.Data, at: r.Batch, took: r.Took, pending: r.Pending, over: r.Over, validated: r.Valid, mean: average{n: float64(r.Mean.N), rest: float64(r.Mean.Rest)}}
	for _, m := range r.Mean.Terms {
		p.mean.terms = append(p.mean.terms, meanTerm{float64(m[0]), float64(m[1]), float64(m[2])})
	}
	t.progress, t.lookout = p, lookout{waited: r.Waited}
	t.bestFile = (*float64)(r.File)
	if !r.Recipe.IsZero() && r.Recipe.Fitted() {
		t.prep.fitted, t.prep.on, t.prep.sets = r.Recipe, nil, nil
	}
	t.moment.Measured = nil // it is made from the history
	if b := r.Best; b != nil {
		t.lookout.epoch, t.lookout.value, t.lookout.waited, t.lookout.swapped = b.Epoch, float64(b.Value), b.Waited, b.Swapped || b.Changed
	}
	return nil
}

// modelSettings returns name and settings of the model as JSON, nil if it does not tell them.
func modelSettings(m Model) json.RawMessage {
	d, ok := m.(Described)
	if !ok {
		return nil
	}
	name, settings, err := described(d)
	if err != nil {
		return nil
	}
	text, err := json.Marshal(map[string]json.RawMessage{name: settings})
	if err != nil {
		return nil
	}
	return text
}

// groupsOfRun returns the factors of the parameters that have others than 1.
func (t *Trainer) groupsOfRun() map[string]Group {
	g, err := t.factors()
	if err != nil { // the next step says so
		return nil
	}
	out := map[string]Group{}
	for q, k := range g.of {
		if k != (Group{1, 1}) {
			out[q.Name] = k
		}
	}
	return out
}

// modelHash returns a SHA-256 of what p has: type, and names and shapes in the order of the
// names.
func modelHash(p *graph.Params) string {
	var lines []string
	for _, q := range everything(p) {
		lines = append(lines, fmt.Sprintf("%q %v %s", q.Name, q.Shape, kindOf(q)))
	}
	slices.Sort(lines)
	sum := sha256.Sum256(fmt.Appendf(nil, "%v\n%s", p.DType(), strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:])
}

// settingsOf returns type and settings of v as JSON; the type alone if it is a function.
func settingsOf(v any) json.RawMessage {
	out, err := settingsJSON(v)
	if err == nil {
		return out
	}
	if out, err = json.Marshal(map[string]string{"type": fmt.Sprintf("%T", v)}); err != nil {
		return nil // of a string: it cannot be
	}
	return out
}
