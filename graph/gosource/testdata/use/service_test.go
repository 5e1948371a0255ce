package main

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPredict(t *testing.T) {
	for body, want := range map[string]string{"[6.1, 2.8, 4.7, 1.2]": "\"versicolor\"\n", "[5.1, 3.5, 1.4, 0.2]": "\"setosa\"\n", "[1]": "", "{": ""} {
		w := httptest.NewRecorder()
		predict(w, httptest.NewRequest("POST", "/predict", strings.NewReader(body)))
		if want == "" && w.Code != 400 || want != "" && w.Body.String() != want {
			t.Errorf("%s: got %d and %q, want %q", body, w.Code, w.Body, want)
		}
	}
}
