package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// errJSON is the kind of error of a body that is none.
var errJSON = errors.New("the body is not a question")

// errRows is the kind of error of too many rows.
var errRows = fmt.Errorf("got more than %d rows", mostRows)

// wrongRows are the kinds of error about rows that the model does not take.
var wrongRows = []error{graph.ErrShape, graph.ErrUnsupported, train.ErrOption, train.ErrNotFinite, data.ErrCSV, data.ErrLabel, data.ErrEmpty}

// problem is the body of a response to a request that has failed.
type problem struct {
	Error string `json:"error"`
}

// refuse answers with the status of the error.
func refuse(w http.ResponseWriter, err error) {
	var long *http.MaxBytesError
	status := http.StatusInternalServerError
	switch {
	case errors.As(err, &long), errors.Is(err, errRows):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, errJSON):
		status = http.StatusBadRequest
	case slices.ContainsFunc(wrongRows, func(kind error) bool { return errors.Is(err, kind) }):
		status = http.StatusUnprocessableEntity
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		status = http.StatusServiceUnavailable
	}
	write(w, status, problem{plainly(err)})
}

// inner are the parts of a message that are for those who write the program: names of Go in front,
// and at the end a hint or the name of an option.
var inner = regexp.MustCompile(`\b(train|data|graph): ([A-Z][A-Za-z.]*: )*|(; [^"]*| \([^"()]*[A-Z][^"()]*\))+$`)

// plainly returns what is wrong in the words of a client.
func plainly(err error) string { return inner.ReplaceAllString(err.Error(), "") }

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}
