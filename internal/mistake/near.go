package mistake

import "strings"

// Near returns the name of the list that is most like the name, for "did you mean"; "" if none is
// like it. Upper case and the ends of words by spaces make no difference.
func Near(name string, list []string) string {
	best, least := "", 0
	for _, other := range list {
		a, b := []rune(plain(name)), []rune(plain(other))
		d := distance(a, b)
		if d <= (max(len(a), len(b))+1)/4 && (best == "" || d < least) {
			best, least = other, d
		}
	}
	return best
}

// plain returns a name in lower case without spaces around it, with one kind of separator.
func plain(name string) string {
	return strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(strings.TrimSpace(name)))
}

// distance is how many characters have to be put in, left out or exchanged to make b of a.
func distance(a, b []rune) int {
	if len(a) > 100 || len(b) > 100 {
		return max(len(a), len(b))
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		last := row[0]
		row[0] = i + 1
		for j, y := range b {
			d := last
			if x != y {
				d++
			}
			last = row[j+1]
			row[j+1] = min(d, last+1, row[j]+1)
		}
	}
	return row[len(b)]
}
