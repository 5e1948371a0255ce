package workload

import (
	"reflect"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/models"
)

// small are models with every part that a text can name.
var small = []string{
	"mlp:5-4-3,tanh,batch=6",
	"cnn:2x9x8,3@3p1n,pool2,4@3p1s2nr,5@3p1r,mean,6-3,batch=4",
	"lstm:5x3,4,2,lengths,batch=5",
	"gru:6x3,4,2,lengths,batch=5",
	"transformer:5x3,8-2-7-3,4,batch=3",
}

// TestResNet20 holds the text of W9 to the model of that name.
func TestResNet20(t *testing.T) {
	got, err := Parse(resNet20)
	if err != nil {
		t.Fatal(err)
	}
	want := models.ResNet20()
	if !reflect.DeepEqual(got.Blocks, want.Blocks) || got.Image != [3]int{want.Channels, want.Height, want.Width} || !got.GlobalPool || got.Out() != want.Out {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestParams holds the parameters that Cost counts to those that the model has.
func TestParams(t *testing.T) {
	all := Standard()
	for _, text := range small {
		s, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, Workload{text, s})
	}
	for _, w := range all {
		w.Spec.Rows = w.Spec.Batch
		p, err := NewProblem(w.Spec)
		if err != nil {
			t.Fatal(err)
		}
		var want float64
		for _, q := range p.Params {
			want += float64(len(q.Values))
		}
		if got := w.Spec.Cost().Params; got != want {
			t.Errorf("%s: Cost counts %v parameters, the model has %v", w.Name, got, want)
		}
	}
}

// TestForward holds the multiply-adds of the forward pass to those counted by hand.
func TestForward(t *testing.T) {
	for text, want := range map[string]float64{
		// The first convolution of 9 taps in 2 channels, two in a block, the last layer.
		"cnn:2x4x4,3@3p1n,3@3p1s2nr,mean,5,batch=2": 2 * (16*18*3 + 4*27*3*2 + 3*5),
		// Lengths of 2 and 3 steps: products of 5 inputs and, after the first steps, of 3 states.
		"gru:4x3,2,5,lengths,batch=2": 5*3*6 + 3*2*6 + 2*2*5,
		// The input, the projections, scores and sums, both layers behind them, the output.
		"transformer:3x4,6-2-7-1,5,batch=2": 6*4*6 + 6*4*36 + 2*6*3*6 + 6*2*6*7 + 2*6*5,
	} {
		s, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Cost().Forward; got != 2*want {
			t.Errorf("%s: got %v operations, want %v", text, got, 2*want)
		}
	}
}

func TestLengths(t *testing.T) {
	s, err := Parse("gru:7x1,2,2,lengths,batch=6,rows=6")
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewProblem(s)
	if want := []int{3, 4, 5, 6, 3, 4}; err != nil || !reflect.DeepEqual(p.Lengths, want) {
		t.Errorf("got the lengths %v, %v, want %v", p.Lengths, err, want)
	}
}

func TestParts(t *testing.T) {
	for text, want := range map[string][]string{
		small[0]:                        {},
		small[1]:                        {BatchNorm, Residual, MeanPool},
		small[2]:                        {Lengths},
		small[3]:                        {GRU, Lengths},
		small[4]:                        {Attention},
		"cnn:1x4x4,2@3,2":               {},
		"cnn:1x4x4,2@3,2@1n,mean,3,mse": {BatchNorm, MeanPool},
	} {
		s, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Parts(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got the parts %q, want %q", text, got, want)
		}
		if err := s.Only(want...); err != nil {
			t.Errorf("%s: got %v although all parts are known", text, err)
		}
		if len(want) == 0 {
			continue
		}
		if err := s.Only(want[1:]...); err == nil || !strings.HasSuffix(err.Error(), "for "+want[0]) {
			t.Errorf("%s: got %v, want what is missing", text, err)
		}
	}
}

func TestTextsThatAreNone(t *testing.T) {
	for text, want := range map[string]string{
		"rnn:3x3,2,2":                       "want mlp, cnn, lstm, gru or transformer",
		"mlp:3-2,lengths":                   "want lstm or gru",
		"transformer:3x3,4-2-4-1,2,lengths": "want lstm or gru",
		"transformer:3x3,4-2-4,2":           "want features-heads-hidden-blocks",
		"gru:3x3,4-2,2":                     "want hidden units",
		"gru:3,4,2":                         "want steps x features",
		"gru:3x3,4,2-2":                     "want one number",
		"cnn:1x4x4,2@3rn,2":                 "want one such as",
		"cnn:1x4x4,mean,2@3,2":              "want one such as",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got the error %v, want %q", text, err, want)
		}
	}
}
