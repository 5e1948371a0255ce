//go:build !js

package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image/color"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/browsertest"
)

// keep is where the pictures stay, to be looked at.
var keep = flag.String("keep", "", "a folder to keep pictures in")

// TestPage builds the page, serves it, and uses it in a browser as a reader would, wide and on a
// phone, in light and dark.
func TestPage(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds for WebAssembly and starts a browser")
	}
	b := browsertest.Start(t)
	folder := t.TempDir()
	var said bytes.Buffer
	if err := run(t.Context(), &said, "", folder); err != nil {
		t.Fatal(err)
	}
	t.Log(said.String())
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- serve(ctx, listener, folder) }()
	address := "http://" + listener.Addr().String() + "/"
	t.Run("learns", func(t *testing.T) { learns(t, b, address) })
	t.Run("keys", func(t *testing.T) { pressed(t, b, address) })
	t.Run("fails", func(t *testing.T) {
		if err := os.Truncate(filepath.Join(folder, "xor.wasm"), 1000); err != nil {
			t.Fatal(err)
		}
		p := b.Open(t, address, browsertest.View{Width: 800, Height: 600})
		p.Wait("document.getElementById('status').textContent.includes('does not run')")
	})
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// learns trains to the end, and looks at the page in the middle and then.
func learns(t *testing.T, b *browsertest.Browser, address string) {
	for _, v := range []browsertest.View{{Width: 1100, Height: 800}, {Width: 390, Height: 844, Phone: true}} {
		p := b.Open(t, address, v)
		p.Wait("document.documentElement.dataset.ready === 'yes'")
		p.Wait("parseInt(document.getElementById('step').textContent) > 40")
		picture(t, p, v, "begin")
		p.Eval("(() => { const s = document.getElementById('pace'); s.value = '0'; s.dispatchEvent(new Event('change')) })()", nil)
		p.Wait("document.documentElement.dataset.done === 'yes'")
		for _, v.Dark = range []bool{false, true} {
			p.View(v)
			picture(t, p, v, "end")
		}
		var status, step string
		p.Eval("document.getElementById('status').textContent", &status)
		p.Eval("document.getElementById('step').textContent", &step)
		if status != fmt.Sprintf("Learned in %d steps.", mostSteps) || step != fmt.Sprintf("%d of %d", mostSteps, mostSteps) {
			t.Errorf("at %d: got %q and %q", v.Width, status, step)
		}
		sound(t, p, address)
	}
}

// picture takes a picture. What is drawn on the canvas has more than one colour.
func picture(t *testing.T, p *browsertest.Page, v browsertest.View, name string) {
	t.Helper()
	file := ""
	if *keep != "" {
		file = filepath.Join(*keep, fmt.Sprintf("%s-%d-%v.png", name, v.Width, v.Dark))
	}
	img := p.Picture(file)
	r, g, bl, _ := img.At(2, img.Bounds().Dy()-2).RGBA()
	if bright := (r + g + bl) / 3 >> 8; (bright < 128) != v.Dark {
		t.Errorf("%s at %d, dark %v: the page has the brightness %d", name, v.Width, v.Dark, bright)
	}
	var box struct{ X, Y, Width float64 }
	p.Eval("(() => { const r = document.getElementById('surface').getBoundingClientRect(); return {x: r.x + scrollX, y: r.y + scrollY, width: r.width} })()", &box)
	colours := map[color.Color]bool{}
	for i := range 64 {
		colours[img.At(int(box.X+box.Width*float64(i)/64), int(box.Y+box.Width/2))] = true
	}
	if len(colours) < 12 {
		t.Errorf("%s at %d: the middle line of the surface has %d colours", name, v.Width, len(colours))
	}
}

// sound fails for what the page complains about, for a page that is wider than the screen, and
// for a request to another host.
func sound(t *testing.T, p *browsertest.Page, address string) {
	t.Helper()
	var head struct {
		Errors   string
		Overflow int
	}
	p.Eval("({errors: document.documentElement.dataset.errors, overflow: document.documentElement.scrollWidth - innerWidth})", &head)
	if head.Errors != "" || head.Overflow > 0 || len(p.Complaints()) > 0 {
		t.Errorf("got %+v and %q", head, p.Complaints())
	}
	for _, r := range p.Requests() {
		if !strings.HasPrefix(r, address) && !strings.HasPrefix(r, "data:") {
			t.Errorf("the page asks for %s", r)
		}
	}
}

// pressed uses the page with the keyboard alone: it pauses, goes on, chooses a linear model, and
// wants AND in place of XOR, which that learns. The page answers at any time.
func pressed(t *testing.T, b *browsertest.Browser, address string) {
	p := b.Open(t, address, browsertest.View{Width: 1100, Height: 800})
	p.Wait("document.documentElement.dataset.ready === 'yes'")
	tab := func(what string) {
		t.Helper()
		for range 20 {
			p.Press("Tab")
			var on bool
			if p.Eval("document.activeElement.matches('"+what+"')", &on); on {
				return
			}
		}
		t.Fatalf("the key Tab does not come to %s", what)
	}
	tab("#pause")
	p.Press(" ")
	p.Wait("document.getElementById('status').textContent.startsWith('Paused after')")
	var before, after string
	p.Eval("document.getElementById('step').textContent", &before)
	p.Eval("new Promise(done => setTimeout(() => done(document.getElementById('step').textContent), 300))", &after)
	if before != after {
		t.Errorf("a paused training goes on from %s to %s", before, after)
	}
	p.Press("Enter")
	p.Wait("document.getElementById('step').textContent !== '" + before + "'")
	tab("[data-row=\"1\"]")
	p.Press(" ")
	tab("[data-row=\"2\"]")
	p.Press("Enter")
	tab("[data-row=\"3\"]")
	p.Press(" ")
	tab("#hidden")
	p.Press("Home")
	tab("#pace")
	p.Press("End")
	p.Wait("document.documentElement.dataset.done === 'yes'")
	var wanted, status string
	p.Eval("wanted.join() + ' ' + document.getElementById('hidden').value", &wanted)
	p.Eval("document.getElementById('status').textContent", &status)
	if wanted != "0,0,0,1 0" || !strings.HasPrefix(status, "Learned") {
		t.Errorf("got %q and %q, want a linear model that has learned AND", wanted, status)
	}
	// A training that goes as fast as it can lets the browser draw meanwhile.
	var drawn struct{ Pictures, Longest float64 }
	p.Eval(`new Promise(done => {
		document.getElementById('again').click();
		let last = performance.now(), pictures = 0, longest = 0;
		const look = now => {
			pictures++;
			longest = Math.max(longest, now - last);
			last = now;
			document.documentElement.dataset.done ? done({pictures, longest}) : requestAnimationFrame(look);
		};
		requestAnimationFrame(look);
	})`, &drawn)
	t.Logf("%v pictures in a training, at most %.0f ms between two", drawn.Pictures, drawn.Longest)
	if drawn.Pictures < 2 { // a training that lets nobody draw has one, behind its end
		t.Errorf("got %v pictures in a training, want more", drawn.Pictures)
	}
	sound(t, p, address)
}
