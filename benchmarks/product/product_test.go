package product

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"testing"
)

// naive multiplies by the definition.
func naive(p Product, c, a, b []float64) (func(times int), error) {
	lda, ldb := p.Leading()
	return func(int) {
		for i := range p.M {
			for j := range p.N {
				c[i*p.N+j] = 0
				for k := range p.K {
					x, y := i*lda+k, k*ldb+j
					if p.TransA {
						x = k*lda + i
					}
					if p.TransB {
						y = j*ldb + k
					}
					c[i*p.N+j] += a[x] * b[y]
				}
			}
		}
	}, nil
}

// TestServe wants one hash for all forms of a product, another for another
// product, a time, and sentences for what is wrong.
func TestServe(t *testing.T) {
	in := strings.NewReader("3x5x7 NN\n3x5x7 TN\n3x5x7 NT\n3x5x7 TT\n3x6x7 NN\ntime 0.01\n3x5 NN\ntime -\n")
	r, w := io.Pipe()
	go func() {
		Serve(in, w, "naive", naive)
		w.Close()
	}()
	var got []string
	for lines := bufio.NewScanner(r); lines.Scan(); {
		got = append(got, lines.Text())
	}
	if len(got) != 9 || got[0] != "ready naive" {
		t.Fatalf("got %q", got)
	}
	for i := 2; i <= 4; i++ {
		if got[i] != got[1] {
			t.Errorf("form %d: got the hash %s, want %s", i, got[i], got[1])
		}
	}
	if got[5] == got[1] {
		t.Error("another product has the same hash")
	}
	if ns, err := strconv.ParseFloat(got[6], 64); err != nil || !(ns > 0) {
		t.Errorf("got the time %q", got[6])
	}
	for _, s := range got[7:] {
		if !strings.Contains(s, "want one such as") {
			t.Errorf("got %q, want a sentence", s)
		}
	}
}

// TestParse wants back what String prints.
func TestParse(t *testing.T) {
	for _, s := range []string{"64x784x128 NN", "1x2x3 TN", "4x5x6 NT", "7x8x9 TT"} {
		if p, err := Parse(s); err != nil || p.String() != s {
			t.Errorf("%q: got %v, %v", s, p, err)
		}
	}
	for _, s := range []string{"", "64 NN", "1x2x3", "1x2x3 N", "1x2x3 NX", "0x2x3 NN", "1x-2x3 NN"} {
		if p, err := Parse(s); err == nil {
			t.Errorf("%q: got %v, want an error", s, p)
		}
	}
}
