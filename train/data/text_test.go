package data

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func vocabulary(t testing.TB, text string) *Vocabulary {
	t.Helper()
	v, err := NewVocabulary(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVocabulary(t *testing.T) {
	v := vocabulary(t, "hello, wörld\n→")
	if got, want := v.String(), "\n ,dehlorwö→"; got != want || v.Len() != 12 {
		t.Errorf("got %d characters %q, want %q", v.Len(), got, want)
	}
	codes, err := v.Encode("röd\n")
	if err != nil || !slices.Equal(codes, []int{8, 10, 3, 0}) {
		t.Errorf("got the codes %v, %v", codes, err)
	}
	if text, err := v.Decode(codes); err != nil || text != "röd\n" {
		t.Errorf("got the text %q, %v", text, err)
	}
	if again := vocabulary(t, v.String()); again.String() != v.String() {
		t.Errorf("got %q of the characters of %q", again, v)
	}
	if with := vocabulary(t, "a\ufffd"); with.Len() != 2 { // the replacement character is one too
		t.Errorf("got %q", with)
	}
	if empty, err := v.Encode(""); err != nil || len(empty) != 0 {
		t.Errorf("got %v, %v of no text", empty, err)
	}
}

func TestVocabularyRefuses(t *testing.T) {
	for text, part := range map[string]string{"": "0 different", "aaa": "1 different"} {
		_, err := NewVocabulary(text)
		wantError(t, err, ErrLabel, part)
	}
	_, err := NewVocabulary("ab\xffc")
	wantError(t, err, ErrOption, "0xff at byte 2")
	v := vocabulary(t, "ab")
	_, err = v.Encode("aé")
	wantError(t, err, ErrLabel, "data: Vocabulary.Encode", "'é' at byte 1", "one of the 2")
	_, err = v.Encode("a\xc3")
	wantError(t, err, ErrOption, "0xc3 at byte 1")
	for _, c := range []int{-1, 2, math.MaxInt, math.MinInt} {
		_, err = v.Decode([]int{0, c})
		wantError(t, err, ErrLabel, "at place 1", "0..1")
	}
	var none *Vocabulary
	_, err = none.Encode("a")
	wantError(t, err, ErrOption, "empty vocabulary")
	_, err = none.Decode([]int{0})
	wantError(t, err, ErrLabel)
	if none.Len() != 0 || none.String() != "" {
		t.Error("a nil vocabulary has characters")
	}
}

// Windows are what a copy of each would be, in bytes and, for many characters, in ints.
func TestWindows(t *testing.T) {
	many := make([]rune, 300)
	for i := range many {
		many[i] = rune(0x4e00 + i)
	}
	for _, text := range []string{"to be or not to be", string(many)} {
		v, characters := vocabulary(t, text), []rune(text)
		for _, opts := range []WindowOptions{{Length: 5}, {Length: 5, Step: 1}, {Length: 5, Step: 3}, {Length: 17}, {Length: 1}} {
			d := must(t)(v.Windows(text, opts))
			step := opts.Step
			if step == 0 {
				step = opts.Length
			}
			count := 0
			x, y, in, out := rows(t, d, "x"), rows(t, d, "y"), make([]int, opts.Length), make([]int, opts.Length)
			for at := 0; at+opts.Length+1 <= len(characters); at += step {
				if x.Ints(in, []int{count}) != nil || y.Ints(out, []int{count}) != nil {
					t.Fatal("the windows are no integers")
				}
				got, err := v.Decode(in)
				next, err2 := v.Decode(out)
				if err != nil || err2 != nil || got != string(characters[at:at+opts.Length]) || next != string(characters[at+1:at+1+opts.Length]) {
					t.Errorf("%+v: window %d is %q before %q", opts, count, got, next)
				}
				count++
			}
			if d.Len() != count || d.Classes() != v.Len() {
				t.Errorf("%+v: got %d windows of %d classes, want %d of %d", opts, d.Len(), d.Classes(), count, v.Len())
			}
		}
	}
	y, _ := must(t)(vocabulary(t, "ab\n").Windows("ab\na", WindowOptions{Length: 3})).Field("y")
	if !slices.Equal(y.ClassNames, []string{"\n", "a", "b"}) || !slices.Equal(y.Shape, []int{3}) {
		t.Errorf("got the classes %q, shape %v", y.ClassNames, y.Shape)
	}
}

func TestWindowsRefuse(t *testing.T) {
	v := vocabulary(t, "abc")
	for _, opts := range []WindowOptions{{}, {Length: -1}, {Length: 2, Step: 3}, {Length: 2, Step: -1}, {Length: math.MinInt, Step: math.MinInt}} {
		_, err := v.Windows("abcabc", opts)
		wantError(t, err, ErrOption, "data: Vocabulary.Windows: got Length")
	}
	_, err := v.Windows("abc", WindowOptions{Length: 3})
	wantError(t, err, ErrEmpty, "3 characters, want at least 4")
	_, err = v.Windows("abc", WindowOptions{Length: math.MaxInt})
	wantError(t, err, ErrEmpty)
	_, err = v.Windows("abd", WindowOptions{Length: 1})
	wantError(t, err, ErrLabel, "'d' at byte 2")
}

// A text of 1 MB in windows of 100 takes 1 MB, and 5 MB when a window begins at each
// character, not 100 times as much.
func TestWindowsMemory(t *testing.T) {
	text := strings.Repeat("the quick brown fox ", 50_000)
	v := vocabulary(t, text)
	for step, want := range map[int]uint64{100: 1 << 20, 1: 5 << 20} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		d := must(t)(v.Windows(text, WindowOptions{Length: 100, Step: step}))
		runtime.GC()
		runtime.ReadMemStats(&after)
		if got := after.HeapAlloc - before.HeapAlloc; got > want+want/10 {
			t.Errorf("step %d: %d windows take %d bytes, want about %d", step, d.Len(), got, want)
		}
		runtime.KeepAlive(d)
	}
}
