package exec

import (
	"unsafe"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/memory"
)

// aheadBytes are those of a block that is fetched ahead: few, so that the fetched lines of all arrays stay in the
// first-level cache and are not all asked for at once.
const aheadBytes = 2 << 10

// readAhead lets a loop over arrays that no cache holds fetch the next block while it computes one. The
// processor reads ahead by itself, but only of what the present instruction reads: the memory would rest
// during instructions that find their operands in the cache. A loop of one instruction or of one operand
// gains nothing.
func (l *loop[T]) readAhead() {
	size := int(unsafe.Sizeof(T(0)))
	if !memory.Fetches() || len(l.code) < 2 || l.n*size < farBytes {
		return
	}
	var ahead []arg
	for _, a := range l.args {
		if a.view.kind == direct {
			ahead = append(ahead, a)
		}
	}
	if len(ahead) < 2 {
		return
	}
	if l.rows.Stride == 0 && !l.stream {
		ahead = append(ahead, arg{operand: ir.ProductArg, view: view{kind: direct}})
	}
	l.ahead = ahead
	l.block = min(l.block, aheadBytes/size)
}

// fetch asks for the n elements from start on of some of the arrays. Each instruction has its share of
// them, as the processor waits for only some lines at a time.
func (l *loop[T]) fetch(instruction, start, n int) {
	lo, hi := instruction*len(l.ahead)/len(l.code), (instruction+1)*len(l.ahead)/len(l.code)
	for i := lo; i < hi; i++ {
		a := &l.ahead[i]
		at := a.view.offset + start
		memory.Fetch(l.operand(a)[at : at+n])
	}
}
