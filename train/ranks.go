package train

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/dist"
)

// This file lets several processes train one model: Options.Ranks. All of them make the same calls
// of the engine, so whatever may end a training at one of them is told to all before the next call.

// ranks are the processes that train together, as one of them sees them.
type ranks struct {
	dist.Engine
	ctx    context.Context // of the Fit or Steps that runs
	words  []word          // the last ones, of all ranks
	mine   []byte          // to be sent
	all    []byte
	ended  int    // the first rank whose context was done, plus 1; 0 for none
	why    string // of it
	agreed bool   // the error that ends the call is known to all ranks
	broken error  // of the engine; no call comes after it
}

// errLost: the engine does not reach the other ranks.
var errLost = errors.New("the others cannot be reached")

// word is what a rank says of itself with each exchange.
type word struct {
	failed bool
	text   string
}

// wordSize is the number of bytes of a word; what its text has more is cut off.
const wordSize = 512

// join finds the processes that t trains with, once.
func (t *Trainer) join() error {
	if t.joined {
		return nil
	}
	e := t.o.Ranks
	if mistake.IsNil(e) {
		var err error
		if e, err = dist.Default(); err != nil {
			return err
		}
	}
	t.joined = true
	if mistake.IsNil(e) || e.Size() == 1 {
		return nil
	}
	if k, n := t.o.Shards, e.Size(); k == 0 || k%n != 0 {
		t.joined = false
		return mistake.Optionf("Options.Shards: got %d for %d processes, want a multiple of %d, so that each has as many", k, n, n)
	}
	t.ranks = &ranks{Engine: e, words: make([]word, e.Size())}
	return nil
}

// first reports whether this process is the one that writes files, shows progress and calls
// callbacks.
func (r *ranks) first() bool { return r == nil || r.Rank() == 0 }

// put appends the word of this rank to b.
func (r *ranks) put(b []byte, failed error) []byte {
	at := len(b)
	b = append(b, make([]byte, wordSize)...)
	if r.ctx != nil && r.ctx.Err() != nil {
		b[at+1] = 1
		putText(b[at+2:at+wordSize], stopped(r.ctx).Error())
	}
	if failed != nil {
		b[at] = 1
		putText(b[at+2:at+wordSize], failed.Error())
	}
	return b
}

// putText writes a text and its length to b, and says so if it has to cut it.
func putText(b []byte, text string) {
	const dots = "…"
	n := copy(b[2:], text)
	if n < len(text) {
		copy(b[len(b)-len(dots):], dots)
	}
	binary.LittleEndian.PutUint16(b, uint16(n))
}

// take reads the word of a rank at the beginning of b.
func (r *ranks) take(rank int, b []byte) {
	w := &r.words[rank]
	w.failed, w.text = b[0] == 1, ""
	ends := b[1] == 1 && r.ended == 0
	if w.failed || ends {
		w.text = strings.ToValidUTF8(string(b[4:4+binary.LittleEndian.Uint16(b[2:])]), "")
	}
	if ends {
		r.ended, r.why = rank+1, w.text
	}
}

// verdict returns the error that the last words end with: that of this rank, or that of the first
// one that has failed.
func (r *ranks) verdict(failed error) error {
	for q, w := range r.words {
		if w.failed && failed == nil {
			failed = mistake.Newf(ErrRank, "%s: %s", r.Name(q), w.text)
		}
	}
	r.agreed = r.agreed || failed != nil
	return failed
}

// begin begins a call with the context.
func (r *ranks) begin(ctx context.Context) {
	if r != nil {
		r.ctx, r.ended, r.agreed = ctx, 0, false
	}
}

// stop returns an error if the context of a rank was done when it said its last word.
func (r *ranks) stop() error {
	switch q := r.ended - 1; {
	case q < 0:
		return nil
	case r.ctx.Err() != nil:
		r.agreed = true
		return stopped(r.ctx)
	default:
		r.agreed = true
		return fmt.Errorf("%w: %s: %s: %w", ErrRank, r.Name(q), r.why, context.Canceled)
	}
}

// know says that all ranks have the error that comes, as it follows from what all have.
func (r *ranks) know() {
	if r != nil {
		r.agreed = true
	}
}

// lost makes err the end of the engine.
func (r *ranks) lost(err error) error {
	if err == nil {
		return nil
	}
	r.agreed = true
	r.broken = fmt.Errorf("%w: %w: %w", ErrRank, errLost, err)
	return r.broken
}

