package train

import (
	"slices"
	"sync"
	"weak"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// versions are the parameters and states that a Predictor predicts with: those of now, and
// older ones that calls under way have begun with. Nothing changes a version while it is used.
type versions struct {
	mu   sync.Mutex
	now  *version
	free []*version // that nobody uses, to be filled again
	most int        // of free

	renewing sync.Mutex // held by who fills the next one
}

// version is a copy of parameters and states.
type version struct {
	params *graph.Params
	by     *outline // of the model with these parameters
	filled int      // how often params were filled
	users  int
	theirs bool // the parameters are those of the model: they are not filled
}

// take returns the version of now. It must be given to done.
func (c *versions) take() *version {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now.users++
	return c.now
}

// done gives back a version.
func (c *versions) done(v *version) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v.users--
	c.keep(v)
}

// keep keeps v to be filled again if nobody uses it.
func (c *versions) keep(v *version) {
	if v != c.now && v.users == 0 && !v.theirs && len(c.free) < c.most {
		c.free = append(c.free, v)
	}
}

// spare returns a version to fill.
func (c *versions) spare(p *graph.Params) *version {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.free); n > 0 {
		v := c.free[n-1]
		c.free = c.free[:n-1]
		return v
	}
	return &version{params: p.Clone()}
}

// put gives back a spare version; with now it is the one of now.
func (c *versions) put(v *version, now bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now {
		v, c.now = c.now, v
	}
	c.keep(v)
}

// Update takes over the parameters and states of the model as they are now. Calls that have
// begun go on with those before, so each result is of one set of parameters and never of a
// mixture. Any goroutine may call Update at any time.
//
// For a Predictor of Trainer.NewPredictor they are those after a step. Update waits for the end
// of a step, an evaluation or a prediction of the Trainer that runs. The training waits for the
// copy alone. With EMA or SWA it takes the average. Callbacks may call it; the function
// that is given to Trainer.Averaged must not. Otherwise nobody may train the model or set its
// parameters meanwhile.
//
// Errors: ErrNotFinite for a parameter that is NaN or infinite; ErrOption if Options.Recipe
// was fitted to another data set since. The Predictor then keeps the parameters that it has. One that
// was made before the first Fit may also find that its ModelFile does not fit the data set, a
// *ModelFileError, or that the recipe is not fitted yet. Its predictions then fail in the same way.
func (p *Predictor) Update() error {
	if !p.made() {
		return errors.Wrap(unmade().missing, "train: Predictor.Update")
	}
	update := p.renew
	if p.from != nil {
		update = func() error { return p.from.between(p.renew) }
	}
	return errors.Wrap(update(), "train: Predictor.Update")
}

// renew is Update for who keeps the parameters of the model from changing.
func (p *Predictor) renew() error {
	c := &p.versions
	c.renewing.Lock()
	defer c.renewing.Unlock()
	k := p.learned()
	v := c.spare(p.t.onto)
	v.by = k
	err := p.fill(v.params, k)
	v.filled++
	if c.put(v, err == nil); err == nil {
		p.learns = p.learns && p.from.progress.on.empty()
		err = k.missing
	}
	return err
}

// fill copies the parameters and states of the model to dst, for the outline k.
func (p *Predictor) fill(dst *graph.Params, k *outline) error {
	src := p.t.params
	if t := p.from; t == nil {
		copyParams(dst, src)
	} else if err := t.copyTo(dst, k.fitted); err != nil {
		return err
	}
	name := badParam(dst)
	if name != "" && !p.o.AllowNonFinite {
		return mistake.Newf(ErrNotFinite, "parameter or state %q: got numbers that are not finite, want finite ones (PredictorOptions.AllowNonFinite accepts them)", name)
	}
	return nil
}

// copyParams copies values between Params of one model.
func copyParams(dst, src *graph.Params) {
	to32, _ := dst.Flat32()
	to64, _ := dst.Flat64()
	from32, _ := src.Flat32()
	from64, _ := src.Flat64()
	copy(to32, from32)
	copy(to64, from64)
	copy(dst.State32(), src.State32())
	copy(dst.State64(), src.State64())
}

// badParam returns the name of the first parameter or state that is not finite; "" for none.
func badParam(p *graph.Params) string {
	f32, _ := p.Flat32()
	f64, _ := p.Flat64()
	if name := firstNotFinite(p.List(), f32, f64); name != "" {
		return name
	}
	return badState(p)
}

// copyTo copies to dst what t predicts with, for who has entered. The recipe is the one that
// the model of dst was made with.
func (t *Trainer) copyTo(dst *graph.Params, made data.Recipe) error {
	if is := t.Recipe(); !sameSteps(is, made) {
		return mistake.Optionf("got a recipe (Options.Recipe) that was fitted to another data set since, want a new Predictor")
	}
	if err := t.viewRestored(); err != nil {
		return err
	}
	copyParams(dst, t.params)
	if t.lookout.swapped { // the parameters are the best average
		return nil
	}
	f32, _ := dst.Flat32()
	f64, _ := dst.Flat64()
	for _, q := range t.averaged() {
		slot := t.view.Slot("average")
		if f32 != nil {
			copy(elements(f32, q), elements(t.view.f32.slot[slot], q))
		} else {
			copy(elements(f64, q), elements(t.view.f64.slot[slot], q))
		}
	}
	return nil
}

// sameSteps reports whether both recipes are of one Fit.
func sameSteps(a, b data.Recipe) bool {
	return slices.EqualFunc(a.Steps, b.Steps, func(x, y data.Step) bool { return x == y })
}

// follower is a Predictor that takes over the parameters after some steps, as long as somebody
// has it.
type follower struct {
	p     weak.Pointer[Predictor]
	every int
}

// lead gives the parameters to the Predictors for which they are due.
func (t *Trainer) lead() {
	if len(t.followers) > 0 {
		t.leadThose(func(f follower) bool { return t.step%f.every == 0 })
	}
}

// leadAll gives them to all.
func (t *Trainer) leadAll() { t.leadThose(func(follower) bool { return true }) }

func (t *Trainer) leadThose(due func(follower) bool) {
	t.followers = slices.DeleteFunc(t.followers, func(f follower) bool {
		p := f.p.Value()
		if p != nil && due(f) {
			_ = p.renew() // it keeps what it has: a step that is not finite is an error of the Trainer
		}
		return p == nil
	})
}
