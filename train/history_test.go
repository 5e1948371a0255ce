package train_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/symgrad/symgrad/train"
)

// TestHistoryJSON writes a history with every kind of number as JSON and reads it.
func TestHistoryJSON(t *testing.T) {
	nan, large, tiny := math.NaN(), math.Inf(1), 5e-324
	h := train.History{Epochs: []train.Epoch{
		{Epoch: 1, Step: 3, Loss: nan, Validation: &large, LearningRate: 0.1, Duration: time.Second,
			Metrics: []train.Value{{Name: "r2", Value: nan}, {Name: "mse", Value: math.Inf(-1)}, {Name: `a "b"`, Value: 1.0 / 3}}},
		{Epoch: 2, Step: 6, Loss: tiny, LearningRate: math.MaxFloat64},
		{},
	}}
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"Loss":"NaN"`, `"Validation":"+Inf"`, `{"Name":"mse","Value":"-Inf"}`, `"Validation":null`, `"Value":0.3333333333333333`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("got %s, want %s in it", text, want)
		}
	}
	var back train.History
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil || string(again) != string(text) || len(back.Epochs) != 3 || !math.IsNaN(back.Epochs[0].Loss) || back.Epochs[1].Loss != tiny || back.Epochs[1].Validation != nil {
		t.Errorf("got %s and %v after a round trip, want %s", again, err, text)
	}
	r := train.Result{Loss: large, Metrics: h.Epochs[0].Metrics}
	if text, err = json.Marshal(r); err != nil {
		t.Fatal(err)
	}
	var result train.Result
	if err := json.Unmarshal(text, &result); err != nil || !math.IsInf(result.Loss, 1) || len(result.Metrics) != 3 {
		t.Errorf("got %v and %v from %s", result, err, text)
	}
	for _, text := range []string{`{"Loss":"infinity"}`, `{"Loss":true}`, `{"Metrics":[{"Value":"nan"}]}`, `[]`} {
		if err := json.Unmarshal([]byte(text), &result); err == nil {
			t.Errorf("%s is read without an error", text)
		}
	}
}
