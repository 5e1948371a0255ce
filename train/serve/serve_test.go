package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/serve"
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
func started(t *testing.T, path string, o serve.Options) (url string, s *serve.Server) {
	t.Helper()
	o.Predictor.Gather = train.Gather{Examples: 8}
	s, err := serve.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return server.URL, s
}

// asked returns the status, the body and the header of an answer.
func asked(t *testing.T, method, url, body string) (int, string, http.Header) {
	t.Helper()
	q, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(text), r.Header
}

// posted asks for predictions.
func posted(t *testing.T, url, body string) (int, string) {
	t.Helper()
	status, text, _ := asked(t, "POST", url+"/predict", body)
	return status, text
}

// problem reads the body of an error.
func problem(t *testing.T, body string) serve.Problem {
	t.Helper()
	var p serve.Problem
	d := json.NewDecoder(strings.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil || p.Error == "" {
		t.Fatalf("got %.200s, want a problem: %v", body, err)
	}
	return p
}

// TestAnswers asks well and badly. What is wrong with a row says which row, and which field.
func TestAnswers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	saved(t, path, "same", "same")
	url, _ := started(t, path, serve.Options{})
	const none = -1
	for name, c := range map[string]struct {
		body   string
		status int
		says   string
		row    int
		field  string
	}{
		"two rows":       {`{"rows": [[1, 2], [3, 4.5e-1]]}`, 200, `"class":"same","output":[`, none, ""},
		"no JSON":        {`rows`, 400, "the body is not a question", none, ""},
		"empty":          {``, 400, "the body is not a question", none, ""},
		"an array":       {`[[1, 2]]`, 400, "got an array, want an object", none, ""},
		"two values":     {`{"rows": [[1, 2]]} {}`, 400, "more than one value", none, ""},
		"other field":    {`{"row": [[1, 2]]}`, 400, `got the key "row", want "rows"`, none, ""},
		"no field":       {`{}`, 400, `got no key "rows"`, none, ""},
		"null":           {`{"rows": [[1, 1], [1, null]]}`, 400, "got null, want a number", 1, "x[1]"},
		"text":           {`{"rows": [[1, "2"]]}`, 400, `got the text "2", want a number`, 0, "x[1]"},
		"truth":          {`{"rows": [[true, 2]]}`, 400, "got true, want a number", 0, "x[0]"},
		"too large":      {`{"rows": [[1, 1e999]]}`, 400, "range of float64", 0, "x[1]"},
		"no rows":        {`{"rows": []}`, 400, "want at least one", none, ""},
		"null rows":      {`{"rows": null}`, 400, "got null, want an array", none, ""},
		"rows twice":     {`{"rows": [[1, 2]], "rows": [[1, 2]]}`, 400, "once", none, ""},
		"cut off":        {`{"rows": [[1, 2]`, 400, "unexpected EOF", none, ""},
		"a row of text":  {`{"rows": ["1, 2"]}`, 400, "got the text", 0, ""},
		"an array in it": {`{"rows": [[1, [2]]]}`, 400, "element 1: got an array", 0, ""},
		"no names":       {`{"rows": [{"a": 1, "b": 2}]}`, 400, "does not know how its table was read", 0, ""},
		"short row":      {`{"rows": [[1, 2], [1]]}`, 400, "got 1 numbers, want 2", 1, ""},
		"both forms":     {`{"rows": [[1, 2], {"a": 1}]}`, 400, "got an object, want an array", 1, ""},
		"not finite":     {`{"rows": [[1, 2], [1e300, 1]]}`, 400, "range of float32", 1, "x[0]"},
		"too many rows":  {`{"rows": [[0, 0]` + strings.Repeat(", [1, 1]", 1000) + `]}`, 413, "got more than 1000 rows", none, ""},
		"too long":       {`{"rows": [[1, 2` + strings.Repeat(" ", 1<<20) + `]]}`, 413, "too large", none, ""},
	} {
		status, got := posted(t, url, c.body)
		if status == 200 {
			if status != c.status || !strings.Contains(got, c.says) {
				t.Errorf("%s: got %d and %.200s, want %d with %q", name, status, got, c.status, c.says)
			}
			continue
		}
		p := problem(t, got)
		if status != c.status || !strings.Contains(p.Error, c.says) || (p.Row == nil) != (c.row == none) || p.Row != nil && *p.Row != c.row || p.Field != c.field {
			t.Errorf("%s: got %d and %.200s, want %d with %q, row %d, field %q", name, status, got, c.status, c.says, c.row, c.field)
		}
	}
}

