package serve

import (
	"io"
	"log"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/jsonrow"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train"
)

// Options are the settings of a Server. The zero value has the defaults.
type Options struct {
	// MaxBytes is the largest size of a request in bytes; default 1 MiB.
	MaxBytes int64
	// MaxRows is the largest number of rows of a request; default 1000.
	MaxRows int
	// Timeout is the longest time that a prediction waits and computes; default 5 seconds.
	Timeout time.Duration
	// Predictor are the settings of the models that Open and Reload open.
	Predictor train.PredictorOptions
	// Log gets a line when a model is opened, or cannot be. nil: nothing is logged.
	Log *log.Logger
}

// settle checks the options and fills in the defaults.
func (o *Options) settle() error {
	switch {
	case o.MaxBytes < 0:
		return mistake.Optionf("Options.MaxBytes: got %d, want at least 0", o.MaxBytes)
	case o.MaxRows < 0:
		return mistake.Optionf("Options.MaxRows: got %d, want at least 0", o.MaxRows)
	case o.Timeout < 0:
		return mistake.Optionf("Options.Timeout: got %v, want at least 0", o.Timeout)
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 1 << 20
	}
	if o.MaxRows == 0 {
		o.MaxRows = 1000
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Log == nil {
		o.Log = log.New(io.Discard, "", 0)
	}
	return nil
}

// Server answers requests with the predictions of a model, which may be replaced at any time.
// Requests under way go on with the one that they have begun with. It is for any number of
// goroutines at the same time.
type Server struct {
	o       Options
	path    string // of the model's file; "" for none
	now     atomic.Pointer[model]
	loading sync.Mutex // held by who opens the file
	stamp   stamp      // of the file that is open; guarded by loading
	ending  atomic.Bool
	counts  *counts
}

// model is a Predictor, and what requests ask of it.
type model struct {
	*train.Predictor
	table  *jsonrow.Table
	opened time.Time
}

// New returns a Server for a Predictor.
//
// Errors: train.ErrOption for a nil p and for options that have no meaning.
func New(p *train.Predictor, o Options) (*Server, error) {
	err := o.settle()
	if err == nil && p == nil {
		err = mistake.Optionf("got a nil Predictor, want one")
	}
	if err != nil {
		return nil, errors.WithMessage(err, "serve: New")
	}
	s := &Server{o: o, counts: newCounts()}
	s.swap(p)
	return s, nil
}

// Open returns a Server for the model of a file, which Reload and Watch open anew.
//
// Errors: those of New and of train.OpenWith.
func Open(path string, o Options) (*Server, error) {
	if err := o.settle(); err != nil {
		return nil, errors.WithMessage(err, "serve: Open")
	}
	s := &Server{o: o, path: path, counts: newCounts()}
	if err := s.reload(); err != nil {
		return nil, errors.WithMessage(err, "serve: Open")
	}
	return s, nil
}

// Predictor returns the one that new requests get.
func (s *Server) Predictor() *train.Predictor { return s.now.Load().Predictor }

// Swap makes new requests ask another Predictor. Errors: train.ErrOption for a nil p.
func (s *Server) Swap(p *train.Predictor) error {
	if p == nil {
		return errors.WithMessage(mistake.Optionf("got a nil Predictor, want one"), "serve: Swap")
	}
	s.swap(p)
	return nil
}

func (s *Server) swap(p *train.Predictor) {
	s.now.Store(&model{p, jsonrow.Inputs(p), time.Now()})
}

// route is a path, its only method, and what answers there.
type route struct {
	method, path string
	answer       func(s *Server, w http.ResponseWriter, r *http.Request)
}

var routes = []route{
	{http.MethodPost, "/predict", (*Server).predict},
	{http.MethodGet, "/model", (*Server).describe},
	{http.MethodGet, "/healthz", (*Server).healthy},
	{http.MethodGet, "/readyz", (*Server).ready},
	{http.MethodGet, "/metrics", (*Server).metrics},
}

// ServeHTTP answers one request: see the package. Under a prefix it needs http.StripPrefix.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begun := time.Now()
	seen := &watched{ResponseWriter: w, status: http.StatusOK}
	s.counts.inFlight.Add(1)
	path := "other"
	defer func() {
		s.counts.inFlight.Add(-1)
		s.counts.add(path, seen.status, time.Since(begun))
	}()
	i := slices.IndexFunc(routes, func(at route) bool { return at.path == r.URL.Path })
	if i < 0 {
		s.refuse(seen, http.StatusNotFound, errors.Errorf("got the path %.80q, want one of %s", r.URL.Path, paths()))
		return
	}
	at := routes[i]
	path = at.path
	if r.Method != at.method && !(r.Method == http.MethodHead && at.method == http.MethodGet) {
		seen.Header().Set("Allow", at.method)
		s.refuse(seen, http.StatusMethodNotAllowed, errors.Errorf("got the method %.20s for %s, want %s", r.Method, at.path, at.method))
		return
	}
	at.answer(s, seen, r)
}

// paths lists what there is.
func paths() string {
	var out []string
	for _, at := range routes {
		out = append(out, at.path)
	}
	return strings.Join(out, ", ")
}

// watched knows the status of its answer.
type watched struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (w *watched) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }
