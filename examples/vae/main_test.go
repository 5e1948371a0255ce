package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestOutput trains for less time than the command and looks at what it says and draws.
func TestOutput(t *testing.T) {
	picture := filepath.Join(t.TempDir(), "vae.svg")
	var out strings.Builder
	if err := run(context.Background(), &out, 40, picture); err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`^loss of a picture: (\d+\.\d+) in the first epoch, (\d+\.\d+) in epoch 40, (\d+\.\d+) of test pictures\n`).FindStringSubmatch(out.String())
	if m == nil {
		t.Fatalf("got %q", out.String())
	}
	for i, most := range []float64{45, 27, 27} {
		if v, err := strconv.ParseFloat(m[i+1], 64); err != nil || v > most {
			t.Errorf("got %q, want at most %v as number %d", out.String(), most, i)
		}
	}
	svg, err := os.ReadFile(picture)
	if n := strings.Count(string(svg), "<path opacity"); err != nil || n < 20*side*side || n > 60*side*side {
		t.Errorf("got %d pixels of ink in %d digits, %v", n, side*side, err)
	}
}
