package main

import (
	"math"
	"math/rand/v2"

	"github.com/symgrad/symgrad/train/data"
)

// sizes are the units of each layer, and rate the learning rate.
var sizes = []int{64, 64, 32, 10}

const rate = 0.1

// problem is what all ways start from: the data and the first weights.
type problem struct {
	batch   int
	x       []float64 // [N, 64]
	labels  []int     // [N]
	weights [][]float64
}

func newProblem(batch int) (problem, error) {
	set, err := data.Digits()
	if err != nil {
		return problem{}, err
	}
	scaler := data.Scaler{Field: "x"}
	if err := scaler.Fit(set); err != nil {
		return problem{}, err
	}
	if set, err = scaler.Apply(set); err != nil {
		return problem{}, err
	}
	x, _ := set.Field("x")
	y, _ := set.Field("y")
	p := problem{batch: batch, x: x.Floats, labels: y.Ints}
	r := rand.New(rand.NewPCG(1, 1))
	for i := range len(sizes) - 1 {
		w := make([]float64, sizes[i]*sizes[i+1])
		for j := range w {
			w[j] = r.NormFloat64() * math.Sqrt(2/float64(sizes[i]))
		}
		p.weights = append(p.weights, w)
	}
	return p, nil
}

// at is the k-th batch, starting over at the end of the data.
func (p problem) at(k int) (x []float64, labels []int) {
	n := len(p.labels) / p.batch
	lo := (k % n) * p.batch
	return p.x[lo*sizes[0] : (lo+p.batch)*sizes[0]], p.labels[lo : lo+p.batch]
}
