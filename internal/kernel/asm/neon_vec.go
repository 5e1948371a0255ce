package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/build"
)

// neonVec adds the files of package vec for arm64.
func (out files) neonVec(groups []group) error {
	for _, g := range groups {
		var failed error
		err := out.neon("vec", g.file+"_neon_arm64", func(c *build.Context) {
			if g.list == nil {
				(&neon{c: c}).maskTable()
			}
			for _, size := range []int{4, 8} {
				n, k := &neon{c: c, size: size}, &numbers{}
				failed = errors.Join(failed, n.group(g, k))
				k.emit(n)
			}
		})
		if err = errors.Join(failed, err); err != nil {
			return err
		}
	}
	return out.table(groups, "arm64", 128)
}

// group emits the functions of a group of package vec.
func (n *neon) group(g group, k *numbers) error {
	for _, f := range g.list {
		if err := n.formula(f, k); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	if g.list != nil {
		return nil
	}
	for _, f := range folds {
		if err := n.fold(f, k); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	n.rowsSum()
	return nil
}

// like is what the signatures of formulas ask.
func (n *neon) like() *lanes { return &lanes{size: n.size} }

// openVec starts the function for a field of vec's table.
func (n *neon) openVec(field, signature, doc string) {
	name := fmt.Sprintf("%s128x%d", field, 8*n.size)
	n.open(name, signature, strings.Split(name+" is "+doc, "\n")...)
	n.c.Pragma("noescape")
}

// walk is the state of one emitted loop over slices.
type walk struct {
	*neon
	bases map[string]xreg // the next elements
	left  xreg            // elements
	outs  []string        // slices that are stored, and move on then; others do when loaded
}

func (n *neon) walk(names, outs []string) *walk {
	w := &walk{neon: n, bases: map[string]xreg{}, outs: outs}
	for _, s := range names {
		w.bases[s] = n.param(n.c.Param(s).Base())
	}
	w.left = n.param(n.c.Param(names[0]).Len())
	return w
}

// load loads the next vectors of a slice.
func (w *walk) load(slice string, to ...vreg) {
	if slices.Contains(w.outs, slice) {
		w.loadAll(w.bases[slice], to)
	} else {
		w.loadNext(w.bases[slice], to)
	}
}

// store stores the next vectors of a slice.
func (w *walk) store(slice string, from ...vreg) { w.storeNext(from, w.bases[slice]) }

// while emits a loop that runs as long as count elements are left.
func (w *walk) while(label string, count int, f func()) {
	w.op("CMP", fmt.Sprintf("$%d", count), w.left)
	w.op("BLT", label+"end")
	w.label(label)
	end := w.scope()
	f()
	end()
	w.op("SUB", fmt.Sprintf("$%d", count), w.left)
	w.op("CMP", fmt.Sprintf("$%d", count), w.left)
	w.op("BGE", label)
	w.label(label + "end")
}

// rest emits the loop over what is left, a vector at a time and the last one in
// part: only loads and stores differ.
func (w *walk) rest(load func(part bool), body func(), store func(part bool)) {
	end := w.scope()
	whole := func(label string) {
		w.op("CMP", fmt.Sprintf("$%d", w.width()), w.left)
		w.op("BLT", label)
	}
	w.label("rest")
	w.op("CBZ", w.left, "done")
	whole("partIn")
	load(false)
	w.label("body")
	body()
	whole("partOut")
	store(false)
	w.op("SUB", fmt.Sprintf("$%d", w.width()), w.left)
	w.op("B", "rest")
	w.label("partIn")
	load(true)
	w.op("B", "body")
	w.label("partOut")
	store(true)
	w.label("done")
	end()
}

// loads loads vectors of all slices, and returns them by places.
func (w *walk) loads(names []string, count int) [][]vreg {
	x := make([][]vreg, count)
	for _, name := range names {
		all := w.vecsOf(count)
		w.load(name, all...)
		for i, r := range all {
			x[i] = append(x[i], r)
		}
	}
	return x
}

// loadRest loads the next vector of all slices, or its part.
func (w *walk) loadRest(names []string, to []vreg, part bool) {
	for i, name := range names {
		if part {
			w.loadPart(w.bases[name], 0, w.left, to[i])
		} else {
			w.load(name, to[i])
		}
	}
}

// on is the walk with other registers.
func (w *walk) on(n *neon) *walk {
	c := *w
	c.neon = n
	return &c
}

// formula emits the formula as a function over slices: a loop over two vectors
// at a time and one over the rest.
func (n *neon) formula(f formula, k *numbers) error {
	ins, outs, names := strings.Fields(f.in), strings.Fields(f.out), strings.Fields(f.numbers)
	c, err := record(n.size, len(ins)+len(names), func(m *lanes, in []v) []v { return f.body(m, in[:len(ins)], in[len(ins):]) })
	if err != nil {
		return err
	}
	stop := &code{}
	if f.stop != nil {
		if stop, err = record(n.size, len(ins)+len(names), func(m *lanes, in []v) []v {
			return []v{f.stop(m, in[:len(ins)], in[len(ins):]).v}
		}); err != nil {
			return err
		}
	}
	n.openVec(f.name, f.signature(n.like()), f.doc)
	w := n.walk(f.slices(), outs)
	k.open(n, c, stop)
	var s []vreg
	for _, name := range names {
		s = append(s, n.number(name))
	}
	several := func(n *neon, count int) {
		w, x := w.on(n), w.on(n).loads(ins, count)
		for i := range x {
			x[i] = append(x[i], s...)
		}
		w.leave(stop, k, x...)
		y := n.run(c, k, len(s), x...)
		for i, name := range outs {
			var all []vreg
			for _, results := range y {
				all = append(all, results[i])
			}
			w.store(name, all...)
		}
	}
	if k.keep(n, c, func(n *neon) { several(n, 2) }) {
		w.while("pair", 2*n.width(), func() { several(n, 2) })
	} else if !k.keep(n, c, func(n *neon) { several(n, 1) }) {
		return errors.New("too many values at once")
	}
	x := n.vecsOf(len(ins))
	var y []vreg
	w.rest(func(part bool) { w.loadRest(ins, x, part) }, func() {
		all := append(slices.Clone(x), s...)
		w.leave(stop, k, all)
		y = n.run(c, k, len(s), all)[0]
	}, func(part bool) {
		for i, name := range outs {
			if part {
				n.storePart(y[i], w.bases[name], 0, w.left)
			} else {
				w.store(name, y[i])
			}
		}
	})
	if f.stop != nil {
		w.count(f.slices()[0])
	}
	n.op("RET")
	return nil
}

// leave goes to the end if the condition holds in any lane of the vectors.
func (w *walk) leave(stop *code, k *numbers, x ...[]vreg) {
	if stop.list == nil {
		return
	}
	low, high := w.int(), w.int()
	for _, y := range w.run(stop, k, stop.inputs, x...) {
		w.op("VMOV", fmt.Sprintf("V%d.D[0]", int(y[0])), low)
		w.op("VMOV", fmt.Sprintf("V%d.D[1]", int(y[0])), high)
		w.op("ORR", high, low)
		w.op("CBNZ", low, "stop")
		w.free(y[0])
	}
	w.freeInt(low, high)
}

// count returns the number of elements that are done.
func (w *walk) count(slice string) {
	w.op("MOVD", "$0", w.left)
	w.label("stop")
	all := w.param(w.c.Param(slice).Len())
	w.op("SUB", w.left, all)
	w.op("MOVD", all, w.address(w.c.ReturnIndex(0)))
}
