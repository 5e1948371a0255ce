package train

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/safetensors"
)

// Save writes the whole training to one safetensors file, from which Restore goes on in
// another process, with the bits of a training that was never interrupted. The tensors are
//
//	param/NAME       the parameters
//	state/NAME       the states of the model
//	slot/SLOT/NAME   what the Optimizer remembers of each parameter
//	best/NAME        the best parameters and states, with Options.Stop
//
// and the entry "symgrad.run" of the metadata has the rest as JSON: how far the training has
// come, the history, the settings, a fingerprint of the data set, what callbacks remember.
// Every tensor and the header have a checksum. The file replaces an old one as a whole or not
// at all. Other programs read it like any safetensors file.
//
// Save may be called between steps: by a callback, in the body of a loop on Steps, after Fit.
// To save by itself, see Options.Checkpoint. For the parameters alone, see the function Save.
//
// Errors: ErrNotBuilt if the model is not built, ErrNotFinite for a parameter or state that
// is NaN or infinite, those of a Stateful callback, those of the file system, ErrBusy. An
// old file is then unchanged.
func (t *Trainer) Save(path string) error {
	if err := t.enter(); err != nil {
		return errors.Wrap(err, "train: Trainer.Save")
	}
	defer t.leave()
	if t.ranks != nil && t.o.SplitState {
		return errors.Wrap(mistake.Newf(graph.ErrUnsupported, "got a call with Options.SplitState, where each rank has the slots of a part of the parameters; want Options.Checkpoint to write files"), "train: Trainer.Save")
	}
	meta, tensors, err := t.runFile()
	if err == nil {
		err = safetensors.WriteTensors(path, meta, tensors, safetensors.WriteOptions{})
	}
	return errors.Wrap(err, "train: Trainer.Save")
}

// Restore goes on with a training that Trainer.Save or Options.Checkpoint has written: the
// next Fit or Steps makes the step after the last one of the file, with the same bits. It
// builds the model if need be. The Trainer must have the model of the run, and an Optimizer
// with the same slots. Options.Seed, BatchSize, MicroBatch, Shards, InOrder, DropLast,
// LimitBatches, OverfitBatches, Sampling and the settings of Recipe must be those of the run. Other
// options may differ, such as Epochs or Workers. With another Schedule, Augment, Stop, ShuffleWindow, SampleWeight or ClassWeights, or other settings
// of the Optimizer, the training goes on, and History.Notes says so.
//
// The data set of the next Fit must be the one of the run, by data.Fingerprint.
//
// Errors: ErrRun for a file that is not of a run, or of another one, with all differences;
// ErrParameters for the file of another model, with all differences; ErrFormat and
// ErrChecksum for a damaged file; those of the file system; those of a Stateful callback;
// ErrBusy. The Trainer is then unchanged.
func (t *Trainer) Restore(path string) error {
	return errors.Wrap(t.restore(path), "train: Restore")
}

func (t *Trainer) restore(path string) error {
	if err := t.enter(); err != nil {
		return err
	}
	defer t.leave()
	if t.looping.Load() {
		return busy()
	}
	err := t.restoreFrom(path)
	if err == nil {
		t.home = filepath.Dir(absolute(path))
	}
	return err
}

// restoreFrom is restore for who has entered.
func (t *Trainer) restoreFrom(path string) error {
	if err := t.builtOnce(); err != nil {
		return err
	}
	file, err := safetensors.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return errors.WithMessagef(t.restoreFile(file), "%q", path)
}

// builtOnce builds the model unless it has parameters.
func (t *Trainer) builtOnce() error {
	if len(t.params.List()) > 0 {
		return nil
	}
	return Build(t.model)
}

// restoreFile restores what the file of a run holds.
func (t *Trainer) restoreFile(file *safetensors.Reader) error {
	r, err := readRecord(file)
	if err == nil {
		err = r.check(t)
	}
	if err == nil {
		if err = t.differences(file, r); err != nil && Build(t.model) == nil { // others of the same Params may be built already
			err = t.differences(file, r)
		}
	}
	if err != nil {
		return err
	}
	if t.params.DType() == graph.Float32 {
		return restoreTensors[float32](t, file, r)
	}
	return restoreTensors[float64](t, file, r)
}

// readRecord returns the record of the run in the file.
func readRecord(file *safetensors.Reader) (*record, error) {
	text, ok := file.Meta()[runKey]
	if !ok {
		return nil, mistake.Newf(ErrRun, "got a file without %q in its metadata, want one of Trainer.Save (Load reads parameters alone)", runKey)
	}
	var of struct{ Version float64 } // first: a newer record may have other types
	if err := json.Unmarshal([]byte(text), &of); err == nil && of.Version > runVersion {
		return nil, mistake.Newf(ErrRun, "got a file of version %v, want at most %d: a newer version of symgrad wrote it", of.Version, runVersion)
	}
	r := &record{}
	if err := json.Unmarshal([]byte(text), r); err != nil {
		return nil, mistake.Newf(ErrRun, "the entry %q of the metadata: %v", runKey, err)
	}
	return r, nil
}

