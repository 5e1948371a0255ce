package exec

import "github.com/symgrad/symgrad/internal/ir"

// This file lets an instruction read and write rows where they lie: some columns of a matrix, such as
// one gate of a recurrent cell. Its body runs once for each row, so nothing is copied to a block or from
// one.

// leastRow is the smallest number of elements of such a row. At this length the calls for each row take
// about as long as the copy.
const leastRow = 64

// read lets an instruction read its operands: from slots, or where they lie if that is in long rows.
// All rows of one instruction must have the same length.
func (a *assembler[T]) read(in *instr[T], operands []*ir.Value, isResult bool) {
	if isResult && a.rows.Stride > 0 && a.rows.Len >= leastRow && in.number == nil {
		in.row, a.inRows = a.rows.Len, true
	}
	in.in, in.apart = make([]int, len(operands)), make([]*arg, len(operands))
	for i, x := range operands {
		if w, ok := a.rowsOf(x); ok && in.number == nil && (in.row == 0 || in.row == w.shape[1]) {
			in.row = w.shape[1]
			in.in[i], in.apart[i] = -1, &arg{operand: a.of.At(x).operand, slot: -1, view: w}
			a.args = append(a.args, *in.apart[i])
			continue
		}
		in.in[i] = a.slot(x)
	}
}

// rowsOf returns the view of an operand that lies in rows apart. It is not ok for others, for short
// rows and for those that several instructions read: a copy in the cache is as good for them.
func (a *assembler[T]) rowsOf(v *ir.Value) (w view, ok bool) {
	p := a.of.At(v)
	if !p.isArg || p.reads > 1 {
		return view{}, false
	}
	w = newView(p.layout)
	return w, len(w.shape) == 2 && w.stride[1] == 1 && w.stride[0] != 0 && w.shape[1] >= leastRow
}

// wholeRows makes a block end where a row ends, if an instruction runs row by row.
func (l *loop[T]) wholeRows() {
	for i := range l.code {
		if n := l.code[i].row; n%lineElems == 0 && n > 0 && n < l.block {
			l.block -= l.block % n
		}
	}
}

// byRow runs an instruction on n elements from start on: once for each row, or what of it is in
// the block. A nil dst stands for the rows of the result.
func (l *loop[T]) byRow(w *worker[T], c *instr[T], dst []T, in [][]T, start, n int) {
	row, j := start/c.row, start%c.row
	run := w.run[:len(in)]
	for i := 0; i < n; row, j = row+1, 0 {
		m := min(c.row-j, n-i)
		for k, a := range c.apart {
			if a == nil {
				run[k] = in[k][i : i+m]
				continue
			}
			at := a.view.offset + row*a.view.stride[0] + j
			run[k] = l.operand(a)[at : at+m]
		}
		if dst != nil {
			c.elem(dst[i:i+m], run, c.consts)
		} else {
			at := row*l.rows.Stride + j
			c.elem(l.call.Out[at:at+m], run, c.consts)
		}
		i += m
	}
}
