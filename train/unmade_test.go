package train_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"reflect"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// TestUnmadeValues calls every method of values that no function of the package made, such as the nil
// one beside an error that nobody looked at. None panics.
func TestUnmadeValues(t *testing.T) {
	set := value(data.New(data.Field{Name: "x", Shape: []int{2}, Floats: []float64{1, 2, 3, 4}}, data.Field{Name: "y", Ints: []int{0, 1}, Classes: 2}))
	arguments := []any{context.Background(), set, strings.NewReader("a\n1\n"), "x", 2, 0.5, []int{0, 1}, []float64{1, 2}, []string{"x"}, [][]string{{"1"}}, func() error { return nil }, func(graph.Phase) {}}
	for _, v := range []any{
		(*train.Predictor)(nil), &train.Predictor{}, (*train.Trainer)(nil), &train.Trainer{}, (*train.History)(nil), &train.History{},
		&train.NumberError{}, &train.NotFiniteError{}, &train.ModelFileError{},
		(*data.Dataset)(nil), &data.Dataset{}, (*data.CSVFile)(nil), (*data.CSVPlan)(nil), &data.CSVPlan{}, (*data.Images)(nil), (*data.Loader)(nil), &data.Loader{},
		(*data.Batches)(nil), &data.Batches{}, &data.Recipe{}, &data.Recipe{Steps: []data.Step{nil, (*data.Scaler)(nil)}}, (*data.Vocabulary)(nil), &data.Vocabulary{},
		(*data.Scaler)(nil), &data.Scaler{}, (*data.MinMax)(nil), &data.MinMax{}, (*data.Impute)(nil), &data.Impute{}, (*data.OneHotEncoder)(nil), &data.OneHotEncoder{},
		(*data.Clip)(nil), &data.Clip{}, (*data.Log1p)(nil), &data.Log1p{}, (*data.Join)(nil), &data.Join{},
		data.Rows{}, data.Batch{}, data.Field{}, data.FieldInfo{}, data.CSVReport{}, &data.CSVError{}, data.Origin{},
	} {
		of := reflect.ValueOf(v)
		for i := range of.NumMethod() {
			if name := of.Type().Method(i).Name; name != "Format" {
				callUnmade(t, fmt.Sprintf("%T, nil %v: %s", v, of.Kind() == reflect.Pointer && of.IsNil(), name), of.Method(i), arguments)
			}
		}
	}
}

// callUnmade calls a method with zeros, and with the arguments that fit. It walks over what it returns.
func callUnmade(t *testing.T, name string, method reflect.Value, arguments []any) {
	for _, filled := range []bool{false, true} {
		func() {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("%s, arguments %v: got the panic %v, want none", name, filled, r)
				}
			}()
			var in []reflect.Value
			for k := range method.Type().NumIn() {
				of := method.Type().In(k)
				if method.Type().IsVariadic() && k == method.Type().NumIn()-1 {
					break
				}
				in = append(in, reflect.Zero(of))
				for _, a := range arguments {
					if filled && reflect.TypeOf(a).AssignableTo(of) {
						in[k] = reflect.ValueOf(a)
					}
				}
			}
			for _, out := range method.Call(in) {
				switch seq := out.Interface().(type) {
				case iter.Seq2[[]float64, error]:
					for range seq {
					}
				case iter.Seq2[*train.StepEnd, error]:
					for range seq {
					}
				case io.Closer:
					seq.Close()
				}
			}
		}()
	}
}
