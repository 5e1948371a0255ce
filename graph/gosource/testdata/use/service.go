//go:build !js

package main

import (
	"encoding/json"
	"log"
	"net/http"
	"sync"

	"use/iris"
)

//docs:service
var first = iris.New()

// models are copies of the first one: each is for one request at a time, and all share the weights.
var models = sync.Pool{New: func() any {
	m := *first
	return &m
}}

func predict(w http.ResponseWriter, r *http.Request) {
	var x []float64
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&x); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	m := models.Get().(*iris.Model)
	defer models.Put(m)
	y := make([]float64, iris.OutputSize)
	if err := m.Predict(y, x); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	json.NewEncoder(w).Encode(iris.Classes[likeliest(y)])
}

//docs:end

func main() {
	http.HandleFunc("POST /predict", predict)
	log.Fatal(http.ListenAndServe("localhost:8080", nil))
}
