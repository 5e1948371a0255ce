package schedule_test

import (
	"fmt"

	"github.com/symgrad/symgrad/train/schedule"
)

// A training of ten steps begins with a warm-up of three, then falls along a cosine.
func ExampleWarmUp() {
	s := schedule.WarmUp{Steps: 3, Then: schedule.Cosine{Rate: 0.4}}
	for step := range 10 {
		fmt.Printf("%.3f ", s.At(schedule.Moment{Step: step, Steps: 10}))
	}
	// Output: 0.100 0.200 0.300 0.400 0.380 0.325 0.245 0.155 0.075 0.020
}

// The rate is halved when the accuracy has not risen for more than two epochs.
func ExamplePlateau() {
	s := schedule.Plateau{Of: schedule.Constant(0.1), Metric: "accuracy", Maximize: true, Factor: 0.5, Patience: 2}
	accuracy := []float64{0.6, 0.8, 0.8, 0.79, 0.8}
	for epoch := range 6 {
		m := schedule.Moment{Epoch: epoch, Measured: map[string][]float64{"accuracy": accuracy[:epoch]}}
		fmt.Printf("%.2f ", s.At(m))
	}
	// Output: 0.10 0.10 0.10 0.10 0.10 0.05
}

// Every 30 epochs the rate is divided by ten, whatever the number of steps in an epoch.
func ExamplePerEpoch() {
	s := schedule.PerEpoch{Of: schedule.Step{Rate: 0.1, Every: 30}}
	fmt.Println(s.At(schedule.Moment{Step: 900, Epoch: 29}), s.At(schedule.Moment{Step: 910, Epoch: 30}))
	// Output: 0.1 0.010000000000000002
}

// Settings are written with the names of the types, and read again.
func ExampleMarshal() {
	text, err := schedule.Marshal(schedule.WarmUp{Steps: 100, Then: schedule.Cosine{Rate: 0.1}})
	fmt.Println(string(text), err)
	s, err := schedule.Unmarshal(text)
	fmt.Printf("%T %v\n", s, err)
	// Output:
	// {"type":"WarmUp","Steps":100,"Then":{"type":"Cosine","Rate":0.1}} <nil>
	// schedule.WarmUp <nil>
}
