package onnx

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/export"
	"github.com/symgrad/symgrad/internal/onnxfile"
)

// Structure returns the model without the numbers of Params that have more than one element,
// without what SetSize and Fix have set, and without Metadata. ReadStructure reads it. Package
// models/imported keeps it in model files, beside the parameters.
func (m *Imported) Structure() []byte {
	held := map[*onnxfile.Tensor]bool{}
	for _, t := range m.graph.Held {
		held[t.Tensor] = true
	}
	return onnxfile.Structure(m.file, m.model, func(t *onnxfile.Tensor) bool { return held[t] && t.Size > 1 })
}

// ReadStructure reads what Structure returned. Its Params are empty until Outputs is called. What
// Structure left out begins as 0. Nobody may change b.
//
// Errors: those of Read.
func ReadStructure(b []byte, l Limits) (*Imported, error) {
	m, err := readStructure(b, l)
	return m, errors.Wrap(err, "onnx: ReadStructure")
}

func readStructure(b []byte, l Limits) (out *Imported, err error) {
	defer compile.Recover("the structure", &err)
	if l, err = l.OrDefault(); err != nil {
		return nil, err
	}
	m, err := onnxfile.ReadModel(b, l)
	if err == nil {
		err = m.Graph.LeaveOut()
	}
	if err == nil {
		err = m.Graph.LoadExternal(nil, 0)
	}
	if err != nil {
		return nil, &export.Error{Op: "file", Err: err}
	}
	return imported(b, m, l)
}
