package main

import (
	"testing"

	"github.com/symgrad/symgrad/benchmarks/workload"
)

// steps are small models of every kind, with the number of systems that have code for it.
var steps = []struct {
	text    string
	systems int
}{
	{"mlp:7-6-3,tanh,batch=5", 6},
	{"mlp:7-6-3,adam,batch=5,rate=0.001", 6},
	{"cnn:2x8x8,3@3p1,pool2,4@3,5-3,batch=5", 6},
	{"cnn:2x9x9,3@3p1n,pool2,4@3s2n,5-3,batch=5", 4},
	{"cnn:2x9x9,3@3p1n,pool2,4@3p1s2nr,mean,3,batch=5", 4},
	{"cnn:2x9x7,3@5p2r,pool2,3@1r,5@3p1s3r,4-3,tanh,batch=5", 4},
	{"lstm:5x4,6,3,batch=5", 6},
	{"lstm:5x4,6,3,lengths,batch=5", 1},
	{"gru:5x4,6,3,batch=5", 4},
	{"gru:1x4,6,3,lengths,batch=5", 4},
	{"gru:9x4,6,3,lengths,batch=4", 4}, // each batch has other lengths
	{"transformer:5x4,8-2-7-2,3,batch=5", 4},
}

// TestSystemsAgree trains small models with all systems of this module. Their losses
// agree, and a step of symgrad allocates nothing.
func TestSystemsAgree(t *testing.T) {
	for _, c := range steps {
		spec, err := workload.Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		p, err := workload.NewProblem(spec)
		if err != nil {
			t.Fatal(err)
		}
		for _, dtype := range []string{"float32", "float64"} {
			var field []*entrant
			for _, s := range local() {
				if e, err := s.enter(p, dtype, 1); err == nil {
					field = append(field, e)
				}
			}
			if len(field) != c.systems || field[0].name != "symgrad" {
				t.Fatalf("%s, %s: got %d systems, want %d with symgrad first", c.text, dtype, len(field), c.systems)
			}
			if _, err := agree(field, dtype); err != nil {
				t.Errorf("%s, %s: %v", c.text, dtype, err)
			}
			if n := testing.AllocsPerRun(5, func() {
				if _, err := field[0].step(); err != nil {
					t.Error(err)
				}
			}); n != 0 {
				t.Errorf("%s, %s: a step of symgrad allocates %v times, want 0", c.text, dtype, n)
			}
		}
	}
}
