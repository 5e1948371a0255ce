package mistake

import "testing"

// TestNear finds the name that was meant, and none for another word.
func TestNear(t *testing.T) {
	list := []string{"island", "bill_length_mm", "sex", "Body Mass"}
	for name, want := range map[string]string{"islnd": "island", "Island": "island", "bill-length-mm": "bill_length_mm", "body_mass": "Body Mass", "colour": "", "age": "", "sexe": "sex", "isalnd": "island"} {
		if got := Near(name, list); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