// runFile returns the metadata of the run and its tensors, which are the memory of the
// Trainer.
func (t *Trainer) runFile() (map[string]string, []safetensors.View, error) {
	if err := built(t.params); err != nil {
		return nil, nil, err
	}
	if err := t.usable(); err != nil {
		return nil, nil, err
	}
	if err := t.viewRestored(); err != nil {
		return nil, nil, err
	}
	r, err := t.record()
	if err != nil {
		return nil, nil, err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return nil, nil, errors.Wrap(err, "the record of the run")
	}
	meta := map[string]string{"format": "symgrad", runKey: string(text)}
	if t.params.DType() == graph.Float32 {
		return meta, runTensors(t, r, t.memory32()), nil
	}
	return meta, runTensors(t, r, t.memory64()), nil
}

// runMemory is all that a run has in one type.
type runMemory[T Float] struct {
	param, state []T
	best, last   [2][]T // parameters and states
	slot         [][]T  // by the index in Slots; nil for a scalar
}

func (t *Trainer) memory32() runMemory[float32] {
	m := runMemory[float32]{state: t.params.State32(), slot: t.restored.f32}
	m.param, _ = t.params.Flat32()
	if t.view != nil {
		m.slot = t.view.f32.slot
	}
	l := &t.lookout
	m.best, m.last = [2][]float32{l.best.f32, l.best.states.f32}, [2][]float32{l.last.f32, l.last.states.f32}
	return m
}

func (t *Trainer) memory64() runMemory[float64] {
	m := runMemory[float64]{state: t.params.State64(), slot: t.restored.f64}
	m.param, _ = t.params.Flat64()
	if t.view != nil {
		m.slot = t.view.f64.slot
	}
	l := &t.lookout
	m.best, m.last = [2][]float64{l.best.f64, l.best.states.f64}, [2][]float64{l.last.f64, l.last.states.f64}
	return m
}

// runTensors returns the tensors of the run with the record r.
func runTensors[T Float](t *Trainer, r *record, m runMemory[T]) (out []safetensors.View) {
	add := func(prefix string, list []*graph.Param, all []T) {
		for _, q := range list {
			out = append(out, safetensors.FloatsView(prefix+q.Name, q.Shape, elements(all, q)))
		}
	}
	params, states := t.params.List(), t.params.States()
	if r.Best != nil && r.Best.Swapped { // the model has the best ones
		m.param, m.state = m.last[0], m.last[1]
	}
	add("param/", params, m.param)
	add("state/", states, m.state)
	for i, s := range t.o.Optimizer.Slots() {
		if !s.Scalar && m.slot != nil && r.Step > 0 { // a first step that has failed leaves some
			add("slot/"+s.Name+"/", params, m.slot[i])
		}
	}
	if r.Best != nil {
		add("best/", params, m.best[0])
		add("best/", states, m.best[1])
	}
	return out
}