// TestPaths: all paths answer in JSON, those that are not there and other methods too.
func TestPaths(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	saved(t, path, "a", "b")
	url, _ := started(t, path, serve.Options{})
	for _, c := range []struct {
		method, path string
		status       int
		says, allow  string
	}{
		{"GET", "/healthz", 200, `{"status":"ok"}`, ""},
		{"GET", "/readyz", 200, `{"status":"ready"}`, ""},
		{"GET", "/model", 200, `"model":"models.MLP"`, ""},
		{"GET", "/model", 200, `"classes":["a","b"]`, ""},
		{"GET", "/predict", 405, "got the method GET for /predict, want POST", "POST"},
		{"DELETE", "/metrics", 405, "want GET", "GET"},
		{"POST", "/healthz", 405, "want GET", "GET"},
		{"GET", "/", 404, "want one of /predict, /model, /healthz, /readyz, /metrics", ""},
		{"POST", "/predict/", 404, "/predict/", ""},
	} {
		status, got, head := asked(t, c.method, url+c.path, "")
		if status != c.status || !strings.Contains(got, c.says) || head.Get("Allow") != c.allow || head.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: got %d, %v and %s, want %d with %q", c.method, c.path, status, head, got, c.status, c.says)
		}
		if status >= 400 {
			problem(t, got)
		}
	}
	if status, got, _ := asked(t, "HEAD", url+"/healthz", ""); status != 200 || got != "" {
		t.Errorf("HEAD: got %d and %q", status, got)
	}
}

// TestMetrics reads what requests have left.
func TestMetrics(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	saved(t, path)
	url, _ := started(t, path, serve.Options{})
	posted(t, url, `{"rows": [[1, 2]]}`)
	posted(t, url, `{"rows": [[1, 2], [1, 2], [1, 2]]}`)
	posted(t, url, `{"rows": [[1]]}`)
	asked(t, "GET", url+"/none", "")
	status, got, head := asked(t, "GET", url+"/metrics", "")
	if status != 200 || !strings.HasPrefix(head.Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Fatalf("got %d, %v and %s", status, head, got)
	}
	for _, want := range []string{
		`symgrad_requests_total{path="/predict",code="200"} 2`,
		`symgrad_requests_total{path="/predict",code="400"} 1`,
		`symgrad_requests_total{path="other",code="404"} 1`,
		"symgrad_errors_total 2",
		"symgrad_requests_in_flight 1",
		`symgrad_predict_duration_seconds_bucket{le="+Inf"} 3`,
		"symgrad_predict_duration_seconds_count 3",
		`symgrad_predict_rows_bucket{le="1"} 2`,
		`symgrad_predict_rows_bucket{le="2"} 2`,
		`symgrad_predict_rows_bucket{le="4"} 3`,
		"symgrad_predict_rows_sum 5",
		"symgrad_predictions_total 4",
		`symgrad_model_info{model="models.MLP"} 1`,
		"symgrad_ready 1",
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("got\n%s\nwant a line %s", got, want)
		}
	}
	for line := range strings.Lines(got) {
		name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(line, "# HELP "), "# TYPE "), " ")
		if !strings.HasPrefix(name, "symgrad_") || strings.Count(line, "{") != strings.Count(line, "}") {
			t.Errorf("got the line %q", line)
		}
	}
}

