package formula

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/symgrad/symgrad/internal/mistake"
)

// kind is what a part of a formula is.
type kind uint8

const (
	number kind = iota
	name
	function
	negate
	plus
	minus
	times
	by
	power
	paren // an open one, which waits on the reader's stack
)

// binding is how tightly operators bind.
var binding = map[kind]int{plus: 1, minus: 1, times: 2, by: 2, negate: 3, power: 4}

// part is one operand or operator of a formula.
type part struct {
	kind  kind
	at    int     // byte of the text
	word  string  // of a name; of a function, in lower case; the function that an open parenthesis is of, or ""
	value float64 // of a number
	close rune    // of an open parenthesis, what closes it
}

// reader turns a text into parts in the order in which they are computed, operands
// before their operator: Dijkstra's shunting yard. What waits for its right operand
// is on a stack of its own, so that no text is too deep for Go's.
type reader struct {
	text    string
	at      int
	out     []part
	waiting []part
}

// read returns the parts of a formula, a sequence that leaves one operand.
func read(text string) ([]part, error) {
	r := &reader{text: text}
	for {
		if err := r.operand(); err != nil {
			return nil, err
		}
		more, err := r.operator()
		if err != nil || !more {
			return r.out, err
		}
	}
}

// operand reads signs and open parentheses, with their functions, up to a number or a name.
func (r *reader) operand() error {
	for {
		r.space()
		start := r.at
		switch c, size := r.next(); {
		case c == '-' || c == '+':
			r.at += size
			if err := r.sign(c, start); err != nil {
				return err
			}
		case c == '(' || c == '[':
			r.at += size
			if err := r.wait(part{kind: paren, at: start, close: closing(c)}); err != nil {
				return err
			}
		case unicode.IsDigit(c) || c == '.':
			return r.number()
		case unicode.IsLetter(c):
			word := r.word()
			r.space()
			open, size := r.next()
			if open != '(' && open != '[' {
				return r.add(part{kind: name, at: start, word: word})
			}
			r.at += size
			word = strings.ToLower(word)
			if functions[word] == nil {
				return wrong(r.text, start, ErrSyntax, "got the function %q, want one of %s", mistake.Clip(word), functionNames)
			}
			if err := r.wait(part{kind: paren, at: start, word: word, close: closing(open)}); err != nil {
				return err
			}
		default:
			return wrong(r.text, start, ErrSyntax, "got %s, want a number, a name or a parenthesis", found(r.text[start:]))
		}
	}
}

// sign takes a sign in front of an operand. Two of them are none.
func (r *reader) sign(c rune, at int) error {
	top := len(r.waiting) - 1
	switch {
	case c == '+':
		return nil
	case top >= 0 && r.waiting[top].kind == negate:
		r.waiting = r.waiting[:top]
		return nil
	}
	return r.wait(part{kind: negate, at: at})
}

// operator reads closing parentheses up to an operator that wants another operand,
// or the end of the text.
func (r *reader) operator() (more bool, err error) {
	for {
		r.space()
		start := r.at
		c, size := r.next()
		k, isOperator := map[rune]kind{'+': plus, '-': minus, '*': times, '/': by, '^': power}[c]
		switch {
		case size == 0:
			return false, r.end()
		case strings.HasPrefix(r.text[r.at:], "**"):
			r.at += 2
			return true, r.infix(part{kind: power, at: start})
		case isOperator:
			r.at += size
			return true, r.infix(part{kind: k, at: start})
		case c == ')' || c == ']':
			if err := r.close(c); err != nil {
				return false, err
			}
			r.at += size
		default:
			return false, wrong(r.text, start, ErrSyntax, "got %s, want an operator or the end", found(r.text[start:]))
		}
	}
}

// infix puts out the operators that bind at least as tightly as p, which then waits.
// A power waits for one to its right.
func (r *reader) infix(p part) error {
	for top := len(r.waiting) - 1; top >= 0; top-- {
		w := binding[r.waiting[top].kind]
		if w < binding[p.kind] || p.kind == power && w == binding[power] {
			break
		}
		if err := r.pop(); err != nil {
			return err
		}
	}
	return r.wait(p)
}

