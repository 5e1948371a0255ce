package serve

import (
	"context"
	"net/http"
	"regexp"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/jsonrow"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// Problem is the body of a response to a request that has failed.
type Problem struct {
	Error string `json:"error"`
	Row   *int   `json:"row,omitempty"`   // of the request, from 0; nil for none
	Field string `json:"field,omitempty"` // of the row
}

// wrongRows are the kinds of error about rows that the model does not take.
var wrongRows = []error{graph.ErrShape, graph.ErrUnsupported, train.ErrOption, train.ErrNotFinite, data.ErrCSV, data.ErrLabel, data.ErrEmpty, data.ErrField}

// refuse answers with the error.
func (s *Server) refuse(w http.ResponseWriter, status int, err error) {
	p := Problem{Error: plainly(err)}
	var row *jsonrow.Error
	if errors.As(err, &row) {
		p.Row, p.Field = &row.Row, row.Field
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	write(w, status, p)
}

// statusOfBody returns the status of an error about the body of a request.
func statusOfBody(err error) int {
	var long *http.MaxBytesError
	if errors.As(err, &long) || errors.Is(err, jsonrow.ErrRows) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// ofBody adds what a body should be, unless the error is about its size or a row.
func ofBody(err error) error {
	if long := (*http.MaxBytesError)(nil); errors.As(err, &long) {
		return errors.Errorf("the body is too large: got more than %d bytes", long.Limit)
	}
	if row := (*jsonrow.Error)(nil); errors.As(err, &row) {
		return err
	}
	return errors.WithMessage(err, `the body is not a question such as {"rows": [[1, 2]]} or {"rows": [{"column": 1}]}`)
}

// statusOf returns the status of an error of a prediction.
func statusOf(err error) int {
	var row *jsonrow.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return http.StatusServiceUnavailable
	case errors.As(err, &row), slices.ContainsFunc(wrongRows, func(kind error) bool { return errors.Is(err, kind) }):
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// inner are the parts of a message that are for those who write the program: names of Go in front,
// and at the end a hint or the name of an option.
var inner = regexp.MustCompile(`\b(train|data|graph): ([A-Z][A-Za-z.]*: )*|(; [^"]*| \([^"()]*[A-Z][^"()]*\))+$`)

// plainly returns what is wrong in the words of a client.
func plainly(err error) string { return inner.ReplaceAllString(err.Error(), "") }
