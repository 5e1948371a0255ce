package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"sync"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/serve"
)

const serveUsage = `Usage: symgrad serve [flags] MODEL

Answers over HTTP with the predictions of a model file:

  POST /predict   {"rows": [{"island": "Dream", "sex": null, ...}]} or {"rows": [[6.1, 2.8]]}
  GET  /model     what the model takes and returns
  GET  /healthz   whether the process answers
  GET  /readyz    whether it takes requests
  GET  /metrics   counts and latencies, as Prometheus reads them

The file is opened anew when it changes, and at SIGHUP. SIGINT and SIGTERM end the server when the
requests under way have their answers; the exit status is then 0. There is no encryption and no
password: other machines should reach it through a proxy that has both.
`

// serveSettings are the flags of symgrad serve.
type serveSettings struct {
	addr         string
	watch, grace time.Duration
	gather       int
	quiet, json  bool
	o            serve.Options
}

// serveVerb is symgrad serve.
func serveVerb(args []string, out, errs io.Writer) int {
	var s serveSettings
	flags := newFlags("serve", serveUsage, errs)
	flags.StringVar(&s.addr, "addr", "localhost:8080", "where to listen; port 0 is a free one")
	flags.DurationVar(&s.watch, "watch", 2*time.Second, "time between two looks at the file; 0: at SIGHUP alone")
	flags.DurationVar(&s.grace, "grace", 10*time.Second, "the longest time for requests under way at the end")
	flags.DurationVar(&s.o.Timeout, "timeout", 5*time.Second, "the longest time of a prediction")
	flags.IntVar(&s.gather, "gather", 16, "examples of several requests that are computed at once")
	flags.IntVar(&s.o.Predictor.Parallel, "parallel", 0, "batches that are computed at the same time; 0: one for each processor")
	flags.IntVar(&s.o.MaxRows, "max-rows", 1000, "rows of a request")
	flags.Int64Var(&s.o.MaxBytes, "max-bytes", 1<<20, "bytes of a request")
	flags.BoolVar(&s.json, "json", false, "print the address as JSON when the server answers")
	flags.BoolVar(&s.quiet, "quiet", false, "say nothing on the way")
	if code, ok := parse(flags, args, 1, "a model"); !ok {
		return code
	}
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	return ended(flags, s.run(ctx, flags.Arg(0), out, errs))
}

// run answers until ctx is done.
func (s serveSettings) run(ctx context.Context, model string, out, errs io.Writer) error {
	err := first(atLeast("gather", s.gather, 0), atLeast("parallel", s.o.Predictor.Parallel, 0), atLeast("max-rows", s.o.MaxRows, 0),
		notBelow("max-bytes", s.o.MaxBytes, 0), notBelow("watch", s.watch, 0), notBelow("grace", s.grace, 0), notBelow("timeout", s.o.Timeout, 0))
	if err != nil {
		return err
	}
	p, err := openModelFile(model, s.o.Predictor) // says what another file is
	if err != nil {
		return err
	}
	if s.quiet {
		errs = io.Discard
	}
	s.o.Log = log.New(errs, "", log.LstdFlags)
	s.o.Predictor.Gather = train.Gather{Examples: s.gather}
	s.o.Predictor.BatchSize = max(32, s.gather)
	server, err := serve.Open(model, s.o)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return errors.Wrapf(err, "-addr %s", s.addr)
	}
	url := "http://" + listener.Addr().String()
	fmt.Fprintf(errs, "%s (%s) answers on %s. Ask it:\n  curl -d '%s' %s/predict\n", model, p.Info().Model, url, question(p), url)
	if s.json {
		if err := writeJSON(out, map[string]string{"url": url, "model": model}); err != nil {
			return err
		}
	}
	watching, stop := context.WithCancel(ctx)
	var watched sync.WaitGroup
	watched.Go(func() { server.Watch(watching, s.watch) })
	err = server.Run(ctx, listener, s.grace)
	stop()
	watched.Wait()
	if err == nil {
		fmt.Fprintln(errs, "All requests have their answers; the server has ended.")
	}
	return err
}
