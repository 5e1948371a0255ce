package data

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Vocabulary numbers characters: code c is the one at place c when they are sorted by
// their Unicode code points. It is immutable and may be shared between goroutines.
//
// String returns all of its characters. NewVocabulary makes the same Vocabulary of
// them, so that a program which saves a model can save that text beside it.
type Vocabulary struct{ characters []rune }

// NewVocabulary returns the vocabulary of the characters that text has.
//
// Errors: ErrOption for a text that is not UTF-8, ErrLabel for fewer than two
// different characters.
func NewVocabulary(text string) (*Vocabulary, error) {
	if err := checkUTF8(text); err != nil {
		return nil, errors.WithMessage(err, "data: NewVocabulary")
	}
	seen := map[rune]bool{}
	v := &Vocabulary{}
	for _, r := range text {
		if !seen[r] {
			seen[r] = true
			v.characters = append(v.characters, r)
		}
	}
	if len(v.characters) < 2 {
		return nil, mistake.Newf(ErrLabel, "data: NewVocabulary: got %d different characters, want at least two to tell apart", len(v.characters))
	}
	slices.Sort(v.characters)
	return v, nil
}

// Len returns the number of characters; codes are 0..Len()-1. It is 0 for nil.
func (v *Vocabulary) Len() int {
	if v == nil {
		return 0
	}
	return len(v.characters)
}

// String returns the characters in the order of their codes.
func (v *Vocabulary) String() string {
	if v == nil {
		return ""
	}
	return string(v.characters)
}

// Encode returns the code of each character of text.
//
// Errors: ErrOption for a text that is not UTF-8, ErrLabel for a character that the
// vocabulary does not have.
func (v *Vocabulary) Encode(text string) ([]int, error) {
	codes, err := encode[int](v, text)
	return codes, errors.WithMessage(err, "data: Vocabulary.Encode")
}

// Decode returns the text of codes. ErrLabel for a code that is not in 0..Len()-1.
func (v *Vocabulary) Decode(codes []int) (string, error) {
	var text strings.Builder
	for i, c := range codes {
		if c < 0 || c >= v.Len() {
			return "", mistake.Newf(ErrLabel, "data: Vocabulary.Decode: got the code %d at place %d, want one in 0..%d", c, i, v.Len()-1)
		}
		text.WriteRune(v.characters[c])
	}
	return text.String(), nil
}

// WindowOptions says how a text is cut into windows.
type WindowOptions struct {
	// Length is the number of characters in a window, at least 1.
	Length int
	// Step is the distance from the begin of a window to that of the next, 1 to
	// Length; Length when zero, so that windows do not overlap.
	Step int
}

// Windows returns a dataset to predict the next character: field "x" holds windows of
// the text and field "y", for each character, the one that follows (x: [N, Length]; y:
// [N, Length]). Both are codes, class labels of Len() classes.
//
// The text is stored once, whatever the number of windows, in one byte a character for
// up to 256 classes and in 8 bytes for more. Each window adds 4 bytes. Characters after
// the last whole window are left out.
//
// Errors: those of Encode; ErrOption for a Length or a Step out of range and for 2^31
// characters or more; ErrEmpty for a text of Length characters or fewer.
func (v *Vocabulary) Windows(text string, opts WindowOptions) (*Dataset, error) {
	d, err := v.windows(text, opts)
	return d, errors.WithMessage(err, "data: Vocabulary.Windows")
}

func (v *Vocabulary) windows(text string, opts WindowOptions) (*Dataset, error) {
	length, step := opts.Length, opts.Step
	if step == 0 {
		step = length
	}
	if length < 1 || step < 1 || step > length {
		return nil, mistake.Optionf("got Length %d and Step %d, want 1 <= Step <= Length", opts.Length, opts.Step)
	}
	if v.Len() <= 256 {
		codes, err := encode[uint8](v, text)
		if err != nil {
			return nil, err
		}
		return next(v, codes, length, step)
	}
	codes, err := encode[int](v, text)
	if err != nil {
		return nil, err
	}
	return next(v, codes, length, step)
}

// next returns the windows of codes, and those one character later.
func next[T Element](v *Vocabulary, codes []T, length, step int) (*Dataset, error) {
	if len(codes) <= length {
		return nil, mistake.Newf(ErrEmpty, "got %d characters, want at least %d, one window and the character after it", len(codes), length+1)
	}
	if len(codes) > 1<<31-1 {
		return nil, mistake.Optionf("got %d characters, want at most 2^31-1", len(codes))
	}
	starts := make([]int32, (len(codes)-1-length)/step+1)
	for i := range starts {
		starts[i] = int32(i * step)
	}
	names := make([]string, v.Len())
	for c, r := range v.characters {
		names[c] = string(r)
	}
	x := Field{Name: "x", Shape: []int{length}, Starts: starts, Classes: v.Len(), ClassNames: names}
	y := x
	y.Name = "y"
	hold(&x, codes[:len(codes)-1])
	hold(&y, codes[1:])
	return New(x, y)
}

// encode returns the codes of text.
func encode[T int | uint8](v *Vocabulary, text string) ([]T, error) {
	if v.Len() == 0 {
		return nil, mistake.Optionf("got an empty vocabulary, want one that NewVocabulary made")
	}
	if err := checkUTF8(text); err != nil {
		return nil, err
	}
	codes := make([]T, 0, utf8.RuneCountInString(text))
	for at, r := range text {
		c, found := slices.BinarySearch(v.characters, r)
		if !found {
			return nil, mistake.Newf(ErrLabel, "got the character %q at byte %d, want one of the %d of the vocabulary", r, at, v.Len())
		}
		codes = append(codes, T(c))
	}
	return codes, nil
}

// checkUTF8 names the first byte of a text that is not UTF-8.
func checkUTF8(text string) error {
	for at, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[at:], string(utf8.RuneError)) {
			return mistake.Optionf("got the byte 0x%02x at byte %d, want UTF-8", text[at], at)
		}
	}
	return nil
}
