package data

import (
	"math"
	"slices"
	"testing"
)

func TestSequences(t *testing.T) {
	x, lengths, err := Sequences("x", [][]float32{{1, 2, 3, 4}, {5, 6}, {7, 8, 9, 10, 11, 12}}, SequenceOptions{Step: []int{2}, Pad: -1})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(x.Floats32, []float32{1, 2, 3, 4, -1, -1, 5, 6, -1, -1, -1, -1, 7, 8, 9, 10, 11, 12}) || !slices.Equal(x.Shape, []int{3, 2}) {
		t.Errorf("got the values %v of %v", x.Floats32, x.Shape)
	}
	if !slices.Equal(lengths.Ints, []int{2, 1, 3}) || lengths.Name != "lengths" || lengths.Shape != nil {
		t.Errorf("got the lengths %+v", lengths)
	}
	if d := must(t)(New(x, lengths)); d.Len() != 3 {
		t.Errorf("got %d examples", d.Len())
	}
	tokens, _, err := Sequences("y", [][]int{{1}, {2, 0}}, SequenceOptions{Length: 4, Pad: -100})
	if err != nil || !slices.Equal(tokens.Ints, []int{1, -100, -100, -100, 2, 0, -100, -100}) || !slices.Equal(tokens.Shape, []int{4}) {
		t.Errorf("got the tokens %+v, %v", tokens, err)
	}
	bytes, lengths, err := Sequences("b", [][]uint8{{1}, {}, {2, 3}}, SequenceOptions{Pad: 255})
	if err != nil || !slices.Equal(bytes.Bytes, []uint8{1, 255, 255, 255, 2, 3}) || !slices.Equal(lengths.Ints, []int{1, 0, 2}) {
		t.Errorf("got the bytes %+v, lengths %v, %v", bytes, lengths.Ints, err)
	}
	wide, _, err := Sequences("w", [][]float64{{1}}, SequenceOptions{Length: 2})
	if err != nil || !slices.Equal(wide.Floats, []float64{1, 0}) {
		t.Errorf("got the numbers %+v, %v", wide, err)
	}
}

func TestSequencesRefuse(t *testing.T) {
	one := [][]uint8{{1, 2}, {3, 4, 5}}
	for _, c := range []struct {
		name      string
		sequences [][]uint8
		opts      SequenceOptions
		kind      error
		part      string
	}{
		{"none", nil, SequenceOptions{}, ErrEmpty, "no sequences"},
		{"all empty", [][]uint8{{}, nil}, SequenceOptions{}, ErrEmpty, "2 sequences without steps"},
		{"half a step", one, SequenceOptions{Step: []int{2}}, ErrShape, "sequence 1: got 3 values, want a multiple of 2"},
		{"axis of 0", one, SequenceOptions{Step: []int{0}}, ErrShape, "[0]"},
		{"too long", one, SequenceOptions{Length: 2}, ErrShape, "sequence 1: got 3 steps, want at most Length 2"},
		{"negative length", one, SequenceOptions{Length: -1}, ErrOption, "Length -1"},
		{"pad of another type", one, SequenceOptions{Pad: 256}, ErrOption, "Pad 256, want a value of the type uint8"},
		{"pad of a fraction", one, SequenceOptions{Pad: 0.5}, ErrOption, "0.5"},
		{"negative pad", one, SequenceOptions{Pad: -1}, ErrOption, "-1"},
		{"pad NaN", one, SequenceOptions{Pad: math.NaN()}, ErrOption, "NaN"},
		{"beyond memory", one, SequenceOptions{Length: math.MaxInt}, ErrShape, "fit in memory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := Sequences("x", c.sequences, c.opts)
			wantError(t, err, c.kind, `data: Sequences: field "x": `, c.part)
		})
	}
}
