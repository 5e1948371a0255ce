package main

import (
	"slices"

	"github.com/symgrad/symgrad/train/data"
)

// load returns every fifth digit of the training part, a fifth of those with a wrong label,
// and the test part, as images with pixels from 0 to 1.
func load() (trainSet, validation *data.Dataset, err error) {
	digits, err := data.Digits()
	if err != nil {
		return nil, nil, err
	}
	x, _ := digits.Field("x")
	y, _ := digits.Field("y")
	x.Shape, x.Columns, x.Scale = []int{1, 8, 8}, nil, 1.0/16
	if digits, err = data.New(x, y); err != nil {
		return nil, nil, err
	}
	trainRows, testRows, err := data.ReferenceSplit("digits")
	if err != nil {
		return nil, nil, err
	}
	var some []int
	for i := 0; i < len(trainRows); i += 5 {
		some = append(some, trainRows[i])
	}
	if trainSet, err = digits.Subset(some); err != nil {
		return nil, nil, err
	}
	x, _ = trainSet.Field("x")
	y, _ = trainSet.Field("y")
	y.Ints = slices.Clone(y.Ints)
	for i := 0; i < len(y.Ints); i += 5 {
		y.Ints[i] = (y.Ints[i] + 1 + i/5%9) % 10
	}
	if validation, err = digits.Subset(testRows); err != nil {
		return nil, nil, err
	}
	trainSet, err = data.New(x, y)
	return trainSet, validation, err
}
