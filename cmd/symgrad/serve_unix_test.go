//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/symgrad/symgrad/train"
)

// safeBuffer is for several goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// TestServe serves a model file, and ends with 0 at SIGTERM. The question that it proposes has an
// answer.
func TestServe(t *testing.T) {
	for name, model := range map[string]string{"a plan": rawModel(t, rawTable), "names": straight(t, train.ModelFile{Data: dataset(t)}), "none": straight(t, train.ModelFile{})} {
		from, to := io.Pipe()
		var errs safeBuffer
		ended := make(chan int, 1)
		go func() {
			ended <- run([]string{"serve", model, "-addr", "localhost:0", "-json"}, to, &errs)
			to.Close()
		}()
		var at struct{ URL, Model string }
		if err := json.NewDecoder(bufio.NewReader(from)).Decode(&at); err != nil || at.Model != model {
			t.Fatalf("%s: got %+v and %v: %s", name, at, err, errs.String())
		}
		_, said, _ := strings.Cut(errs.String(), "curl -d '")
		body, _, _ := strings.Cut(said, "'")
		r, err := http.Post(at.URL+"/predict", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil || r.StatusCode != http.StatusOK || !strings.Contains(string(text), `"output":[`) {
			t.Errorf("%s: %s: got %s, %s and %v", name, body, r.Status, text, err)
		}
		if err := syscall.Kill(syscall.Getpid(), syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if status := <-ended; status != done || !strings.Contains(errs.String(), "All requests have their answers") {
			t.Errorf("%s: status %d, %s", name, status, errs.String())
		}
	}
}

// TestServeMisuse holds what a wrong command line is answered with.
func TestServeMisuse(t *testing.T) {
	model := straight(t, train.ModelFile{})
	for want, c := range map[string]struct {
		status int
		args   []string
	}{
		"want a model":       {misuse, nil},
		"-addr nowhere:x":    {failed, []string{model, "-addr", "nowhere:x"}},
		"-gather: got -1":    {misuse, []string{model, "-gather", "-1"}},
		"-max-rows":          {misuse, []string{model, "-max-rows", "-1"}},
		"-max-bytes":         {misuse, []string{model, "-max-bytes", "-1"}},
		"-timeout: got":      {misuse, []string{model, "-timeout", "-1s"}},
		"invalid value":      {misuse, []string{model, "-timeout", "soon"}},
		"there is no such f": {failed, []string{"none"}},
	} {
		var out, errs safeBuffer
		if status := run(append([]string{"serve"}, c.args...), &out, &errs); status != c.status || out.String() != "" || !strings.Contains(errs.String(), want) {
			t.Errorf("%q: status %d, %s%s, want %q", c.args, status, errs.String(), out.String(), want)
		}
	}
}