// differences returns what keeps the tensors of the file from being those of t.
func (t *Trainer) differences(file *safetensors.Reader, r *record) error {
	want := map[string]*graph.Param{}
	add := func(prefix string, list []*graph.Param) {
		for _, q := range list {
			want[prefix+q.Name] = q
		}
	}
	params, states := t.params.List(), t.params.States()
	add("param/", params)
	add("state/", states)
	var wrong []string
	another := typeOf(r.Optimizer) != typeOf(settingsOf(t.o.Optimizer)) // then its slots are others too
	if another {
		wrong = append(wrong, fmt.Sprintf("Options.Optimizer: got %s, want %s, as the run has it", typeOf(settingsOf(t.o.Optimizer)), typeOf(r.Optimizer)))
	}
	for _, s := range t.o.Optimizer.Slots() {
		_, known := r.Scalars[s.Name]
		switch {
		case r.Step == 0, another:
		case s.Scalar && !known:
			wrong = append(wrong, fmt.Sprintf("got no scalar %q of the optimizer, want one", s.Name))
		case !s.Scalar:
			add("slot/"+s.Name+"/", params)
		}
	}
	if r.Best != nil {
		add("best/", params)
		add("best/", states)
	}
	dtype := "F64"
	if t.params.DType() == graph.Float32 {
		dtype = "F32"
	}
	for _, x := range file.Tensors() {
		q := want[x.Name]
		switch {
		case another && strings.HasPrefix(x.Name, "slot/"):
		case q == nil:
			wrong = append(wrong, fmt.Sprintf("%q: got a tensor, want none", x.Name))
		case !slices.Equal(x.Shape, q.Shape):
			wrong = append(wrong, fmt.Sprintf("%q: got the shape %v, want %v", x.Name, ir.Shape(x.Shape), ir.Shape(q.Shape)))
		case x.DType != dtype:
			wrong = append(wrong, fmt.Sprintf("%q: got elements of type %s, want %s", x.Name, x.DType, dtype))
		}
		delete(want, x.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		wrong = append(wrong, fmt.Sprintf("%q: got no such tensor, want one with the shape %v", name, ir.Shape(want[name].Shape)))
	}
	if len(wrong) > 0 {
		return mistake.Newf(ErrParameters, "%s", strings.Join(wrong, "; "))
	}
	return nil
}

// typeOf returns the type in settings that settingsOf has made.
func typeOf(settings json.RawMessage) string {
	var s struct{ Type string }
	if err := json.Unmarshal(settings, &s); err != nil {
		return ""
	}
	return s.Type
}

// restored is what the file of a run says of the optimizer, until there is a View.
type restored struct {
	scalars map[string]number
	counts  map[string]int
	f32     [][]float32
	f64     [][]float64
}

// restoreTensors reads the tensors into new memory and then lets t go on with them.
func restoreTensors[T Float](t *Trainer, file *safetensors.Reader, r *record) error {
	params, states := t.params.List(), t.params.States()
	read := func(prefix string, list []*graph.Param) ([]T, error) {
		all := make([]T, arenaSize(t.params, list))
		for _, q := range list {
			if err := safetensors.ReadFloats(file, prefix+q.Name, elements(all, q)); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
	var m runMemory[T]
	var err error
	into := func(to *[]T, prefix string, list []*graph.Param) {
		if err == nil {
			*to, err = read(prefix, list)
		}
	}
	into(&m.param, "param/", params)
	into(&m.state, "state/", states)
	if r.Best != nil {
		into(&m.best[0], "best/", params)
		into(&m.best[1], "best/", states)
	}
	if r.Step > 0 {
		slots := t.o.Optimizer.Slots()
		m.slot = make([][]T, len(slots))
		for i, s := range slots {
			if !s.Scalar {
				into(&m.slot[i], "slot/"+s.Name+"/", params)
			}
		}
	}
	if err != nil {
		return err
	}
	notes := r.notes(t)
	if err := r.set(t); err != nil {
		return err
	}
	t.notes = notes
	t.view, t.viewOf = nil, nil
	t.restored = restored{}
	if r.Step > 0 {
		t.restored = restored{scalars: r.Scalars, counts: r.Counts}
	}
	t.install(any(m), r.Best != nil && r.Best.Swapped)
	return nil
}

// arenaSize returns the length of the memory in p that holds the parameters or states of
// list, with what lies between them.
func arenaSize(p *graph.Params, list []*graph.Param) int {
	if len(list) > 0 && list[0].State {
		return max(len(p.State32()), len(p.State64()))
	}
	f32, _ := p.Flat32()
	f64, _ := p.Flat64()
	return max(len(f32), len(f64))
}

// install puts the memory that was read in its place; swapped: the best parameters into the
// model.
func (t *Trainer) install(m any, swapped bool) {
	l := &t.lookout
	switch m := m.(type) {
	case runMemory[float32]:
		t.restored.f32 = m.slot // nil before the first step
		l.best = snapshot{f32: m.best[0], states: stateCopy{f32: m.best[1]}}
		l.last = snapshot{f32: m.param, states: stateCopy{f32: m.state}}
	case runMemory[float64]:
		t.restored.f64 = m.slot
		l.best = snapshot{f64: m.best[0], states: stateCopy{f64: m.best[1]}}
		l.last = snapshot{f64: m.param, states: stateCopy{f64: m.state}}
	}
	l.last.set(t.params)
	if swapped {
		l.best.restore(t.params)
	}
}

// into gives a new View, which moves nothing yet, what was restored.
func (k *restored) into(v *View, p *graph.Params) {
	if k.counts == nil {
		return
	}
	for _, q := range p.List() {
		v.counts[q] = k.counts[q.Name]
	}
	v.wild = true // nobody has looked at the slots
	lo, hi := v.split.span(p.Len())
	for i, s := range v.slots {
		switch {
		case s.Scalar:
			v.scalars[i] = float64(k.scalars[s.Name])
		case v.f32 != nil:
			copy(v.f32.slot[i][lo:hi], k.f32[i][lo:hi])
		default:
			copy(v.f64.slot[i][lo:hi], k.f64[i][lo:hi])
		}
	}
	*k = restored{}
}
