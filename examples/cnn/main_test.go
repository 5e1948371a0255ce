package main

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestOutput trains both networks on the digits and looks at what they say.
func TestOutput(t *testing.T) {
	for _, c := range []struct {
		settings settings
		want     float64
	}{{settings{"lenet5", 5, true, false}, 0.95}, {settings{"resnet20", 2, true, true}, 0.9}} {
		var out strings.Builder
		if err := run(context.Background(), &out, c.settings); err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(`test accuracy (\d\.\d+) after \d+ steps`).FindStringSubmatch(out.String())
		if m == nil || !strings.HasPrefix(out.String(), "digits: 1348 training and 449 test pictures of 16x16\n") {
			t.Fatalf("got:\n%s", out.String())
		}
		if a, err := strconv.ParseFloat(m[1], 64); err != nil || a < c.want {
			t.Errorf("%s: got the accuracy %s, want at least %v", c.settings.model, m[1], c.want)
		}
	}
	if err := run(context.Background(), &strings.Builder{}, settings{"alexnet", 1, true, false}); err == nil || !strings.Contains(err.Error(), "alexnet") {
		t.Errorf("got %v for a model that there is not", err)
	}
}
