package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"

	"github.com/symgrad/symgrad/internal/jsonrow"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// Answer is the body of a good response to /predict: a prediction for each row.
type Answer struct {
	Predictions []Prediction `json:"predictions"`
}

// Prediction is the output of the model for a row, and the class that it stands for, if any.
type Prediction struct {
	Class  string    `json:"class,omitempty"`
	Output []float64 `json:"output"`
}

// predict answers /predict.
func (s *Server) predict(w http.ResponseWriter, r *http.Request) {
	m := s.now.Load()
	rows, err := jsonrow.ReadBody(http.MaxBytesReader(w, r.Body, s.o.MaxBytes), s.o.MaxRows)
	if err != nil {
		s.refuse(w, statusOfBody(err), ofBody(err))
		return
	}
	s.counts.rows.observe(float64(len(rows)))
	ctx, cancel := context.WithTimeout(r.Context(), s.o.Timeout)
	defer cancel()
	a, err := m.ask(ctx, rows)
	if err != nil {
		s.refuse(w, statusOf(err), err)
		return
	}
	s.counts.predictions.Add(int64(len(rows)))
	write(w, http.StatusOK, a)
}

// ask returns a prediction for each row.
func (m *model) ask(ctx context.Context, rows []jsonrow.Row) (a Answer, err error) {
	out, err := jsonrow.Predict(ctx, m.Predictor, m.table, rows)
	if err != nil {
		return a, err
	}
	for n := len(out) / len(rows); len(out) > 0; out = out[n:] {
		for _, v := range out[:n] {
			if math.IsNaN(v) || math.IsInf(v, 0) { // which JSON does not have
				return a, &jsonrow.Error{Row: len(a.Predictions), Err: fmt.Errorf("got the output %v: %w", v, train.ErrNotFinite)}
			}
		}
		a.Predictions = append(a.Predictions, Prediction{m.Label(out[:n]), out[:n]})
	}
	return a, nil
}

// Description is the body of a response to /model.
type Description struct {
	Model   string            `json:"model"` // its registered name; "" for one in memory
	Inputs  []train.InputInfo `json:"inputs"`
	Columns []Column          `json:"columns,omitempty"` // the keys of a row that is an object
	Output  []int             `json:"output"`            // the shape for one row
	Target  string            `json:"target,omitempty"`
	Classes []string          `json:"classes,omitempty"`
	Opened  string            `json:"opened"` // when, by RFC 3339
}

// Column is a key of a row, and what its values are.
type Column struct {
	Name       string          `json:"name"`
	Kind       data.ColumnKind `json:"kind"`
	Categories []string        `json:"categories,omitempty"`
}

// describe answers /model.
func (s *Server) describe(w http.ResponseWriter, r *http.Request) {
	m := s.now.Load()
	d := Description{Model: m.Info().Model, Inputs: m.Inputs(), Output: m.Output(), Target: m.Info().Target.Name, Classes: m.Classes(), Opened: m.opened.UTC().Format("2006-01-02T15:04:05Z")}
	if names := m.Info().Target.Columns; len(names) == 1 {
		d.Target = names[0]
	}
	for _, c := range m.Columns() {
		d.Columns = append(d.Columns, Column{c.Name, c.Kind, c.Categories})
	}
	write(w, http.StatusOK, d)
}

// state is the body of a response to /healthz and /readyz.
type state struct {
	Status string `json:"status"`
}

func (s *Server) healthy(w http.ResponseWriter, r *http.Request) {
	write(w, http.StatusOK, state{"ok"})
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if s.ending.Load() {
		write(w, http.StatusServiceUnavailable, state{"ending"})
		return
	}
	write(w, http.StatusOK, state{"ready"})
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}
