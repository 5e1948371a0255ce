package data

import (
	"bytes"
	"math"
	"testing"
)

// Whatever is nil, empty or out of range gives an error or an empty answer.
func TestMisuse(t *testing.T) {
	var none *Dataset
	one := must(t)(XY([]float64{1}, 1, []float64{2}, 1))
	rows, err := one.Rows("x")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		kind error
		call func() error
	}{
		"New":                     {ErrField, func() error { _, err := New(); return err }},
		"New of a zero field":     {ErrField, func() error { _, err := New(Field{}); return err }},
		"XY of nothing":           {ErrEmpty, func() error { _, err := XY(nil, 1, nil, 1); return err }},
		"XY of no columns":        {ErrShape, func() error { _, err := XY([]float64{1}, 0, nil, 1); return err }},
		"XY of -1 columns":        {ErrShape, func() error { _, err := XY([]float64{1}, -1, nil, 1); return err }},
		"XLabels of nothing":      {ErrEmpty, func() error { _, err := XLabels(nil, 1, nil); return err }},
		"XLabels without labels":  {ErrEmpty, func() error { _, err := XLabels([]float64{1}, 1, nil); return err }},
		"XLabels, lowest label":   {ErrLabel, func() error { _, err := XLabels([]float64{1, 2}, 1, []int{0, math.MinInt}); return err }},
		"XLabels, highest label":  {ErrLabel, func() error { _, err := XLabels([]float64{1, 2}, 1, []int{0, math.MaxInt}); return err }},
		"Concat of nil":           {ErrEmpty, func() error { _, err := Concat(one, none); return err }},
		"Subset of nil":           {ErrEmpty, func() error { _, err := none.Subset([]int{0}); return err }},
		"Split of nil":            {ErrEmpty, func() error { _, _, err := none.Split(0.5, 1); return err }},
		"Split by NaN":            {ErrOption, func() error { _, _, err := one.Split(math.NaN(), 1); return err }},
		"SplitStratified of nil":  {ErrEmpty, func() error { _, _, err := none.SplitStratified(0.5, 1); return err }},
		"SplitStratified by NaN":  {ErrOption, func() error { _, _, err := one.SplitStratified(math.NaN(), 1); return err }},
		"Rows of nil":             {ErrEmpty, func() error { _, err := none.Rows("x"); return err }},
		"Rows of no field":        {ErrField, func() error { _, err := one.Rows(""); return err }},
		"zero Rows":               {ErrField, func() error { return Rows{}.F64(nil, []int{0}) }},
		"zero Rows, float32":      {ErrField, func() error { return Rows{}.F32(nil, nil) }},
		"zero Rows, ints":         {ErrField, func() error { return Rows{}.Ints(nil, []int{0}) }},
		"F64 into nil":            {ErrShape, func() error { return rows.F64(nil, []int{0}) }},
		"F64 of row -1":           {ErrIndex, func() error { return rows.F64(make([]float64, 1), []int{-1}) }},
		"F32 of row MaxInt":       {ErrIndex, func() error { return rows.F32(make([]float32, 1), []int{math.MaxInt}) }},
		"Ints of floats":          {ErrField, func() error { return rows.Ints(make([]int, 1), []int{0}) }},
		"CheckLabels of nil":      {ErrEmpty, func() error { return none.CheckLabels("y", 2) }},
		"CheckLabels, 0 classes":  {ErrOption, func() error { return one.CheckLabels("y", 0) }},
		"NewBatches of 0":         {ErrEmpty, func() error { _, err := NewBatches(0, 1, true, 1); return err }},
		"NewBatches of MaxInt":    {ErrOption, func() error { _, err := NewBatches(math.MaxInt, 1, true, 1); return err }},
		"NewBatches by 0":         {ErrOption, func() error { _, err := NewBatches(5, 0, true, 1); return err }},
		"nil Scaler":              {ErrOption, func() error { return (*Scaler)(nil).Fit(one) }},
		"nil Scaler, Apply":       {ErrOption, func() error { _, err := (*Scaler)(nil).Apply(one); return err }},
		"nil Scaler, Transform":   {ErrOption, func() error { return (*Scaler)(nil).Transform([]float64{1}) }},
		"nil Scaler, Inverse":     {ErrOption, func() error { return (*Scaler)(nil).Inverse([]float64{1}) }},
		"Scaler fitted to nil":    {ErrEmpty, func() error { return new(Scaler).Fit(nil) }},
		"Scaler applied to nil":   {ErrEmpty, func() error { _, err := new(Scaler).Apply(nil); return err }},
		"Scaler set by half":      {ErrOption, func() error { return (&Scaler{Mean: []float64{1}}).Transform([]float64{1}) }},
		"nil MinMax":              {ErrOption, func() error { return (*MinMax)(nil).Fit(one) }},
		"nil MinMax, Apply":       {ErrOption, func() error { _, err := (*MinMax)(nil).Apply(one); return err }},
		"nil MinMax, Transform":   {ErrOption, func() error { return (*MinMax)(nil).Transform([]float64{1}) }},
		"nil MinMax, Inverse":     {ErrOption, func() error { return (*MinMax)(nil).Inverse([]float64{1}) }},
		"MinMax fitted to nil":    {ErrEmpty, func() error { return new(MinMax).Fit(nil) }},
		"ReadCSV from nil":        {ErrOption, func() error { _, err := ReadCSV(nil, CSVOptions{}); return err }},
		"ReadCSV of nothing":      {ErrEmpty, func() error { _, err := ReadCSV(new(bytes.Buffer), CSVOptions{}); return err }},
		"ReferenceSplit of none":  {ErrOption, func() error { _, _, err := ReferenceSplit(""); return err }},
		"Field beyond any memory": {ErrShape, func() error { _, err := New(Field{Name: "x", Shape: []int{math.MaxInt, 4}}); return err }},
	} {
		t.Run(name, func(t *testing.T) { wantError(t, c.call(), c.kind) })
	}
	if _, ok := none.Field("x"); ok || none.Len() != 0 || none.Fields() != nil || none.Classes() != 0 || none.ClassCounts() != nil {
		t.Error("a nil dataset has examples or fields")
	}
	if (Field{Shape: []int{0}}).Len() != 0 || (Field{Shape: []int{-1}, Ints: []int{1}}).Len() != 0 {
		t.Error("a field with an empty axis has rows")
	}
	for _, b := range []*Batches{nil, {}} {
		b.Epoch(-1)
		b.Skip(5)
		if _, ok := b.Next(); ok || b.Len() != 0 {
			t.Error("batches that were not made have a batch")
		}
	}
	if text := (&CSVError{Line: 3}).Error(); text != "data: csv:3" {
		t.Errorf("an error of nothing reads %q", text)
	}
}
