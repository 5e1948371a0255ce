package models_test

import (
	"fmt"
	"testing"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
)

func TestNetworkSettings(t *testing.T) {
	block := []models.ConvBlock{{Channels: 2, Kernel: 3}}
	for name, c := range map[string]models.CNNOptions{
		"no blocks":         {Channels: 1, Height: 8, Width: 8, Out: 3},
		"no channels":       {Height: 8, Width: 8, Out: 3, Blocks: block},
		"one class":         {Channels: 1, Height: 8, Width: 8, Out: 1, Blocks: block},
		"negative pad":      {Channels: 1, Height: 8, Width: 8, Out: 3, Blocks: []models.ConvBlock{{Channels: 2, Kernel: 3, Pad: -1}}},
		"dropout of 1":      {Channels: 1, Height: 8, Width: 8, Out: 3, Blocks: block, Hidden: []int{4}, Dropout: 1},
		"layer of no units": {Channels: 1, Height: 8, Width: 8, Out: 3, Blocks: block, Hidden: []int{0}},
	} {
		if _, err := models.NewCNN(c); err == nil {
			t.Errorf("CNN, %s: no error", name)
		}
	}
	for name, c := range map[string]models.RNNOptions{
		"no steps":  {In: 2, Hidden: 3, Out: 2},
		"no units":  {Steps: 4, In: 2, Out: 2},
		"one class": {Steps: 4, In: 2, Hidden: 3, Out: 1},
	} {
		if _, err := models.NewRNN(c); err == nil {
			t.Errorf("RNN, %s: no error", name)
		}
	}
}

// A convolutional network for small pictures, and its parameters.
func ExampleNewCNN() {
	m, err := models.NewCNN(models.CNNOptions{Channels: 1, Height: 8, Width: 8, Out: 10, Hidden: []int{32},
		Blocks: []models.ConvBlock{{Channels: 8, Kernel: 3, Pad: 1, Pool: 2}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := train.Build(m); err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range m.Params().List() {
		fmt.Println(p.Name, p.Shape)
	}
	// Output:
	// conv0/weight [8 1 3 3]
	// conv0/bias [8]
	// dense0/weight [128 32]
	// dense0/bias [32]
	// dense1/weight [32 10]
	// dense1/bias [10]
}
