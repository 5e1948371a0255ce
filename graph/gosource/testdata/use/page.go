//go:build js

package main

import (
	"syscall/js"

	"use/iris"
)

func main() {
	m, x, y := iris.New(), make([]float64, iris.XSize), make([]float64, iris.OutputSize)
	js.Global().Set("predict", js.FuncOf(func(_ js.Value, args []js.Value) any {
		for i := range x {
			x[i] = args[0].Index(i).Float()
		}
		if err := m.Predict(y, x); err != nil {
			return err.Error()
		}
		return iris.Classes[likeliest(y)]
	}))
	select {}
}
