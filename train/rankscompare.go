package train

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// This file compares the processes of a training: what the bits of a step depend on must be the same
// at each.

// trait is something that must be the same at all ranks.
type trait struct {
	name string
	sum  [8]byte
}

func traitOf(name string, value any) trait {
	text, err := json.Marshal(value)
	if err != nil { // of numbers and text: it cannot be
		text = []byte(err.Error())
	}
	sum := sha256.Sum256(text)
	return trait{name, [8]byte(sum[:])}
}

// meet brings the ranks together before the first step of a call that has come so far with failed:
// all have the same traits, or all get an error. A nil t.ranks returns failed.
func (t *Trainer) meet(ctx context.Context, failed error) error {
	r := t.ranks
	if r == nil {
		return failed
	}
	r.begin(ctx)
	if err := r.agree(failed); err != nil {
		return err
	}
	list := t.traits()
	var mine []byte
	for _, x := range list {
		mine = append(mine, x.sum[:]...)
	}
	return r.compare(mine, func(i int) string { return list[i/8].name })
}

// compare returns an error at all ranks unless they have the same bytes. name says what a byte is of.
func (r *ranks) compare(mine []byte, name func(i int) string) error {
	if r.broken != nil {
		return r.broken
	}
	n := len(mine)
	all := make([]byte, n*r.Size())
	if err := r.lost(r.AllGather(all, mine)); err != nil {
		return err
	}
	for i, v := range all {
		if v != all[i%n] {
			r.agreed = true
			return mistake.Newf(ErrRank, "%s has another %s than %s, want the same at all ranks", r.Name(i/n), name(i%n), r.Name(0))
		}
	}
	return nil
}

// same returns an error at all ranks unless they have the same answer. A nil r returns nil.
func (r *ranks) same(name string, yes bool) error {
	if r == nil {
		return nil
	}
	answer := []byte{0}
	if yes {
		answer[0] = 1
	}
	return r.compare(answer, func(int) string { return name })
}

// traits returns what the bits of the next step depend on, causes before what follows from them. The
// model is compiled.
func (t *Trainer) traits() []trait {
	o := &t.o
	var metrics []string
	for _, m := range o.Metrics {
		metrics = append(metrics, m.Name)
	}
	list := []trait{
		traitOf("program", codeOf()),
		traitOf("level of vector instructions (set SYMGRAD_CPU to one that all have)", []string{runtime.GOARCH, t.level()}),
		traitOf("Options.Optimizer", settingsOf(o.Optimizer)), traitOf("Options.Schedule", settingsOf(o.Schedule)),
		traitOf("Options.Groups", t.groupsOfRun()), traitOf("Options.Seed", o.Seed), traitOf("Options.Epochs", o.Epochs),
		traitOf("Options.BatchSize", o.BatchSize), traitOf("Options.EvalBatch", o.EvalBatch), traitOf("Options.Shards", o.Shards),
		traitOf("order of the examples (Options.InOrder, Sampling, DropLast, LimitBatches or OverfitBatches)",
			[]any{o.InOrder, o.Sampling, o.DropLast, o.LimitBatches, o.OverfitBatches}),
		traitOf("Options.SampleWeight, ClassWeights, Augment, Stop or ShuffleWindow", o.course()),
		traitOf("Options.Recipe", t.recipeOfRun()),
		traitOf("Options.Metrics, ValidateEvery or LimitValidation", []any{metrics, o.ValidateEvery, o.LimitValidation}),
		traitOf("Options.Callbacks, Checkpoint or SplitState", []any{len(o.Callbacks), o.Checkpoint != nil, o.SplitState}),
		traitOf("data set", t.fingerprint()), traitOf("Options.Validation", t.printOfValidation()),
		traitOf("number of steps made", []int{t.step, t.epoch, t.progress.at}),
		traitOf("model (parameters or settings)", []any{modelHash(t.params), modelSettings(t.model)}), t.graphTrait(),
	}
	return append(list, trait{"value of a parameter or state", t.printOfValues()})
}

// codeOf describes the program that runs: its modules and its version.
func codeOf() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	var lines []string
	for line := range strings.Lines(info.String()) {
		if !strings.HasPrefix(line, "path\t") { // the place of the main package may differ
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// level returns the level of vector instructions.
func (t *Trainer) level() string {
	if s := t.train.last(); s != nil {
		return s.prog.Stats().Level
	}
	return ""
}

// graphTrait is of the graph of the first shard, whatever number of workers it is compiled for.
func (t *Trainer) graphTrait() trait {
	x := trait{name: "graph (operators, shapes or constants of the model)"}
	if s := t.train.last(); s != nil {
		x.sum = [8]byte(s.lowered[:])
	}
	return x
}

// last returns the session that was used last; nil for none.
func (c *cache) last() *session {
	if len(c.list) == 0 {
		return nil
	}
	return c.list[len(c.list)-1]
}

// printOfValidation returns the fingerprint of Options.Validation; "" for none or for what cannot be
// read twice.
func (t *Trainer) printOfValidation() string {
	if d, ok := t.o.Validation.(*data.Dataset); ok && t.validPrint == "" {
		t.validPrint = d.Fingerprint()
	}
	return t.validPrint
}

// printOfValues returns a checksum of parameters and states, and the number of the step.
func (t *Trainer) printOfValues() (sum [8]byte) {
	p := t.params
	p32, _ := p.Flat32()
	p64, _ := p.Flat64()
	table := crc32.MakeTable(crc32.Castagnoli)
	c := uint32(0)
	for _, b := range [][]byte{asBytes(p32), asBytes(p64), asBytes(p.State32()), asBytes(p.State64())} {
		c = crc32.Update(c, table, b)
	}
	for i := range 4 {
		sum[i], sum[4+i] = byte(c>>(8*i)), byte(t.step>>(8*i))
	}
	return sum
}

// confirm checks that all ranks have made the same step, before it is written to a file.
func (t *Trainer) confirm() error {
	if t.ranks == nil {
		return nil
	}
	sum := t.printOfValues()
	return t.ranks.compare(sum[:], func(int) string { return fmt.Sprintf("model after %d steps", t.step) })
}