// close puts out what stands inside of a parenthesis, and its function.
func (r *reader) close(with rune) error {
	for len(r.waiting) > 0 && r.waiting[len(r.waiting)-1].kind != paren {
		if err := r.pop(); err != nil {
			return err
		}
	}
	top := len(r.waiting) - 1
	if top < 0 {
		return wrong(r.text, r.at, ErrSyntax, "got %q, want an operator or the end: no parenthesis is open", with)
	}
	p := r.waiting[top]
	if p.close != with {
		return wrong(r.text, r.at, ErrSyntax, "got %q, want %q for the parenthesis at byte %d", with, p.close, p.at)
	}
	r.waiting = r.waiting[:top]
	if p.word != "" {
		return r.add(part{kind: function, at: p.at, word: p.word})
	}
	return nil
}

// end puts out all that waits.
func (r *reader) end() error {
	for len(r.waiting) > 0 {
		if w := r.waiting[len(r.waiting)-1]; w.kind == paren {
			return wrong(r.text, r.at, ErrSyntax, "got the end, want %q for the parenthesis at byte %d", w.close, w.at)
		}
		if err := r.pop(); err != nil {
			return err
		}
	}
	return nil
}

// pop puts out the last part that waits.
func (r *reader) pop() error {
	top := len(r.waiting) - 1
	p := r.waiting[top]
	r.waiting = r.waiting[:top]
	return r.add(p)
}

func (r *reader) wait(p part) error {
	if len(r.waiting) >= maxDepth {
		return wrong(r.text, p.at, ErrLimit, "got %d parentheses, signs and powers inside of each other, want at most %d", maxDepth+1, maxDepth)
	}
	r.waiting = append(r.waiting, p)
	return nil
}

func (r *reader) add(p part) error {
	if len(r.out) >= maxParts {
		return wrong(r.text, p.at, ErrLimit, "got %d numbers, names and operators, want at most %d", maxParts+1, maxParts)
	}
	r.out = append(r.out, p)
	return nil
}

func closing(open rune) rune {
	if open == '[' {
		return ']'
	}
	return ')'
}

// next is the character at the reader, of size 0 at the end of the text.
func (r *reader) next() (c rune, size int) { return utf8.DecodeRuneInString(r.text[r.at:]) }

func (r *reader) space() {
	for c, size := r.next(); unicode.IsSpace(c); c, size = r.next() {
		r.at += size
	}
}

// word reads a name.
func (r *reader) word() string {
	start := r.at
	for c, size := r.next(); unicode.IsLetter(c) || unicode.IsDigit(c) || c == '_'; c, size = r.next() {
		r.at += size
	}
	return r.text[start:r.at]
}

// number reads digits with a point and an exponent: 1.5e-3 is one number.
func (r *reader) number() error {
	start := r.at
	for ; r.at < len(r.text); r.at++ {
		c := r.text[r.at]
		exponent := r.at > start && (r.text[r.at-1] == 'e' || r.text[r.at-1] == 'E')
		if !('0' <= c && c <= '9' || c == '.' || c == 'e' || c == 'E' || exponent && (c == '-' || c == '+')) {
			break
		}
	}
	word := r.text[start:r.at]
	v, err := strconv.ParseFloat(word, 64)
	if err != nil {
		return wrong(r.text, start, ErrSyntax, "got %q, want a number of float64", mistake.Clip(word))
	}
	return r.add(part{kind: number, at: start, value: v})
}

// mistake is what is wrong at a byte of the text.
func wrong(text string, at int, kind error, format string, args ...any) error {
	const around = 20
	return &SyntaxError{At: at, Near: text[max(0, at-around):min(len(text), at+around)], Err: mistake.Newf(kind, format, args...)}
}

// found is what stands at the beginning of the rest of a text, for a message.
func found(rest string) string {
	if rest == "" {
		return "the end"
	}
	return strconv.Quote(mistake.Clip(rest))
}
