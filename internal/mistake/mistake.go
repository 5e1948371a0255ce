// Package mistake has the kinds of error that several packages report, each as
// one value: errors.Is(err, graph.ErrShape) finds what train/data calls
// data.ErrShape too.
//
// It has nothing but these values and imports nothing of the module. Packages
// that report a kind give it a name of their own:
//
//	var ErrShape = mistake.Shape
package mistake

import "errors" // kinds need no stack

// The kinds of error.
var (
	// Shape: shapes, lengths or sizes do not fit.
	Shape = errors.New("shapes do not fit")
	// DType: element types do not fit.
	DType = errors.New("element types do not fit")
	// Option: a setting or an argument has no meaning.
	Option = errors.New("bad option")
	// NotFinite: a number is NaN or infinite where it must not be, or too large
	// for its type.
	NotFinite = errors.New("not finite")
	// NotDifferentiable: there is no derivative.
	NotDifferentiable = errors.New("not differentiable")
	// Memory: more memory is needed than there is, or than is allowed.
	Memory = errors.New("too much memory")
	// Target: a loss does not take a number as a target.
	Target = errors.New("target outside of the loss's domain")
	// Unsupported: what the project does not do.
	Unsupported = errors.New("not supported")
)
