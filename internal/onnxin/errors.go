package onnxin

import (
	"errors"
	"fmt"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/export"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/onnxfile"
)

// about returns the error about a node.
func about(n *onnxfile.Node, err error) *export.Error {
	op := n.Op
	if n.Domain != "" {
		op = n.Domain + "." + n.Op
	}
	return &export.Error{Op: op, Node: n.Name, Err: err}
}

// unbuilt returns the error about a node that the Builder refuses. The frame of the node has its
// operator and its name in the Builder's error; they are not said twice.
func unbuilt(n *onnxfile.Node, err error) *export.Error {
	e := about(n, err)
	var of *graph.OpError
	if !errors.As(err, &of) || of.Package != frame {
		return e
	}
	e.At, e.Err = of.At, of.Err
	if len(of.In) > 0 {
		var in []string
		for _, x := range of.In {
			in = append(in, fmt.Sprintf("%s: %v", x.Name, x.Type.Shape))
		}
		e.Err = fmt.Errorf("%w (%s)", of.Err, strings.Join(in, ", "))
	}
	return e
}

// refuse returns the error about a node that is legal and not read.
func refuse(n *onnxfile.Node, format string, a ...any) *export.Error {
	return about(n, mistake.Newf(mistake.ErrUnsupported, format, a...))
}

// malformed returns the error about a node that ONNX does not allow.
func malformed(n *onnxfile.Node, format string, a ...any) *export.Error {
	return about(n, mistake.Newf(mistake.ErrFormat, format, a...))
}

// wrong returns the error about another part of a file, such as an "input".
func wrong(what, name string, kind error, format string, a ...any) *export.Error {
	return &export.Error{Op: what, Node: name, Err: mistake.Newf(kind, format, a...)}
}
