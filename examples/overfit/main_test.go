package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// TestOutput trains as the command does: without a remedy the model overfits, and each
// remedy lowers the validation loss and the gap.
func TestOutput(t *testing.T) {
	picture := filepath.Join(t.TempDir(), "overfit.svg")
	var out bytes.Buffer
	if err := run(context.Background(), &out, picture); err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^(\w[\w ]*\w) +(\S+) +(\S+) +(\S+) +(\d+)$`).FindAllStringSubmatch(out.String(), -1)
	if len(rows) != 7 || rows[0][1] != "nothing" {
		t.Fatalf("got the rows %q in:\n%s", rows, out.String())
	}
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	validation, gap := number(rows[0][3]), number(rows[0][4])
	if gap < 0.5 {
		t.Errorf("got the gap %v without a remedy, want more than 0.5", gap)
	}
	for _, r := range rows[1:] {
		if number(r[3]) > 0.8*validation || number(r[4]) > 0.8*gap {
			t.Errorf("%s: got the validation loss %s and the gap %s, without a remedy %v and %v", r[1], r[3], r[4], validation, gap)
		}
		if stops := r[1] == "early stopping" || r[1] == "all"; stops != (r[5] != "150") {
			t.Errorf("%s: got %s epochs", r[1], r[5])
		}
	}
	// The picture in docs is this one, up to the rounding of the processor.
	lines := regexp.MustCompile(`<polyline class="line\d"|>[a-z ;]+</text>|<circle`)
	svg, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := os.ReadFile("../../docs/overfit.svg")
	if got, want := lines.FindAll(svg, -1), lines.FindAll(shown, -1); err != nil || len(got) != 7+7+2+1 || !bytes.Equal(bytes.Join(got, nil), bytes.Join(want, nil)) {
		t.Errorf("got %q in the picture, docs/overfit.svg has %q: go run ./examples/overfit -picture docs/overfit.svg (%v)", got, want, err)
	}
}
