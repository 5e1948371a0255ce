// Package browsertest opens pages in a browser without a window, for tests: it looks at them
// wide and narrow, light and dark, presses their keys, and hears what they complain about.
//
// It talks with the browser in the Chrome DevTools Protocol, over a pipe.
package browsertest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"testing"
	"time"
)

// patience bounds each answer of the browser and each Wait. It is for slow machines.
const patience = 5 * time.Minute

// Browser is a browser that runs. It is for one goroutine.
type Browser struct {
	out io.Writer

	mu      sync.Mutex
	last    int
	waiting map[int]chan message
	pages   map[string]*Page // by session
	gone    error            // why nothing comes any more
	ended   chan struct{}
}

// message is a command, an answer or an event of the protocol.
type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// Find returns the path of a browser. It skips the test where there is none, or where the
// system has no pipes that a child inherits.
func Find(t testing.TB) string {
	t.Helper()
	switch runtime.GOOS {
	case "js", "wasip1":
		t.Skip("no process can be started")
	case "windows", "plan9":
		t.Skip("the browser gets its commands over pipes that a process inherits on Unix alone")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no browser here: chromium, chromium-browser and google-chrome are not in the path")
	return ""
}

// Start starts a browser, which ends with the test. It skips the test where Find does.
func Start(t testing.TB) *Browser {
	t.Helper()
	path := Find(t)
	profile, err := os.MkdirTemp("", "browsertest")
	if err != nil {
		t.Fatal(err)
	}
	commands, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	in, answers, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
		"--disable-background-networking", "--hide-scrollbars", "--user-data-dir="+profile, "--remote-debugging-pipe")
	cmd.ExtraFiles = []*os.File{commands, answers} // the browser's 3 and 4
	var errs bytes.Buffer
	cmd.Stderr = &errs
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	commands.Close()
	answers.Close()
	b := &Browser{out: out, waiting: map[int]chan message{}, pages: map[string]*Page{}, ended: make(chan struct{})}
	go b.listen(in)
	t.Cleanup(func() {
		b.send("", "Browser.close", nil)
		killer := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
		if err := cmd.Wait(); err != nil {
			t.Errorf("the browser: %v\n%s", err, errs.String())
		}
		killer.Stop()
		out.Close()
		in.Close()
		<-b.ended
		os.RemoveAll(profile) // a process of the browser may still write to it
	})
	return b
}

// listen hands answers to who waits for them, and events to their pages.
func (b *Browser) listen(in io.Reader) {
	defer close(b.ended)
	r := bufio.NewReader(in)
	for {
		text, err := r.ReadBytes(0)
		var m message
		if err == nil {
			err = json.Unmarshal(text[:len(text)-1], &m)
		}
		b.mu.Lock()
		if err != nil {
			b.gone = fmt.Errorf("the browser says nothing any more: %w", err)
			for _, w := range b.waiting {
				close(w)
			}
			b.waiting = nil
			b.mu.Unlock()
			return
		}
		if w := b.waiting[m.ID]; w != nil {
			w <- m
			delete(b.waiting, m.ID)
		} else if p := b.pages[m.Session]; p != nil {
			p.hear(m.Method, m.Params)
		}
		b.mu.Unlock()
	}
}

// send sends a command to a session, "" for the browser itself.
func (b *Browser) send(session, method string, params any) (<-chan message, error) {
	p, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone != nil {
		return nil, b.gone
	}
	b.last++
	text, err := json.Marshal(message{ID: b.last, Session: session, Method: method, Params: p})
	if err != nil {
		return nil, err
	}
	answer := make(chan message, 1)
	b.waiting[b.last] = answer
	_, err = b.out.Write(append(text, 0))
	return answer, err
}

// call sends a command and reads its answer into result, unless that is nil.
func (b *Browser) call(t testing.TB, session, method string, params, result any) {
	t.Helper()
	answer, err := b.send(session, method, params)
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	select {
	case m, ok := <-answer:
		switch {
		case !ok:
			t.Fatalf("%s: %v", method, b.gone)
		case m.Error != nil:
			t.Fatalf("%s: %s", method, m.Error.Message)
		case result != nil:
			if err := json.Unmarshal(m.Result, result); err != nil {
				t.Fatalf("%s: %v", method, err)
			}
		}
	case <-time.After(patience):
		t.Fatalf("%s: no answer after %v", method, patience)
	}
}
