// Serve answers over HTTP with the predictions of a model file, by package train/serve.
//
//	go run ./examples/serve -model examples/open/iris.safetensors
//	curl -d '{"rows": [[6.1, 2.8, 4.7, 1.2]]}' localhost:8080/predict
//
// It reads the file again when it changes, and at SIGHUP. SIGINT and SIGTERM end it when the
// requests under way have their answers. With -demo it trains a small model, serves it on a free
// port, asks it from 1 and from 50 goroutines, and prints how long the answers took.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	_ "github.com/symgrad/symgrad/models" // knows how to make the models of files
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/serve"
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
		err = run(ctx, s, os.Stderr, func(at string) { log.Print("listening on ", at) })
	}
	if err != nil {
		log.Fatal(err)
	}
}

// run answers until ctx is done, and then until the requests under way have their answers. It
// calls ready with its address.
func run(ctx context.Context, s settings, logs io.Writer, ready func(at string)) error {
	//docs:serve
	server, err := serve.Open(s.model, serve.Options{
		Timeout:   s.timeout,
		Predictor: train.PredictorOptions{Gather: train.Gather{Examples: s.gather}},
		Log:       log.New(logs, "", log.LstdFlags),
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	var watching sync.WaitGroup
	ctx, stop := context.WithCancel(ctx)
	watching.Go(func() { server.Watch(ctx, s.watch) }) // opens the file anew when it changes
	ready(listener.Addr().String())
	err = server.Run(ctx, listener, s.grace)
	//docs:end
	stop()
	watching.Wait()
	if err != nil {
		return fmt.Errorf("%s: %w", s.addr, err)
	}
	return nil
}
