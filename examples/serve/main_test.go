package main

import (
	"bytes"
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
)

// saved saves a model that says one class for all.
func saved(t *testing.T, path string, classes ...string) {
	t.Helper()
	m, err := models.NewMLP(models.MLPOptions{In: 2, Out: 2, Seed: 1, DType: graph.Float32})
	if err == nil {
		err = train.SaveModel(path, m, train.ModelFile{Classes: classes})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// started returns the address of a server of the file.
func started(t *testing.T, path string) (url string, m *model, logs *bytes.Buffer) {
	t.Helper()
	logs = &bytes.Buffer{}
	m, err := open(path, train.PredictorOptions{Gather: train.Gather{Examples: 8}}, log.New(logs, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(handler(m, time.Minute))
	t.Cleanup(s.Close)
	return s.URL, m, logs
}

// posted returns the status and the body of an answer.
func posted(t *testing.T, url, body string) (int, string) {
	t.Helper()
	r, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(text)
}

// TestAnswers asks well and badly.
func TestAnswers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	saved(t, path, "same", "same")
	url, _, _ := started(t, path)
	rows := "[0, 0]" + strings.Repeat(", [1, 1]", mostRows)
	for name, c := range map[string]struct {
		body   string
		status int
		says   string
	}{
		"two rows":       {`{"rows": [[1, 2], [3, 4.5e-1]]}`, 200, `"class":"same","output":[`},
		"no JSON":        {`rows`, 400, "the body is not a question"},
		"empty":          {``, 400, "the body is not a question"},
		"two values":     {`{"rows": [[1, 2]]} {}`, 400, "more than one value"},
		"other field":    {`{"row": [[1, 2]]}`, 400, "row"},
		"null":           {`{"rows": [[1, null]]}`, 400, "want a number"},
		"text":           {`{"rows": [[1, "2"]]}`, 400, "want a number"},
		"too large":      {`{"rows": [[1, 1e999]]}`, 400, "want a number"},
		"no rows":        {`{"rows": []}`, 422, "want one or more rows"},
		"null rows":      {`{"rows": null}`, 400, "got null, want an array"},
		"rows twice":     {`{"rows": [[1, 2]], "rows": [[1, 2]]}`, 400, "once"},
		"cut off":        {`{"rows": [[1, 2]`, 400, "unexpected EOF"},
		"a row of text":  {`{"rows": ["1, 2"]}`, 400, "row 0: got the text"},
		"an array in it": {`{"rows": [[1, [2]]]}`, 400, "row 0: element 1: got an array"},
		"no names":       {`{"rows": [{"a": 1, "b": 2}]}`, 422, "does not know how its table was read"},
		"short row":      {`{"rows": [[1, 2], [1]]}`, 422, "row 1: got 1 numbers, want 2"},
		"not finite":     {`{"rows": [[1, 2], [1e300, 1]]}`, 422, "range of float32"},
		"too many rows":  {`{"rows": [` + rows + `]}`, 413, "got more than 1000 rows"},
		"too long":       {`{"rows": [[1, 2` + strings.Repeat(" ", mostBytes) + `]]}`, 413, "too large"},
	} {
		status, got := posted(t, url+"/predict", c.body)
		if status != c.status || !strings.Contains(got, c.says) {
			t.Errorf("%s: got %d and %.200s, want %d with %q", name, status, got, c.status, c.says)
		}
	}
	if status, got := posted(t, url+"/other", "{}"); status != 404 {
		t.Errorf("another path: got %d and %s", status, got)
	}
	r, err := http.Get(url + "/predict")
	if err != nil || r.StatusCode != 405 {
		t.Errorf("GET: got %v and %v", r.Status, err)
	}
	r.Body.Close()
	if r, err = http.Get(url + "/healthz"); err != nil || r.StatusCode != 200 {
		t.Fatalf("healthz: got %v and %v", r, err)
	}
	defer r.Body.Close()
	if text, _ := io.ReadAll(r.Body); !strings.Contains(string(text), `"model":"models.MLP"`) {
		t.Errorf("healthz: got %s", text)
	}
}

// TestTimeout answers 503 when a prediction takes too long.
func TestTimeout(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	saved(t, path)
	m, err := open(path, train.PredictorOptions{}, log.New(io.Discard, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(handler(m, 0))
	defer s.Close()
	if status, got := posted(t, s.URL+"/predict", `{"rows": [[1, 2]]}`); status != 503 {
		t.Errorf("got %d and %s", status, got)
	}
}

// TestReload replaces the file while requests come: each has the answer of one model or the
// other. A file that is no model leaves the old one.
func TestReload(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	saved(t, path, "old", "old")
	url, m, _ := started(t, path)
	ctx, stop := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() { m.watch(ctx, time.Millisecond) })
	for range 4 {
		wait.Go(func() {
			for ctx.Err() == nil {
				status, got := posted(t, url+"/predict", `{"rows": [[1, 2]]}`)
				if status != 200 || !strings.Contains(got, "old") && !strings.Contains(got, "newer") {
					t.Errorf("got %d and %s", status, got)
					return
				}
			}
		})
	}
	saved(t, path, "newer", "newer")
	for deadline := time.Now().Add(20 * time.Second); m.now.Load().Label([]float64{1, 0}) != "newer"; {
		if time.Now().After(deadline) {
			t.Error("the new file was not opened")
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err := os.WriteFile(path, []byte("no model"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := m.reload(); err == nil || m.now.Load().Label([]float64{1, 0}) != "newer" {
		t.Errorf("a bad file: got %v", err)
	}
	stop()
	wait.Wait()
}

// TestDemo runs the whole: it trains, serves, asks and ends.
func TestDemo(t *testing.T) {
	var out bytes.Buffer
	if err := demo(context.Background(), &out, settings{watch: time.Second, grace: time.Minute, gather: 4, timeout: time.Minute}, 100); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "\n"); got != 4 || !strings.Contains(out.String(), "| 50 | 100 |") {
		t.Errorf("got\n%s", out.String())
	}
	if err := serve(context.Background(), settings{model: "none"}, io.Discard, nil); err == nil {
		t.Error("got no error for a file that does not exist")
	}
}

// TestShutdown lets the request under way have its answer.
func TestShutdown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	saved(t, path)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	at, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- serve(ctx, settings{model: path, addr: "localhost:0", watch: time.Second, grace: time.Minute, timeout: time.Minute}, io.Discard, func(a string) { at <- a })
	}()
	body, send := io.Pipe()
	answered := make(chan int, 1)
	url := "http://" + <-at + "/predict"
	go func() {
		r, err := http.Post(url, "application/json", body)
		if err != nil {
			t.Error(err)
			answered <- 0
			return
		}
		r.Body.Close()
		answered <- r.StatusCode
	}()
	_, _ = io.WriteString(send, `{"rows": [[1, `) // the server has the beginning
	time.Sleep(50 * time.Millisecond)
	stop()
	time.Sleep(50 * time.Millisecond)
	_, _ = io.WriteString(send, `2]]}`)
	send.Close()
	if status := <-answered; status != 200 {
		t.Errorf("got the status %d, want 200", status)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := http.Post(url, "application/json", strings.NewReader("{}")); err == nil {
		t.Error("got an answer after the end")
	}
}
