package workload

import (
	"fmt"
	"slices"
	"strings"
)

// Parts of models that not every system has here.
const (
	BatchNorm = "batch norm"
	Residual  = "residual blocks"
	MeanPool  = "means of channels"
	GRU       = "GRU"
	Lengths   = "lengths of sequences"
	Attention = "attention"
)

// Parts are those that the model has. W1 to W8 have none.
func (s Spec) Parts() []string {
	out := []string{}
	add := func(has bool, part string) {
		if has {
			out = append(out, part)
		}
	}
	norm, residual := false, false
	for _, b := range s.Blocks {
		norm, residual = norm || b.BatchNorm, residual || b.Residual
	}
	add(norm, BatchNorm)
	add(residual, Residual)
	add(s.GlobalPool, MeanPool)
	add(s.Kind == "gru", GRU)
	add(s.Lengths, Lengths)
	add(s.Kind == "transformer", Attention)
	return out
}

// Only returns an error that says which parts the model has besides those.
func (s Spec) Only(parts ...string) error {
	missing := slices.DeleteFunc(s.Parts(), func(p string) bool { return slices.Contains(parts, p) })
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("it has no code here for %s", strings.Join(missing, ", "))
}
