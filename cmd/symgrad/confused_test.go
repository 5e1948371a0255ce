package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/train"
)

// TestConfused: a matrix of many classes is left out, with the pairs that are confused most.
func TestConfused(t *testing.T) {
	m := &train.ConfusionMatrix{}
	for i := range 30 {
		row := make([]float64, 30)
		row[i], row[(i+1)%30] = 9, float64(i%3)
		m.Counts, m.Names = append(m.Counts, row), append(m.Names, fmt.Sprintf("class%d", i))
	}
	var b bytes.Buffer
	writeMatrix(&b, []train.Value{{Name: "confusion", Confusion: m}})
	if text := b.String(); !strings.Contains(text, "30 classes is left out") || !strings.Contains(text, "class2 taken for class3, 2 times") || strings.Count(text, "\n") != 7 {
		t.Errorf("got %s", text)
	}
	b.Reset()
	for i := range m.Counts {
		m.Counts[i][(i+1)%30] = 0
	}
	writeMatrix(&b, []train.Value{{Name: "confusion", Confusion: m}})
	if !strings.Contains(b.String(), "No class was taken") {
		t.Errorf("got %s", &b)
	}
}

// TestJSONKeys: keys are lower-case words with an underscore between them, and a number that JSON does not
// have is null.
func TestJSONKeys(t *testing.T) {
	r := &trainResult{Validation: train.Result{Loss: math.NaN(), Metrics: []train.Value{{Name: "r2", Value: math.Inf(-1)}, {Name: "confusion", Confusion: &train.ConfusionMatrix{Counts: [][]float64{{1}}, Names: []string{"A"}}}}}}
	for _, v := range []any{r, evaluated{Metrics: r.Validation.Metrics, Loss: math.NaN()}} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range regexp.MustCompile(`"([^"]*)":`).FindAllStringSubmatch(string(text), -1) {
			if !regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`).MatchString(key[1]) {
				t.Errorf("got the key %q", key[1])
			}
		}
		if !strings.Contains(string(text), `"loss":null`) || !strings.Contains(string(text), `{"name":"r2","value":null}`) {
			t.Errorf("got %s", text)
		}
	}
}
