package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// testCase is a reference case as its file has it.
type testCase struct {
	Name, Category, Formula string
	Attrs                   map[string]any
	Inputs                  tensors           // differentiable
	ConstInputs             map[string]*array `json:"const_inputs"`
	Outputs                 tensors
	Cotangents              map[string]*array
	Grads                   map[string]*array
	SecondOrder             *struct {
		Direction map[string]*array
		HVP       map[string]*array
	} `json:"second_order"`
	Exact *struct {
		Outputs map[string]*array
		Grads   map[string]*array
	} `json:"exact_mpmath"`
	Kink      bool
	Tolerance struct{ RTol, ATol float64 } `json:"tolerance_float64"`

	// Of the category second.
	Value, Grad, Hessian, Direction, HVP *array
	Third                                *array `json:"third_vv"`
	Consts                               map[string]*array

	// Of the category model.
	Params      tensors
	Data        map[string]*array
	LR          float64
	SGDLosses   []float64         `json:"sgd_losses"`
	FinalParams map[string]*array `json:"final_params"`

	// Of a normalisation that keeps statistics from batch to batch.
	Steps []batch
}

// batch is one step of a normalisation: of training, or of evaluation, which
// reads the running statistics and leaves them alone.
type batch struct {
	X, Y        *array
	Eval        bool
	RunningMean *array `json:"running_mean"`
	RunningVar  *array `json:"running_var"`
}

// array is a tensor; Ints holds its elements when they are integers or bools.
type array struct {
	Shape  []int
	Floats []float64
	Ints   []int
}

// tensors is a list of named tensors in the order of the file.
type tensors struct {
	Names []string
	By    map[string]*array
}

func readCase(text []byte) (*testCase, error) {
	k := &testCase{}
	if err := json.Unmarshal(text, k); err != nil {
		return nil, err
	}
	if k.Tolerance.RTol == 0 && k.Tolerance.ATol == 0 {
		k.Tolerance.RTol, k.Tolerance.ATol = 1e-9, 1e-12
	}
	return k, nil
}

// UnmarshalJSON keeps the order of the keys.
func (t *tensors) UnmarshalJSON(text []byte) error {
	t.By = map[string]*array{}
	if err := json.Unmarshal(text, &t.By); err != nil {
		return err
	}
	var err error
	t.Names, err = keysOf(text)
	return err
}

// keysOf are the keys of an object in their order.
func keysOf(text []byte) (keys []string, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		keys = append(keys, fmt.Sprint(key))
		var skip json.RawMessage
		if err := d.Decode(&skip); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// UnmarshalJSON reads numbers, the words NaN, Inf and -Inf, and booleans.
func (a *array) UnmarshalJSON(text []byte) error {
	var raw struct {
		DType string
		Shape []int
		Data  []any
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var to any = &raw
	if len(text) > 0 && text[0] == '[' { // the elements alone
		to = &raw.Data
	}
	if err := d.Decode(to); err != nil {
		return err
	}
	a.Shape = raw.Shape
	ints := strings.HasPrefix(raw.DType, "int") || strings.HasPrefix(raw.DType, "uint")
	if ints {
		a.Ints = make([]int, 0, len(raw.Data))
	}
	for _, v := range raw.Data {
		x, err := number(v)
		if err != nil {
			return err
		}
		a.Floats = append(a.Floats, x)
		if ints {
			a.Ints = append(a.Ints, int(x))
		}
	}
	return nil
}

func number(v any) (float64, error) {
	switch v := v.(type) {
	case json.Number:
		return v.Float64()
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case string:
		switch v {
		case "NaN":
			return math.NaN(), nil
		case "Inf":
			return math.Inf(1), nil
		case "-Inf":
			return math.Inf(-1), nil
		}
	}
	return 0, fmt.Errorf("%v is no number", v)
}

// flag is a boolean attribute.
func (k *testCase) flag(key string) bool { v, _ := k.Attrs[key].(bool); return v }

// ints is an attribute that is an integer or a list of them.
func (k *testCase) ints(key string) []int {
	switch v := k.Attrs[key].(type) {
	case float64:
		return []int{int(v)}
	case []any:
		var out []int
		for _, x := range v {
			f, _ := x.(float64)
			out = append(out, int(f))
		}
		return out
	}
	return nil
}

// floats is an attribute that is a list of numbers.
func (k *testCase) floats(key string) []float64 {
	list, _ := k.Attrs[key].([]any)
	out := make([]float64, len(list))
	for i, v := range list {
		out[i], _ = v.(float64)
	}
	return out
}
