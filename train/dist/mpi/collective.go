//go:build ((linux && !android) || (darwin && !ios)) && (amd64 || arm64)

package mpi

// pass is one message to a rank and one from a rank; -1 stands for none.
type pass struct {
	to, from int
	out, in  []byte
}

// allToAll has one pass for each distance between ranks, so that all ranks are as busy.
func (d *driver) allToAll(receive, send [][]byte) error {
	copy(receive[d.rank], send[d.rank])
	d.passes = d.passes[:0]
	for k := 1; k < d.size; k++ {
		to, from := (d.rank+k)%d.size, (d.rank-k+d.size)%d.size
		d.passes = append(d.passes, pass{to, from, send[to], receive[from]})
	}
	return d.carry(d.passes)
}

// broadcast goes along a binomial tree: of the ranks counted from root, r has its message from r
// without its lowest bit, and passes it on to r plus each lower bit.
func (d *driver) broadcast(p []byte, root int) error {
	me := (d.rank - root + d.size) % d.size
	bit := 1
	for ; bit < d.size && me&bit == 0; bit *= 2 {
	}
	if me != 0 {
		from := (me - bit + root) % d.size
		if err := d.carry(append(d.passes[:0], pass{to: -1, from: from, in: p})); err != nil {
			return err
		}
	}
	d.passes = d.passes[:0]
	for bit /= 2; bit > 0; bit /= 2 {
		if me+bit < d.size {
			d.passes = append(d.passes, pass{to: (me + bit + root) % d.size, from: -1, out: p})
		}
	}
	return d.carry(d.passes)
}

// barrier hears in each round of twice as many ranks that they have come.
func (d *driver) barrier() error {
	for k := 1; k < d.size; k *= 2 {
		if err := d.carry(append(d.passes[:0], pass{to: (d.rank + k) % d.size, from: (d.rank - k + d.size) % d.size})); err != nil {
			return err
		}
	}
	return nil
}
