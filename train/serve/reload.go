package serve

import (
	"context"
	"os"
	"os/signal"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train"
)

// stamp tells a file that was replaced from the one before.
type stamp struct {
	size     int64
	modified time.Time
}

func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}
	return stamp{info.Size(), info.ModTime()}, nil
}

// Reload opens the file anew. On an error the model stays the one it was.
//
// Errors: train.ErrOption for a Server that has no file; those of train.OpenWith.
func (s *Server) Reload() error {
	if s.path == "" {
		return errors.WithMessage(mistake.Optionf("got a Server of New, want one of Open, which has a file"), "serve: Reload")
	}
	return errors.WithMessage(s.reload(), "serve: Reload")
}

func (s *Server) reload() error {
	s.loading.Lock()
	defer s.loading.Unlock()
	st, err := stampOf(s.path)
	if err != nil {
		return err
	}
	p, err := train.OpenWith(s.path, s.o.Predictor)
	if err != nil {
		return err
	}
	s.stamp = st
	s.swap(p)
	return nil
}

// Watch opens the file anew when it has changed, and at SIGHUP, until ctx is done. It looks once in
// every interval; 0 looks at SIGHUP alone. A file that cannot be opened is logged once, and the
// model stays. Without a file it returns at once.
func (s *Server) Watch(ctx context.Context, every time.Duration) {
	if s.path == "" {
		return
	}
	var ticks <-chan time.Time
	if every > 0 {
		t := time.NewTicker(every)
		defer t.Stop()
		ticks = t.C
	}
	asked := make(chan os.Signal, 1)
	if hup != nil {
		signal.Notify(asked, hup)
		defer signal.Stop(asked)
	}
	s.loading.Lock()
	seen := s.stamp
	s.loading.Unlock()
	for {
		select {
		case <-ctx.Done():
			return
		case <-asked:
		case <-ticks:
			st, err := stampOf(s.path)
			if err != nil || st == seen { // a file that is gone may come back
				continue
			}
			seen = st
		}
		if err := s.reload(); err != nil {
			s.o.Log.Print("the old model stays: ", err)
			continue
		}
		s.o.Log.Print("opened ", s.path)
	}
}
