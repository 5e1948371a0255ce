package mistake

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	long := strings.Repeat("x", 59) + "é"
	for _, c := range []struct {
		names []string
		want  string
	}{
		{nil, ""},
		{[]string{"a"}, `"a"`},
		{[]string{"a", "b c"}, `"a", "b c"`},
		{strings.Split("abcdefghijklmn", "")[:13], `"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l" and 1 more`},
		{[]string{long, long + "!"}, `"` + long + `", "` + long + `..."`},
	} {
		if got := Names(c.names); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}
