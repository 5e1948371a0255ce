//go:build js

package main

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"sync/atomic"
	"syscall/js"
	"time"
)

// slice bounds how long the page waits for steps, between two of its pictures.
const slice = 10 * time.Millisecond

// page is what the script of the page talks with.
type page struct {
	script js.Value     // has the functions ready, show and done
	pace   atomic.Int64 // steps for each picture; 0 for what a slice of time allows
	stop   context.CancelFunc
	ended  chan struct{} // of the training before
	gate   chan struct{} // holds one value unless the training is paused
}

func main() {
	p := &page{script: js.Global().Get("page"), stop: func() {}, ended: make(chan struct{}), gate: make(chan struct{}, 1)}
	close(p.ended)
	p.pause(false)
	p.pace.Store(1)
	js.Global().Set("symgrad", map[string]any{
		"start": js.FuncOf(func(_ js.Value, args []js.Value) any { p.start(args[0]); return nil }),
		"pause": js.FuncOf(func(_ js.Value, args []js.Value) any { p.pause(args[0].Bool()); return nil }),
		"pace":  js.FuncOf(func(_ js.Value, args []js.Value) any { p.pace.Store(int64(args[0].Int())); return nil }),
	})
	p.script.Call("ready", mostSteps, side, low, high)
	select {}
}

// start ends the training that runs, and begins another one with the settings of the page.
func (p *page) start(v js.Value) {
	s := settings{hidden: v.Get("hidden").Int(), activation: v.Get("activation").String(), rate: v.Get("rate").Float(), seed: uint64(v.Get("seed").Int())}
	for i := range v.Get("wanted").Length() {
		s.wanted = append(s.wanted, v.Get("wanted").Index(i).Float())
	}
	p.stop()
	ctx, stop := context.WithCancel(context.Background())
	before, ended := p.ended, make(chan struct{})
	p.stop, p.ended = stop, ended
	go func() {
		defer close(ended)
		<-before
		if err := p.train(ctx, s); err == nil {
			p.script.Call("done", "")
		} else if !errors.Is(err, context.Canceled) {
			p.script.Call("done", err.Error())
		}
	}()
}

// pause holds the training before its next step, or lets it go on.
func (p *page) pause(yes bool) {
	select {
	case <-p.gate:
	default:
	}
	if !yes {
		p.gate <- struct{}{}
	}
}

// train trains a network, and shows it before the first step and in each picture of the browser.
func (p *page) train(ctx context.Context, s settings) error {
	l, err := newLesson(s)
	if err != nil {
		return err
	}
	first, err := l.look(ctx, 0, nil)
	if err != nil {
		return err
	}
	if err := p.show(ctx, first); err != nil {
		return err
	}
	began := time.Now()
	due := func(step int) bool {
		pace := int(p.pace.Load())
		return time.Since(began) > slice || pace > 0 && step%pace == 0
	}
	return l.run(ctx, due, func(ctx context.Context, now *progress) error {
		err := p.show(ctx, now)
		began = time.Now()
		return err
	})
}

// show draws, and waits for the next picture of the browser, which is free for its reader
// meanwhile. It waits longer while the training is paused.
func (p *page) show(ctx context.Context, now *progress) error {
	p.script.Call("show", now.step, array(now.losses), array(now.outputs), array(now.surface))
	drawn := make(chan struct{})
	next := js.FuncOf(func(js.Value, []js.Value) any { close(drawn); return nil })
	defer next.Release()
	js.Global().Call("requestAnimationFrame", next)
	<-drawn
	select {
	case <-p.gate:
		p.pause(false)
	case <-ctx.Done():
	}
	return ctx.Err()
}

// array returns numbers as an array of the script.
func array(x []float64) js.Value {
	b := make([]byte, 0, 8*len(x))
	for _, v := range x {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	bytes := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(bytes, b)
	return js.Global().Get("Float64Array").New(bytes.Get("buffer"))
}
