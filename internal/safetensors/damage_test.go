package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

// small is a file of every part: names that need escapes, an empty tensor, padding.
func small() *File {
	return &File{
		Tensors: []Tensor{
			FloatsView("a", []int{2}, []float32{1, -2}),
			FloatsView("\"\\ \u0001é", nil, []float64{3}),
			{Name: "none", DType: "U8", Shape: []int{0}},
		},
		Meta: map[string]string{"k": "v\n"},
	}
}

// Every changed byte of a file, of its length, header, padding and data, and every
// truncation is found; so are bytes that are added.
func TestDamageIsFound(t *testing.T) {
	for name, f := range map[string]*File{"small": small(), "no metadata": {Tensors: []Tensor{FromInts("a", nil, []int{1})}}, "nothing": {}} {
		whole := encode(t, f)
		if got, err := decoded(whole); err != nil || !equal(got, f) {
			t.Fatalf("%s: undamaged: %v", name, err)
		}
		for n := range whole {
			if _, err := decoded(whole[:n]); !errors.Is(err, ErrFormat) {
				t.Errorf("%s: the first %d of %d bytes: %v", name, n, len(whole), err)
			}
			if r, err := NewStream(bytes.NewReader(whole[:n])); err == nil {
				if err := r.Verify(); !errors.Is(err, ErrFormat) {
					t.Errorf("%s: a stream of the first %d of %d bytes: %v", name, n, len(whole), err)
				}
			}
		}
		if _, err := decoded(append(bytes.Clone(whole), 0)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: a byte more: %v", name, err)
		}
		data := lengthSize + int(binary.LittleEndian.Uint64(whole))
		damaged := bytes.Clone(whole)
		for i := range whole {
			for c := range 256 {
				if flip := byte(c) ^ whole[i]; testing.Short() && flip&(flip-1) != 0 && c > ' ' {
					continue // only single bits, and white space
				}
				if damaged[i] = byte(c); damaged[i] == whole[i] {
					continue
				}
				_, err := decoded(damaged)
				if !errors.Is(err, ErrFormat) || i >= data && !errors.Is(err, ErrChecksum) {
					t.Errorf("%s: byte %d from %q to %q: %v", name, i, whole[i], damaged[i], err)
				}
			}
			damaged[i] = whole[i]
		}
	}
}
