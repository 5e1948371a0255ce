package train

import (
	"fmt"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// outline is what a Predictor knows of its model beside the parameters. Nothing changes it. A version
// of the parameters has the outline that it goes with.
type outline struct {
	info   *ModelInfo
	fitted data.Recipe // of the Trainer whose model it is, or none

	model   []InputInfo // inputs of the model, which the recipe makes
	built   []InputInfo // the same as the model itself has them
	recipe  prediction  // how the recipe is applied and undone
	sizes   []int       // elements of the inputs for one example
	width   int         // their sum
	out     int         // elements of the output for one example
	classes []string
	plan    *data.CSVPlan // how rows of text are read; nil if nothing says it

	missing error // why nothing can be predicted yet; nil if it can
}

func newOutline(info *ModelInfo, built []InputInfo) *outline {
	k := &outline{info: info, model: built, built: built, recipe: newPrediction(info), out: size(info.Output), classes: labelNames(info.Target.ClassNames, info.Target.Classes)}
	if k.recipe.whole {
		k.recipe.steps = make([][]transform, len(built))
	} else {
		k.model = info.Inputs
	}
	for _, in := range info.Inputs {
		n := size(in.Shape)
		k.sizes = append(k.sizes, n)
		k.width += n
	}
	k.plan = info.tables(false)
	return k
}

// wrongRows is the error about n numbers that are no whole rows.
func (k *outline) wrongRows(n int) error {
	var parts []string
	for i, in := range k.info.Inputs {
		parts = append(parts, fmt.Sprintf("%d of input %q", k.sizes[i], in.Name))
	}
	return mistake.Shapef("got %d numbers, want one or more rows of %d: %s", n, k.width, strings.Join(parts, ", "))
}

// errRenewed is the error of a call that has read its examples by an outline which is not that of the
// parameters any more. It begins again.
var errRenewed = errors.New("the model has another outline")

// outline returns that of the parameters of now.
func (p *Predictor) outline() *outline {
	if !p.made() {
		return unmade()
	}
	p.versions.mu.Lock()
	defer p.versions.mu.Unlock()
	return p.versions.now.by
}

// lately calls f with the outline of now, and again if the parameters had a newer one.
func (p *Predictor) lately(f func(k *outline) ([]float64, error)) ([]float64, error) {
	for {
		k := p.outline()
		if k.missing != nil {
			return nil, k.missing
		}
		if out, err := f(k); err == nil || !errors.Is(err, errRenewed) {
			return out, err
		}
	}
}

// learned returns the outline for the parameters of now, for who keeps the Trainer from changing. A
// Predictor that was made before the first Fit learns what that knows: names, classes, recipe.
func (p *Predictor) learned() *outline {
	now := p.outline()
	if !p.learns || p.from.progress.on.empty() && sameSteps(p.from.Recipe(), now.fitted) {
		return now
	}
	k, err := p.learn()
	if err != nil { // a call says so
		failed := *now
		failed.missing, failed.fitted = err, p.from.Recipe()
		return &failed
	}
	return k
}

// learn describes the model anew.
func (p *Predictor) learn() (*outline, error) {
	f := p.file
	if err := p.from.complete(&f); err != nil {
		return nil, err
	}
	p.runners.compiling.Lock()
	defer p.runners.compiling.Unlock()
	info := &ModelInfo{Package: packageOf(p.t.model)}
	_, built, err := p.t.inform(info, f)
	if err != nil {
		return nil, err
	}
	k := newOutline(info, built)
	k.fitted = p.from.Recipe()
	return k, nil
}
