package browsertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"slices"
	"testing"
	"time"
)

// View is how a page is looked at.
type View struct {
	Width, Height int // in CSS pixels
	Dark          bool
	Phone         bool // a touch screen
}

// Page is a page that is open. It is for one goroutine.
type Page struct {
	t       testing.TB
	b       *Browser
	session string

	complaints, requests []string // under the lock of b
}

type object map[string]any

// Open opens the page of an address. It returns when the page and all that it names has come.
func (b *Browser) Open(t testing.TB, address string, v View) *Page {
	t.Helper()
	var target struct{ TargetID string }
	b.call(t, "", "Target.createTarget", object{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call(t, "", "Target.attachToTarget", object{"targetId": target.TargetID, "flatten": true}, &attached)
	p := &Page{t: t, b: b, session: attached.SessionID}
	b.mu.Lock()
	b.pages[p.session] = p
	b.mu.Unlock()
	t.Cleanup(func() { b.send("", "Target.closeTarget", object{"targetId": target.TargetID}) })
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(t, p.session, domain+".enable", nil, nil)
	}
	p.View(v)
	var gone struct{ ErrorText string }
	b.call(t, p.session, "Page.navigate", object{"url": address}, &gone)
	if gone.ErrorText != "" {
		t.Fatalf("%s: %s", address, gone.ErrorText)
	}
	p.Wait("document.readyState === 'complete' && location.href !== 'about:blank'")
	return p
}

// View changes how the page is looked at.
func (p *Page) View(v View) {
	p.t.Helper()
	scheme := "light"
	if v.Dark {
		scheme = "dark"
	}
	p.b.call(p.t, p.session, "Emulation.setDeviceMetricsOverride", object{"width": v.Width, "height": v.Height, "deviceScaleFactor": 1, "mobile": v.Phone}, nil)
	p.b.call(p.t, p.session, "Emulation.setEmulatedMedia", object{"features": []object{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// hear remembers what the page asks for and complains about.
func (p *Page) hear(method string, params json.RawMessage) {
	var e struct {
		Type             string
		Args             []struct{ Value, Description any }
		ExceptionDetails struct {
			Text      string
			Exception struct{ Description string }
		}
		Entry     struct{ Level, Text, URL string }
		Request   struct{ URL string }
		ErrorText string
	}
	if err := json.Unmarshal(params, &e); err != nil {
		p.complaints = append(p.complaints, fmt.Sprintf("%s: %v", method, err))
		return
	}
	switch {
	case method == "Network.requestWillBeSent":
		p.requests = append(p.requests, e.Request.URL)
	case method == "Runtime.exceptionThrown":
		p.complaints = append(p.complaints, e.ExceptionDetails.Text+" "+e.ExceptionDetails.Exception.Description)
	case method == "Runtime.consoleAPICalled" && (e.Type == "error" || e.Type == "warning" || e.Type == "assert"):
		text := e.Type
		for _, a := range e.Args {
			if a.Value == nil {
				a.Value = a.Description
			}
			text += fmt.Sprintf(" %v", a.Value)
		}
		p.complaints = append(p.complaints, text)
	case method == "Log.entryAdded" && (e.Entry.Level == "error" || e.Entry.Level == "warning"):
		p.complaints = append(p.complaints, e.Entry.Text+" "+e.Entry.URL)
	}
}

// Complaints are what the page wrote to the console as a warning or an error, exceptions that
// nobody caught, and resources that did not come or were refused.
func (p *Page) Complaints() []string {
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	return slices.Clone(p.complaints)
}

// Requests are the addresses that the page asked for, in order.
func (p *Page) Requests() []string {
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	return slices.Clone(p.requests)
}

// Eval computes an expression of JavaScript in the page, waits for it if it is a promise, and
// reads its value into result, unless that is nil.
func (p *Page) Eval(expression string, result any) {
	p.t.Helper()
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	p.b.call(p.t, p.session, "Runtime.evaluate", object{"expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true}, &answer)
	if e := answer.ExceptionDetails; e != nil {
		p.t.Fatalf("%s: %s %s", expression, e.Text, e.Exception.Description)
	}
	if result == nil {
		return
	}
	if err := json.Unmarshal(answer.Result.Value, result); err != nil {
		p.t.Fatalf("%s: got %s: %v", expression, answer.Result.Value, err)
	}
}

// Wait waits until an expression of JavaScript is true. It fails the test if that takes minutes,
// and when the page complains before.
func (p *Page) Wait(expression string) {
	p.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		var yes bool
		p.Eval("Boolean("+expression+")", &yes)
		if yes {
			return
		}
		if c := p.Complaints(); len(c) > 0 {
			p.t.Fatalf("before %s the page complains: %q", expression, c)
		}
		if time.Now().After(end) {
			p.t.Fatalf("after %v there is still not %s", patience, expression)
		}
	}
}

// keys are the codes of keys that have no letter.
var keys = map[string]int{"Tab": 9, "Enter": 13, " ": 32, "Home": 36, "End": 35, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}

// Press presses a key and lets it go: Tab, Enter, " ", Home, End or an arrow.
func (p *Page) Press(key string) {
	p.t.Helper()
	code, ok := keys[key]
	if !ok {
		p.t.Fatalf("Press does not know the key %q", key)
	}
	down := object{"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": code}
	switch key {
	case "Enter":
		down["text"] = "\r"
	case " ":
		down["code"], down["text"] = "Space", " "
	}
	p.b.call(p.t, p.session, "Input.dispatchKeyEvent", down, nil)
	p.b.call(p.t, p.session, "Input.dispatchKeyEvent", object{"type": "keyUp", "key": key, "code": down["code"], "windowsVirtualKeyCode": code}, nil)
}

// Picture takes a picture of the whole page, at most 6000 pixels high. It writes it to a file of
// the form PNG, unless the name is "".
func (p *Page) Picture(file string) image.Image {
	p.t.Helper()
	var size struct {
		CSSContentSize struct{ Width, Height float64 }
	}
	p.b.call(p.t, p.session, "Page.getLayoutMetrics", nil, &size)
	clip := object{"x": 0, "y": 0, "width": size.CSSContentSize.Width, "height": min(size.CSSContentSize.Height, 6000), "scale": 1}
	var shot struct{ Data []byte }
	p.b.call(p.t, p.session, "Page.captureScreenshot", object{"format": "png", "captureBeyondViewport": true, "clip": clip}, &shot)
	if file != "" {
		if err := os.WriteFile(file, shot.Data, 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
	img, err := png.Decode(bytes.NewReader(shot.Data))
	if err != nil {
		p.t.Fatal(err)
	}
	return img
}
