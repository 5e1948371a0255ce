package graph_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/symgrad/symgrad/graph"
)

// TestDomainText writes every domain as text, reads it back, and refuses others.
func TestDomainText(t *testing.T) {
	all := graph.NotNegative | graph.UnitInterval | graph.Signs
	for d := range all + 1 {
		text, err := json.Marshal(d)
		var back graph.Domain
		if err != nil || string(text) != `"`+d.String()+`"` || json.Unmarshal(text, &back) != nil || back != d {
			t.Errorf("%v: got %s, %v, and %v read back", d, text, err, back)
		}
	}
	if _, err := (all + 1).MarshalText(); !errors.Is(err, graph.ErrOption) {
		t.Errorf("a domain that is none: got %v", err)
	}
	d := graph.Signs
	if err := d.UnmarshalText([]byte("at least 1")); !errors.Is(err, graph.ErrOption) || d != graph.Signs {
		t.Errorf("another text: got %v and %v", err, d)
	}
}
