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

// TestOutput trains both networks on the digits and looks at what they say.
func TestOutput(t *testing.T) {
	if testing.Short() {
		t.Skip("it trains for many seconds without assembly")
	}
	page := filepath.Join(t.TempDir(), "page.html")
	for _, c := range []struct {
		settings settings
		want     float64
	}{{settings{model: "lenet5", epochs: 5, digits: true, report: page}, 0.95}, {settings{model: "resnet20", epochs: 2, digits: true, augment: true}, 0.9}} {
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
	if text, err := os.ReadFile(page); err != nil || !strings.Contains(string(text), "<h1>lenet5 on digits</h1>") {
		t.Errorf("the report: %v, %.300s", err, text)
	}
	if err := run(context.Background(), &strings.Builder{}, settings{model: "alexnet", epochs: 1, digits: true}); err == nil || !strings.Contains(err.Error(), "alexnet") {
		t.Errorf("got %v for a model that there is not", err)
	}
}
