package main

import (
	"context"
	"log"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/symgrad/symgrad/models" // knows how to make the models of files
	"github.com/symgrad/symgrad/train"
)

// model is the Predictor of a file, which may be replaced by that of a newer file at any time.
// Requests under way go on with the one that they have begun with.
type model struct {
	path    string
	options train.PredictorOptions
	log     *log.Logger
	now     atomic.Pointer[opened]
	mu      sync.Mutex // held by who opens the file
}

// opened is a Predictor, and what the file was then.
type opened struct {
	*train.Predictor
	stamp stamp
	at    time.Time
}

// stamp tells a file that was replaced from the one before.
type stamp struct {
	size     int64
	modified time.Time
}

// open opens the file.
func open(path string, o train.PredictorOptions, l *log.Logger) (*model, error) {
	m := &model{path: path, options: o, log: l}
	return m, m.reload()
}

// reload opens the file anew. On an error the Predictor stays the one it was.
func (m *model) reload() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, err := stampOf(m.path)
	if err != nil {
		return err
	}
	p, err := train.OpenWith(m.path, m.options)
	if err != nil {
		return err
	}
	m.now.Store(&opened{p, s, time.Now()})
	return nil
}

func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}
	return stamp{info.Size(), info.ModTime()}, nil
}

// watch opens the file anew when it has changed, and at SIGHUP, until ctx is done. A file that
// cannot be opened is reported once.
func (m *model) watch(ctx context.Context, every time.Duration) {
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	asked := make(chan os.Signal, 1)
	if hup != nil {
		signal.Notify(asked, hup)
		defer signal.Stop(asked)
	}
	seen := m.now.Load().stamp
	for {
		select {
		case <-ctx.Done():
			return
		case <-asked:
		case <-ticks.C:
			s, err := stampOf(m.path)
			if err != nil || s == seen { // a file that is gone may come back
				continue
			}
			seen = s
		}
		if err := m.reload(); err != nil {
			m.log.Print("the old model stays: ", err)
			continue
		}
		m.log.Print("opened ", m.path)
	}
}