// gather exchanges r.mine, which begins with a word.
func (r *ranks) gather(failed error) error {
	if r.broken != nil {
		return r.broken
	}
	n := len(r.mine)
	r.all = resize(r.all, n*r.Size())
	if err := r.lost(r.AllGather(r.all, r.mine)); err != nil {
		return err
	}
	for q := range r.words {
		r.take(q, r.all[q*n:])
	}
	return r.verdict(failed)
}

// agree tells the others whether this rank has failed, and returns the error if one has. A nil r
// returns failed.
func (r *ranks) agree(failed error) error {
	if r == nil {
		return failed
	}
	r.mine = r.put(r.mine[:0], failed)
	return r.gather(failed)
}

// agreeAt is agree of ranks that must have come to the same sum over shards; 0 stands for the end of them.
func (r *ranks) agreeAt(number, size int, failed error) error {
	r.mine = appendFloats(r.put(r.mine[:0], failed), float64(number), float64(size))
	if err := r.gather(failed); err != nil {
		return err
	}
	n := len(r.mine)
	for q := range r.words {
		if b := r.all[q*n+wordSize:]; floatAt(b, 0) != float64(number) || floatAt(b, 1) != float64(size) {
			r.agreed = true
			return errOrder
		}
	}
	return nil
}

// follow lets all ranks have the error of the first one, and what it has decided.
func (r *ranks) follow(failed error, decided byte) (byte, error) {
	switch {
	case r == nil:
		return decided, failed
	case r.broken != nil:
		return 0, r.broken
	}
	stops := errors.Is(failed, ErrStop)
	if r.first() {
		r.mine = append(r.put(r.mine[:0], failed), decided, 0)
		if stops {
			r.mine[wordSize+1] = 1
		}
	} else {
		r.mine = resize(r.mine, wordSize+2)
	}
	if err := r.lost(r.Broadcast(r.mine, 0)); err != nil {
		return 0, err
	}
	clear(r.words[1:])
	r.take(0, r.mine)
	if !r.first() {
		failed = nil
		if r.mine[wordSize+1] == 1 {
			failed = ErrStop
		}
	}
	return r.mine[wordSize], r.verdict(failed)
}

// share gives the records of this process's shards to all, and takes those of the others.
func (r *ranks) share(x *sharding, failed error) error {
	if r == nil {
		return failed
	}
	r.mine = r.put(r.mine[:0], failed)
	r.mine = appendFloats(r.mine, float64(markOf(x.index)))
	for k := x.lo; k < x.hi; k++ {
		s := &x.records[k]
		r.mine = appendFloats(r.mine, s.n, s.loss)
		r.mine = appendFloats(r.mine, s.terms...)
	}
	if err := r.gather(failed); err != nil {
		return err
	}
	each, size := x.hi-x.lo, len(r.mine)
	for q := range r.words {
		if floatAt(r.all[q*size+wordSize:], 0) != floatAt(r.all[wordSize:], 0) {
			r.agreed = true
			return mistake.Newf(ErrRank, "%s has another batch than %s, want the same at all ranks", r.Name(q), r.Name(0))
		}
	}
	for k := range x.records {
		s := &x.records[k]
		b := r.all[k/each*size+wordSize+8:][k%each*8*(2+len(s.terms)):]
		s.n, s.loss = floatAt(b, 0), floatAt(b, 1)
		floatsAt(b, 2, s.terms)
	}
	return nil
}

// apart reports whether the other ranks do not know of the error that ends a call, or cannot be
// reached.
func (r *ranks) apart(ended error) bool {
	return r != nil && (r.broken != nil || ended != nil && !r.agreed)
}

// endRanks ends the training of all ranks if err has ended it at this one alone.
func (t *Trainer) endRanks(err error) {
	if t == nil || t.ranks == nil {
		return
	}
	if r := t.ranks; err != nil && !r.agreed {
		r.Abort(1, fmt.Sprintf("symgrad: %s: %v", r.Name(r.Rank()), err))
		r.broken = fmt.Errorf("%w: %w", ErrRank, err)
	}
}

// markOf returns a checksum of the rows of a batch.
func markOf(index []int) uint32 {
	c := uint32(0)
	for _, i := range index {
		c = bits.RotateLeft32(c, 5)*0x9e3779b1 ^ uint32(i)
	}
	return c
}

func appendFloats(b []byte, list ...float64) []byte {
	for _, v := range list {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

func floatAt(b []byte, i int) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
}

// floatsAt fills to with the numbers from number i of b on.
func floatsAt(b []byte, i int, to []float64) {
	for k := range to {
		to[k] = floatAt(b, i+k)
	}
}
