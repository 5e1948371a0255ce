package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestDemo runs the whole: it trains, serves, asks and ends.
func TestDemo(t *testing.T) {
	var out bytes.Buffer
	if err := demo(context.Background(), &out, settings{watch: time.Second, grace: time.Minute, gather: 4, timeout: time.Minute}, 100); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "\n|"); got != 4 || !strings.Contains(out.String(), "| 50 | 100 |") {
		t.Errorf("got\n%s", out.String())
	}
	if err := run(context.Background(), settings{model: "none"}, io.Discard, nil); err == nil {
		t.Error("got no error for a file that does not exist")
	}
}

// TestRun serves the model of the command's default, as its comment says.
func TestRun(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	at, ended := make(chan string, 1), make(chan error, 1)
	s := settings{model: "../open/iris.safetensors", addr: "localhost:0", watch: time.Second, grace: time.Minute, timeout: time.Minute}
	go func() { ended <- run(ctx, s, io.Discard, func(a string) { at <- a }) }()
	var url string
	select {
	case a := <-at:
		url = "http://" + a
	case err := <-ended:
		t.Fatal(err)
	}
	r, err := http.Post(url+"/predict", "application/json", strings.NewReader(`{"rows": [[6.1, 2.8, 4.7, 1.2]]}`))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if text, err := io.ReadAll(r.Body); err != nil || r.StatusCode != 200 || !strings.Contains(string(text), `"class":"versicolor"`) {
		t.Errorf("got %s, %s and %v", r.Status, text, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := run(context.Background(), settings{model: s.model, addr: "nowhere:x"}, io.Discard, nil); err == nil {
		t.Error("got no error for an address that is none")
	}
}
