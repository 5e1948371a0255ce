package onnxfile

// named is an error about a part that has a name.
type named struct {
	what, name string
	err        error
}

func (e named) Error() string { return e.what + " \"" + e.name + "\": " + e.err.Error() }
func (e named) Unwrap() error { return e.err }