// TestLimits holds the limits of Options, and what has no meaning.
func TestLimits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	saved(t, path)
	url, s := started(t, path, serve.Options{MaxRows: 2, MaxBytes: 60, Timeout: time.Nanosecond})
	if status, got, head := asked(t, "POST", url+"/predict", `{"rows": [[1, 2]]}`); status != 503 || head.Get("Retry-After") == "" {
		t.Errorf("timeout: got %d, %v and %s", status, head, got)
	}
	if status, got := posted(t, url, `{"rows": [[1, 2], [1, 2], [1, 2]]}`); status != 413 || !strings.Contains(got, "2 rows") {
		t.Errorf("rows: got %d and %s", status, got)
	}
	if status, got := posted(t, url, `{"rows": [[1, 2], [1, 2]], `+strings.Repeat(" ", 60)+`}`); status != 413 {
		t.Errorf("bytes: got %d and %s", status, got)
	}
	for name, o := range map[string]serve.Options{"MaxRows": {MaxRows: -1}, "MaxBytes": {MaxBytes: -1}, "Timeout": {Timeout: -1}} {
		if _, err := serve.New(s.Predictor(), o); !errors.Is(err, train.ErrOption) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := serve.New(nil, serve.Options{}); !errors.Is(err, train.ErrOption) {
		t.Errorf("no Predictor: got %v", err)
	}
	if _, err := serve.Open("none", serve.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: got %v", err)
	}
	mine, err := serve.New(s.Predictor(), serve.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := mine.Reload(); !errors.Is(err, train.ErrOption) {
		t.Errorf("Reload without a file: got %v", err)
	}
	mine.Watch(context.Background(), time.Millisecond)
}

// TestReload replaces the file while requests come: each has the answer of one model or the
// other. A file that is no model leaves the old one.
func TestReload(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	saved(t, path, "old", "old")
	var logs bytes.Buffer
	url, s := started(t, path, serve.Options{Log: log.New(&logs, "", 0)})
	ctx, stop := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() { s.Watch(ctx, time.Millisecond) })
	for range 4 {
		wait.Go(func() {
			for ctx.Err() == nil {
				status, got := posted(t, url, `{"rows": [[1, 2]]}`)
				if status != 200 || !strings.Contains(got, "old") && !strings.Contains(got, "newer") {
					t.Errorf("got %d and %s", status, got)
					return
				}
			}
		})
	}
	saved(t, path, "newer", "newer")
	for deadline := time.Now().Add(time.Minute); s.Predictor().Label([]float64{1, 0}) != "newer"; {
		if time.Now().After(deadline) {
			t.Error("the new file was not opened")
			break
		}
		time.Sleep(time.Millisecond)
	}
	stop()
	wait.Wait()
	if err := os.WriteFile(path, []byte("no model"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.Reload(); err == nil || s.Predictor().Label([]float64{1, 0}) != "newer" {
		t.Errorf("a bad file: got %v", err)
	}
	if !strings.Contains(logs.String(), "opened "+path) {
		t.Errorf("got the log %q", logs.String())
	}
}

// run runs a server, with a time of grace, until stop is called. ended has the error then.
func run(t *testing.T, o serve.Options, grace time.Duration) (s *serve.Server, address string, stop func(), ended chan error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "m.safetensors")
	saved(t, path)
	s, err := serve.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	ended = make(chan error, 1)
	go func() { ended <- s.Run(ctx, l, grace) }()
	return s, l.Addr().String(), stop, ended
}

// wait returns once is is true, or after a minute.
func wait(is func() bool) {
	for deadline := time.Now().Add(time.Minute); !is() && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
}

// TestShutdown lets the request under way have its answer, and says that it is not ready.
func TestShutdown(t *testing.T) {
	s, address, stop, ended := run(t, serve.Options{Timeout: time.Minute}, time.Minute)
	body, send := io.Pipe()
	answered := make(chan int, 1)
	url := "http://" + address + "/predict"
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
	wait(func() bool { return strings.Contains(metricsOf(s), "symgrad_requests_in_flight 2\n") })
	stop()
	wait(func() bool { return statusOf(s, "/readyz") == 503 })
	if got := statusOf(s, "/readyz"); got != 503 {
		t.Errorf("readyz: got %d, want 503", got)
	}
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

// TestCutOff: a request that does not end is cut off after the time of grace.
func TestCutOff(t *testing.T) {
	s, address, stop, ended := run(t, serve.Options{}, time.Millisecond)
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, "POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
	wait(func() bool { return strings.Contains(metricsOf(s), "symgrad_requests_in_flight 2\n") })
	stop()
	if err := <-ended; !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("got %v", err)
	}
}

// TestSwap puts another model in the place of one. A nil one is refused, and the model stays.
func TestSwap(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	saved(t, path)
	_, s := started(t, path, serve.Options{})
	first := s.Predictor()
	if err := s.Swap(nil); !errors.Is(err, train.ErrOption) || s.Predictor() != first {
		t.Errorf("got %v, want ErrOption and the model that there was", err)
	}
	other, err := train.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Swap(other); err != nil || s.Predictor() != other {
		t.Errorf("got %v, want the other model", err)
	}
}

func record(s *serve.Server, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

func metricsOf(s *serve.Server) string { return record(s, "/metrics").Body.String() }

func statusOf(s *serve.Server, path string) int { return record(s, path).Code }
