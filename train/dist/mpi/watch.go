//go:build ((linux && !android) || (darwin && !ios)) && (amd64 || arm64)

package mpi

import (
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/dist"
)

// watchman tells the next rank that this one is alive, and listens to the one before. All its messages
// are notices; any rank may send one.
type watchman struct {
	beat    time.Duration // between two signs of life
	sent    time.Time     // when this rank gave the last one
	heard   time.Time     // when the rank before gave one
	looked  time.Time     // when look was last called
	started time.Time
	turned  atomic.Int64 // the same, in ns since started, for guard
	resting atomic.Bool  // guard has nothing to do
	leaving bool         // the rank before has said that it is at the end
	begun   []uint64     // calls that each rank has begun, as far as known here

	in, out, last []byte   // notices to receive, to the next rank, and to all ranks
	posts         []uint64 // handles of the notices
	sending       bool     // out is on its way
	listening     bool
}

// A notice is its kind, an exit status, the length of its text and the text, or what begun has.
const (
	noticeAlive = 1 + iota // with begun
	noticeBye              // the last of this rank
	noticeGone             // the Engine of this rank has ended with an error: the text
	noticeExit             // all ranks end with the exit status
)

const (
	noticeHead = 12
	noticeText = 1012
)

// Elements of posts; those of notices to all ranks follow.
const (
	postIn = iota
	postOut
	postLast
)

// watch starts to listen.
func (d *driver) watch() error {
	w := &d.watchman
	w.beat = max(min(time.Second, d.timeout/8), time.Millisecond)
	w.started = time.Now()
	w.heard, w.looked = w.started, w.started
	w.begun = make([]uint64, d.size)
	n := noticeHead + max(noticeText, 8*d.size)
	w.in, w.out, w.last = make([]byte, n), make([]byte, n), make([]byte, noticeHead+noticeText)
	w.posts = make([]uint64, postLast+d.size)
	go d.guard()
	if d.size == 1 {
		return nil
	}
	return d.listen()
}

func (d *driver) listen() error {
	d.listening = true
	return d.failure("MPI_Irecv", d.mpi.irecv(unsafe.Pointer(&d.in[0]), len(d.in), -1, tagWatch, &d.posts[postIn]))
}

// begin counts a call.
func (d *driver) begin() { d.begun[d.rank]++ }

// look gives the sign of life, hears those of others, and ends all ranks if the one before is lost.
func (d *driver) look(now time.Time) {
	if now.Sub(d.looked) < min(time.Millisecond, d.beat) {
		return
	}
	if now.Sub(d.looked) > d.timeout/2 {
		d.heard = now // this process did not run
	}
	d.looked = now
	d.turned.Store(int64(now.Sub(d.started)))
	if d.size == 1 {
		return
	}
	if now.Sub(d.sent) >= d.beat && d.sentOut() {
		d.sent = now
		n := noticeHead
		for _, c := range d.begun {
			binary.LittleEndian.PutUint64(d.out[n:], c)
			n += 8
		}
		d.sendOut(noticeAlive, n)
	}
	for d.listening {
		done, code := d.mpi.testOf(&d.posts[postIn])
		if code != 0 {
			d.fail(d.failure("MPI_Test", code))
			return
		}
		if !done {
			break
		}
		if d.listening = false; !d.hear(now) {
			return
		}
		if err := d.listen(); err != nil {
			d.fail(err)
			return
		}
	}
	if before := (d.rank - 1 + d.size) % d.size; !d.leaving && now.Sub(d.heard) > d.timeout {
		d.lose(fmt.Sprintf("%s has given no sign of life for %v; it is dead or hangs", d.name(before), d.timeout))
	}
}

// sentOut returns whether the last notice to the next rank is on its way no more.
func (d *driver) sentOut() bool {
	if d.sending {
		done, code := d.mpi.testOf(&d.posts[postOut])
		d.sending = !done && code == 0
	}
	return !d.sending
}

// sendOut sends n bytes of out to the next rank.
func (d *driver) sendOut(kind byte, n int) {
	d.out[0] = kind
	d.sending = d.mpi.isend(unsafe.Pointer(&d.out[0]), n, (d.rank+1)%d.size, tagWatch, &d.posts[postOut]) == 0
}

