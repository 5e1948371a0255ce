package train

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
)

// LoadOptions are the settings of LoadWith, LoadFrom and LoadFS. The zero value is what
// Load uses.
//
// Weights of another library mostly have other names, and its linear layers keep [out, in]
// where nn.Dense keeps [In, out]. Those of PyTorch load like this:
//
//	train.LoadOptions{
//		Rename:    strings.NewReplacer("fc1.", "hidden/", "fc2.", "out/").Replace,
//		Transpose: func(name string) bool { return strings.HasSuffix(name, "/weight") },
//	}
//
// For each tensor of the file, Prefix comes first, then Rename, Match, and Convert or
// Transpose.
type LoadOptions struct {
	// AllowNonFinite reads NaN and infinities, which are refused otherwise. A finite
	// number that the type of the parameters cannot hold is refused all the same.
	AllowNonFinite bool

	// Partial loads what the file and the model have in common, and leaves the rest of
	// the model as it is. The LoadReport has what is missing and what was not expected.
	// A shape or a type that differs is an error all the same, and so is a file without
	// anything in common.
	Partial bool

	// Prefix picks the tensors whose names begin with it, and takes it off. Others are as
	// if they were not there.
	Prefix string

	// Rename returns the name in the model for a name in the file, without Prefix; nil for
	// the same name. A tensor for which it returns "" is as if it was not there.
	Rename func(name string) string

	// Match picks the parameters and states that are loaded, as Params.Freeze does: names
	// such as "out/bias", and scopes such as "encoder/". Others stay as they are, and
	// their tensors are as if they were not there. By default all are loaded.
	Match []string

	// Transpose reports whether the two axes of a tensor are exchanged; nil for none. It
	// gets the name in the model. It is asked for tensors of two axes only.
	Transpose func(name string) bool

	// Convert returns another shape and other elements for a tensor; nil to take it as it
	// is. It gets the name in the model, the shape in the file, and the elements, row-major,
	// which it may keep or change. It takes the place of Transpose. An error of Convert
	// is one of the differences.
	Convert func(name string, shape []int, data []float64) ([]int, []float64, error)

	// MaxBytes is the most that an npz file may hold when it is inflated, and the most
	// that is kept of an npz file that comes from a plain io.Reader. The default is
	// 4 GiB, and 1 GiB where int has 32 bits.
	MaxBytes int64
}

// mostBytes returns the default of MaxBytes.
func mostBytes() int64 {
	if math.MaxInt == math.MaxInt32 {
		return 1 << 30
	}
	return 4 << 30
}

// Validate returns an ErrOption for a MaxBytes below 0.
func (o LoadOptions) Validate() error {
	if o.MaxBytes < 0 {
		return mistake.Optionf("LoadOptions.MaxBytes: got %d, want at least 0", o.MaxBytes)
	}
	return nil
}

// settle checks the options for p and fills in the defaults.
func (o *LoadOptions) settle(p *graph.Params) error {
	if err := o.Validate(); err != nil {
		return err
	}
	for _, m := range o.Match {
		found := false
		for _, q := range everything(p) {
			found = found || q.Matches(m)
		}
		if !found {
			return mistake.Optionf("LoadOptions.Match: got %q, want the name of a parameter or state, or a scope that ends with \"/\"", m)
		}
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = mostBytes()
	}
	return nil
}

// LoadReport says what became of the tensors of a file.
type LoadReport struct {
	// Loaded has the parameters and states that the file has given values to, in the
	// order of the model.
	Loaded []string
	// Missing has those that the file does not have and that keep their values. It is nil
	// without LoadOptions.Partial.
	Missing []string
	// Unexpected has the tensors that the model has no place for, by their names in the
	// file. It is nil without LoadOptions.Partial.
	Unexpected []string
}
