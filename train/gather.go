package train

import (
	"context"
	"slices"
	"sync"
	"time"
)

// This file puts the examples of several calls into one batch. There is no goroutine for it:
// one of the callers leads the batch, and the others wait for him. Who leaves hands on the lead.

// gathering is the batch of a Predictor that takes more examples.
type gathering struct {
	mu   sync.Mutex
	open *group // nil for none
}

// group is a batch of several calls.
type group struct {
	parts []*part
	n     int           // their examples
	taken bool          // the batch is computed, or was
	lead  chan struct{} // has an element while nobody leads
	full  chan struct{} // closed when the group takes no more
	done  chan struct{} // closed when the batch is computed
}

// gather computes the examples of x in a batch with those of others.
func (p *Predictor) gather(ctx context.Context, x *part) error {
	if err := ctx.Err(); err != nil { // also if there is a turn
		return err
	}
	c := &p.groups
	g := c.join(x, p.o.Gather.Examples)
	select {
	case <-g.lead:
	case <-g.done:
		return x.err
	case <-ctx.Done():
		return c.leave(ctx, g, x)
	}
	err := p.patience(ctx, g)
	if err == nil {
		err = p.runners.wait(ctx)
	}
	if err != nil {
		err = c.leave(ctx, g, x)
		g.lead <- struct{}{}
		return err
	}
	defer p.runners.leave()
	defer close(g.done)
	parts, n := c.close(g)
	v := p.versions.take()
	defer p.versions.done(v)
	if err := p.runOne(v, n, parts...); err != nil {
		for _, x := range parts {
			x.err = err
		}
	}
	return x.err
}

// patience waits until the group is full, at most Gather.Wait.
func (p *Predictor) patience(ctx context.Context, g *group) error {
	if p.o.Gather.Wait == 0 {
		return nil
	}
	timer := time.NewTimer(p.o.Gather.Wait)
	defer timer.Stop()
	select {
	case <-g.full:
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// join adds x to the open group, or to a new one if there are more than most examples then.
func (c *gathering) join(x *part, most int) *group {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open != nil && c.open.n+x.n > most {
		c.fill()
	}
	if c.open == nil {
		c.open = &group{lead: make(chan struct{}, 1), full: make(chan struct{}), done: make(chan struct{})}
		c.open.lead <- struct{}{}
	}
	g := c.open
	g.parts = append(g.parts, x)
	if g.n += x.n; g.n == most {
		c.fill()
	}
	return g
}

// fill lets the open group take no more.
func (c *gathering) fill() {
	close(c.open.full)
	c.open = nil
}

// close returns the parts of g, which takes no more.
func (c *gathering) close(g *group) (parts []*part, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == g {
		c.open = nil
	}
	g.taken = true
	return g.parts, g.n
}

// leave takes x out of g. If its batch is being computed, it waits for the result: x is read.
func (c *gathering) leave(ctx context.Context, g *group, x *part) error {
	c.mu.Lock()
	if !g.taken {
		defer c.mu.Unlock()
		g.parts = slices.DeleteFunc(g.parts, func(y *part) bool { return y == x })
		g.n -= x.n
		return ctx.Err()
	}
	c.mu.Unlock()
	<-g.done
	return x.err
}
