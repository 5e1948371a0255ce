package strictjson

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// read reads a whole text of any kind.
func read(text string) error {
	s := New([]byte(text))
	if err := s.Skip(10); err != nil {
		return err
	}
	return s.End()
}

func TestAccepts(t *testing.T) {
	for _, text := range []string{
		"{}", "[]", " null\t", "true", "false", `""`, "0", "-0", "-0.0", "10.25e-3", "1E+9", "[1 , 2,[3]]\r\n",
		`{"a":1,"b":{"a":[]},"\u0061b":2}`, `"\ud83d\ude00\"\\\/\b\f\n\r\t"`, "\"\u00e9\u2028\"", strings.Repeat("[", 10) + strings.Repeat("]", 10),
	} {
		if err := read(text); err != nil || !json.Valid([]byte(text)) {
			t.Errorf("%s: got %v", text, err)
		}
	}
	s := New([]byte(` "a\u00e9\ud83d\ude00\n" 18446744073709551615`))
	text, err := s.String()
	n, err2 := s.Integer()
	if text != "a\u00e9\U0001f600\n" || n != 1<<64-1 || err != nil || err2 != nil {
		t.Errorf("got %q, %d, %v, %v", text, n, err, err2)
	}
	s.NonFinite = true
	for _, text := range []string{"NaN", "[Infinity, -Infinity]"} {
		if s.Reset([]byte(text)); s.Skip(2) != nil || s.End() != nil {
			t.Errorf("%s was refused", text)
		}
	}
	if s.Reset([]byte("Inf")); s.Skip(2) == nil {
		t.Error("Inf was taken for Infinity")
	}
	s.Reset([]byte(" nul"))
	if s.Literal("null") || s.Literal("nu") || !s.Literal("nul") || s.End() != nil {
		t.Error("part of a word was taken for it")
	}
}

func TestRefuses(t *testing.T) {
	for text, part := range map[string]string{
		"": "the end", " ": "the end", "nul": `'n'`, "nulll": `'n'`, "+1": `'+'`, "01": "got 01,", "-": "got -,", "1.": "got 1.,", ".5": `'.'`, "1e": "got 1e,",
		"0x10": "got 0x10,", "1_000": "got 1_000,", "-01": "got -01,", "1-2": "got 1-2,", "NaN": `'N'`, "Infinity": `'I'`, "-Infinity": "got -Infinity,", "--1": "got --1,",
		"[1,]": `']'`, "[1 2]": `'2'`, "[,1]": `','`, "[": "the end", "[1": "the end", `{"a"}`: `'}'`, `{"a":}`: `'}'`, `{"a":1,}`: `'}'`, "{a:1}": `'a'`, "{1:1}": `'1'`, "'a'": `'\''`,
		`{"a":1,"a":2}`: "twice", `{"a":1,"\u0061":2}`: "twice", `[{"b":{"a":1,"a":1}}]`: "twice", "{} {}": "after the value", "1 2": "after the value", "1\x00": "after the value",
		`"a`: "closing quote", `"\`: "closing quote", `"\x41"`: "escape", `"\u12"`: "lone surrogate", `"\u12g4"`: "hexadecimal", `"\u+123"`: "hexadecimal", `"\ud800"`: "lone surrogate", `"\ud800a"`: "lone surrogate", `"\ud800\u0041"`: "no surrogate pair", `"\udc00\ud800"`: "surrogate",
		"\"\xff\"": "UTF-8", "\"\\n\xc0\xaf\"": "UTF-8", "\"\xed\xa0\x80\"": "UTF-8", "\"a\nb\"": "control character", "\"a\x00\"": "control character", "\ufeff{}": "want a value",
		strings.Repeat("[", 11) + strings.Repeat("]", 11): "fewer levels", strings.Repeat(`{"a":`, 100_000): "fewer levels",
	} {
		if err := read(text); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%.40q: got %v, want %q", text, err, part)
		}
	}
	for _, text := range []string{"-1", "1.0", "1e3", "01", "x", "18446744073709551616", ""} {
		if n, err := New([]byte(text)).Integer(); err == nil {
			t.Errorf("%s was read as the integer %d", text, n)
		}
	}
}

// FuzzSkip checks that what is accepted is JSON for encoding/json too, and that both read the
// same text.
func FuzzSkip(f *testing.F) {
	for _, text := range []string{`{"a":[1,-2.5e3,null,true],"b":{"c":"\u00e9\ud83d\ude00"}}`, `"\ud800"`, "01", "[[]", "\"\xff\"", `{"a":1,"a":1}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		before := bytes.Clone(text)
		err := read(string(text))
		if !bytes.Equal(before, text) {
			t.Fatal("the text was changed")
		}
		if err == nil && !json.Valid(text) {
			t.Fatalf("%q is not JSON", text)
		}
		s := New(text)
		if got, err := s.String(); err == nil && s.End() == nil {
			var want string
			if err := json.Unmarshal(text, &want); err != nil || got != want {
				t.Fatalf("%q: got %q, want %q (%v)", text, got, want, err)
			}
		}
	})
}
