package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// The most that a request may ask for.
const (
	mostBytes = 1 << 20
	mostRows  = 1000
)

// handler answers POST /predict and GET /healthz.
func handler(m *model, timeout time.Duration) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /predict", func(w http.ResponseWriter, r *http.Request) {
		p := m.now.Load()
		rows, err := readRows(http.MaxBytesReader(w, r.Body, mostBytes))
		if err != nil {
			refuse(w, fmt.Errorf("%w, such as {\"rows\": [[1, 2]]} or {\"rows\": [{\"column\": 1}]}: %w", errJSON, err))
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
		a, err := predict(ctx, p.Predictor, rows)
		if err != nil {
			refuse(w, err)
			return
		}
		write(w, http.StatusOK, a)
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		p := m.now.Load()
		write(w, http.StatusOK, map[string]any{"model": p.Info().Model, "inputs": p.Inputs(), "columns": columns(p.Predictor), "classes": p.Classes(), "opened": p.at})
	})
	return mux
}

// columns returns the names of the columns that a table has, and their kinds; nil without a plan.
func columns(p *train.Predictor) map[string]string {
	if p.Info().Plan == nil {
		return nil
	}
	out := map[string]string{}
	for _, c := range p.Info().Plan.Columns {
		if c.Kind != data.LeftOut {
			out[c.Name] = c.Kind.String()
		}
	}
	return out
}
