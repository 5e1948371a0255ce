package data

import "slices"

// bracketsLength is the length of the longest word of Brackets.
const bracketsLength = 20

// The tokens of Brackets; 0 is padding.
const (
	opening = 1
	closing = 2
)

// Brackets returns n words of 2 to 20 brackets. Field "x" (x: [n, 20], Bytes) has 1 for an
// opening and 2 for a closing bracket, and 0 as padding. Field "lengths" has the lengths,
// and field "y" the class: unbalanced or balanced, which take turns.
//
// A word is balanced when each closing bracket has an opening one before it. All words
// have as many of one as of the other, so that to count them does not tell: a model has
// to follow the word.
//
// The words follow from seed alone, on every processor; other seeds give other words.
// Of the short ones there are few, and they come again. ErrOption unless n is 1 to 2^24.
func Brackets(n int, seed uint64) (*Dataset, error) {
	if err := checkSynthetic("Brackets", n); err != nil {
		return nil, err
	}
	words := make([][]uint8, n)
	for i := range words {
		words[i] = bracketWord(i%2 == 1, newStream(seed, syntheticStream+uint64(i)))
	}
	x, lengths, err := Sequences("x", words, SequenceOptions{Length: bracketsLength})
	if err != nil {
		return nil, err
	}
	return New(x, lengths, turns(n, "unbalanced", "balanced"))
}

// bracketWord draws a word.
func bracketWord(balanced bool, random *stream) []uint8 {
	pairs := random.within(1, bracketsLength/2)
	order := identity(2 * pairs)
	random.shuffle(order)
	word := make([]uint8, len(order))
	depth, deepest, after := 0, 0, 0 // after the brackets that close most is where a balanced word begins
	for i, k := range order {
		word[i] = opening
		depth++
		if k >= pairs {
			word[i] = closing
			depth -= 2
		}
		if depth < deepest {
			deepest, after = depth, i+1
		}
	}
	switch {
	case balanced:
		return slices.Concat(word[after:], word[:after])
	case deepest == 0: // it is balanced: with its first bracket last it is not
		return slices.Concat(word[1:], word[:1])
	}
	return word
}
