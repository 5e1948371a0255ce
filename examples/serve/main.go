// Serve answers over HTTP with the predictions of a model file.
//
//	go run ./examples/serve -model examples/open/iris.safetensors
//	curl -d '{"rows": [[6.1, 2.8, 4.7, 1.2]]}' localhost:8080/predict
//
// It reads the file again when it changes, and at SIGHUP. SIGINT and SIGTERM end it when the
// requests under way have their answers. With -demo it trains a small model, serves it on a free
// port, asks it from 50 goroutines, and prints how long the answers took.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/symgrad/symgrad/train"
)

// settings are the flags.
type settings struct {
	model   string
	addr    string
	watch   time.Duration // between two looks at the file
	grace   time.Duration // for requests under way at the end
	gather  int           // examples of several requests in one batch
	timeout time.Duration // of a prediction
}

func main() {
	s := settings{grace: 10 * time.Second}
	flag.StringVar(&s.model, "model", "examples/open/iris.safetensors", "a file of SaveModel")
	flag.StringVar(&s.addr, "addr", "localhost:8080", "where to listen")
	flag.DurationVar(&s.watch, "watch", 2*time.Second, "time between two looks at the file")
	flag.IntVar(&s.gather, "gather", 16, "examples of several requests that are computed at once")
	flag.DurationVar(&s.timeout, "timeout", 5*time.Second, "the longest time of a prediction")
	show := flag.Bool("demo", false, "train a small model, serve it, ask it, and end")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if *show {
		err = demo(ctx, os.Stdout, s, 2000)
	} else {
		err = serve(ctx, s, os.Stderr, func(at string) { log.Print("listening on ", at) })
	}
	if err != nil {
		log.Fatal(err)
	}
}

// serve answers until ctx is done, and then until the requests under way have their answers. It
// calls ready with its address.
func serve(ctx context.Context, s settings, logs io.Writer, ready func(at string)) error {
	//docs:serve
	m, err := open(s.model, train.PredictorOptions{Gather: train.Gather{Examples: s.gather}}, log.New(logs, "", log.LstdFlags))
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           handler(m, s.timeout),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      s.timeout + 10*time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
	//docs:end
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		m.watch(watching, s.watch)
	}()
	defer func() { stop(); <-watched }()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	ready(listener.Addr().String())
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.Background(), s.grace)
	defer cancel()
	if err := server.Shutdown(last); err != nil {
		return fmt.Errorf("requests were cut off after %v: %w", s.grace, err)
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