// hear reads a notice, and returns whether more come.
func (d *driver) hear(now time.Time) bool {
	code := int(binary.LittleEndian.Uint32(d.in[4:]))
	switch d.in[0] {
	case noticeAlive:
		d.heard = now
		for r := range d.begun {
			d.begun[r] = max(d.begun[r], binary.LittleEndian.Uint64(d.in[noticeHead+8*r:]))
		}
	case noticeBye:
		d.leaving = true
		return false
	case noticeGone:
		n := min(int(binary.LittleEndian.Uint32(d.in[8:])), noticeText)
		if d.gone == nil {
			d.gone = errors.New(string(d.in[noticeHead : noticeHead+n]))
		}
	case noticeExit:
		os.Exit(code)
	}
	return true
}

// tell sends a notice to all other ranks and waits a moment for it to leave.
func (d *driver) tell(kind byte, code int, text string) {
	n := copy(d.last[noticeHead:], text)
	d.last[0] = kind
	binary.LittleEndian.PutUint32(d.last[4:], uint32(code))
	binary.LittleEndian.PutUint32(d.last[8:], uint32(n))
	open := 0
	for r := range d.size {
		if r != d.rank && d.mpi.isend(unsafe.Pointer(&d.last[0]), noticeHead+n, r, tagWatch, &d.posts[postLast+r]) == 0 {
			open++
		}
	}
	for end := time.Now().Add(200 * time.Millisecond); open > 0 && time.Now().Before(end); time.Sleep(time.Millisecond) {
		open = 0
		for r := range d.size {
			if r == d.rank {
				continue
			}
			if done, code := d.mpi.testOf(&d.posts[postLast+r]); !done && code == 0 {
				open++
			}
		}
	}
}

// fail ends the Engine of all ranks with an error.
func (d *driver) fail(err error) {
	if d.gone == nil {
		d.gone = err
		d.tell(noticeGone, 0, err.Error())
	}
}

// farewell sends the last notice and waits for that of the rank before, so that none is on its way
// when MPI ends.
func (d *driver) farewell() error {
	p := pause{since: time.Now()}
	for said := false; d.size > 1; {
		if d.sentOut() {
			if said && d.leaving {
				return nil
			}
			if !said {
				d.sendOut(noticeBye, noticeHead)
				said = true
			}
		}
		d.sent = time.Now() // no other sign after it
		if err := d.rest(&p); err != nil {
			return err
		}
	}
	return nil
}

// lose ends all ranks because one is lost.
func (d *driver) lose(why string) {
	d.say(fmt.Sprintf("symgrad: %s; %s ends all ranks with exit status %d", why, d.name(d.rank), dist.ExitLost))
	d.exitSoon(dist.ExitLost)
	d.abort(dist.ExitLost)
}

// overdue ends all ranks because a call has waited for too long. The first rank of those that wait
// does it, and the others only later, if it has not.
func (d *driver) overdue(waited time.Duration) {
	var missing []string
	first := true
	for r, c := range d.begun {
		if c < d.begun[d.rank] {
			missing = append(missing, d.name(r))
		} else if r < d.rank {
			first = false
		}
	}
	if len(missing) == 0 {
		for i := range d.flights {
			if f := &d.flights[i]; f.on {
				missing = append(missing, d.name(f.peer))
			}
		}
	}
	if !first && waited < d.wait+5*time.Second {
		return
	}
	d.lose(fmt.Sprintf("%s has waited for %v; not there are: %s", d.name(d.rank), d.wait, strings.Join(missing, ", ")))
}

// abort ends all ranks with an exit status, by notices, by MPI, and by leaving.
func (d *driver) abort(code int) {
	if !d.closed {
		d.tell(noticeExit, code, "")
		d.mpi.abortAll(code)
	}
	os.Exit(code)
}

// exitSoon ends this process in a moment, whatever MPI does.
func (d *driver) exitSoon(code int) {
	time.AfterFunc(3*time.Second, func() { os.Exit(code) })
}

// guard ends the process when the driver's thread is held within MPI. It runs on a goroutine of its own.
func (d *driver) guard() {
	last := time.Now()
	since, turned := last, d.turned.Load()
	for !d.resting.Load() {
		time.Sleep(d.beat)
		now, t := time.Now(), d.turned.Load()
		if t != turned || now.Sub(last) > d.timeout/2 { // or this process did not run
			since, turned = now, t
		}
		last = now
		if now.Sub(since) > d.timeout && !d.resting.Load() {
			d.say(fmt.Sprintf("symgrad: MPI holds the thread of %s for %v; it ends with exit status %d", d.name(d.rank), d.timeout, dist.ExitLost))
			os.Exit(dist.ExitLost)
		}
	}
}
