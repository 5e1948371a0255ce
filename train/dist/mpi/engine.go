//go:build ((linux && !android) || (darwin && !ios)) && (amd64 || arm64)

package mpi

import (
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"sync/atomic"

	"github.com/pkg/errors"
)

// engine is the dist.Engine. It hands each call to the driver's thread.
type engine struct {
	d    *driver
	busy atomic.Bool // a call is under way
	job  job

	receive, send [][]byte // of AllGather
}

// job is a call on its way to the driver's thread.
type job struct {
	call          call
	receive, send [][]byte
	p             []byte
	root          int
	done          chan error
}

type call uint8

const (
	callAllToAll call = iota
	callBroadcast
	callBarrier
	callClose
)

func (c call) String() string {
	return [...]string{"AllToAll", "Broadcast", "Barrier", "Close"}[c]
}

func (e *engine) Rank() int { return e.d.rank }
func (e *engine) Size() int { return e.d.size }

func (e *engine) Name(rank int) string { return e.d.name(rank) }

// begin begins a call, which do ends.
func (e *engine) begin(c call) error {
	if !e.busy.CompareAndSwap(false, true) {
		return errors.Errorf("mpi: %v: got a call while another goroutine is in one, want one at a time, as of one Trainer after the other", c)
	}
	e.job.call = c
	return nil
}

// do makes the call of e.job.
func (e *engine) do() error {
	e.d.jobs <- &e.job
	err := <-e.job.done
	clear(e.receive)
	clear(e.send)
	e.job.receive, e.job.send, e.job.p = nil, nil, nil
	e.busy.Store(false)
	return err
}

func (e *engine) AllToAll(receive, send [][]byte) error {
	if len(receive) != e.d.size || len(send) != e.d.size {
		return errors.Errorf("mpi: AllToAll: got %d slices to receive and %d to send, want %d", len(receive), len(send), e.d.size)
	}
	if got, want := len(send[e.d.rank]), len(receive[e.d.rank]); got != want {
		return errors.Errorf("mpi: AllToAll: got %d bytes from rank %d to itself, want %d", got, e.d.rank, want)
	}
	if err := e.begin(callAllToAll); err != nil {
		return err
	}
	e.job.receive, e.job.send = receive, send
	return e.do()
}

func (e *engine) AllGather(all, mine []byte) error {
	n := e.d.size
	if len(all) != n*len(mine) {
		return errors.Errorf("mpi: AllGather: got %d bytes for all ranks, want %d of %d", len(all), n, len(mine))
	}
	if err := e.begin(callAllToAll); err != nil {
		return err
	}
	if e.receive == nil {
		e.receive, e.send = make([][]byte, n), make([][]byte, n)
	}
	for r := range n {
		e.receive[r], e.send[r] = all[r*len(mine):(r+1)*len(mine)], mine
	}
	e.job.receive, e.job.send = e.receive, e.send
	return e.do()
}

func (e *engine) Broadcast(p []byte, root int) error {
	if root < 0 || root >= e.d.size {
		return errors.Errorf("mpi: Broadcast: got the rank %d, want one in [0, %d)", root, e.d.size)
	}
	if err := e.begin(callBroadcast); err != nil {
		return err
	}
	e.job.p, e.job.root = p, root
	return e.do()
}

func (e *engine) Barrier() error {
	if err := e.begin(callBarrier); err != nil {
		return err
	}
	return e.do()
}

func (e *engine) Abort(code int, why string) {
	e.d.say(why)
	e.d.exitSoon(code)
	select {
	case e.d.aborts <- code:
	default: // another is on its way
	}
	select {}
}

func (e *engine) Close() error {
	if err := e.begin(callClose); err != nil {
		return err
	}
	return e.do()
}

// gatherNames asks all ranks where they run.
func (e *engine) gatherNames() error {
	const most = 128
	host, err := os.Hostname()
	if err != nil {
		host = "unknown machine"
	}
	mine := binary.LittleEndian.AppendUint64(make([]byte, 0, most), uint64(os.Getpid()))
	mine = append(mine, host[:min(len(host), most-8)]...)
	all := make([]byte, e.d.size*most)
	if err := e.AllGather(all, mine[:most]); err != nil {
		return err
	}
	list := make([]string, e.d.size)
	for r := range list {
		p := all[r*most : (r+1)*most]
		list[r] = fmt.Sprintf("rank %d (%s, process %d)", r, strings.TrimRight(string(p[8:]), "\x00"), binary.LittleEndian.Uint64(p))
	}
	e.d.names.Store(&list)
	return nil
}
