package mistake

import "strings"

// Near returns the name of the list that is most like the name, for "did you mean"; "" if none is
// like it. Upper case, and which separator stands between words, make no difference.
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

// distance is how many characters have to be put in, left out, exchanged, or swapped with the next one to
// make b of a.
func distance(a, b []rune) int {
	if len(a) > 100 || len(b) > 100 {
		return max(len(a), len(b))
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			switch {
			case i == 0 || j == 0:
				rows[i][j] = i + j
				continue
			case a[i-1] == b[j-1]:
				rows[i][j] = rows[i-1][j-1]
			default:
				rows[i][j] = 1 + min(rows[i-1][j-1], rows[i-1][j], rows[i][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
