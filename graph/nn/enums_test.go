package nn_test

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
)

// TestEnums writes and reads every constant by its name, and refuses what has none with
// the names that there are.
func TestEnums(t *testing.T) {
	for _, c := range []struct {
		zero  any // a pointer to the type
		names string
	}{
		{new(nn.Activation), "identity sigmoid tanh relu leaky_relu softplus gelu silu elu"},
		{new(nn.BagMode), "mean sum max"},
		{new(nn.Cell), "lstm gru tanh_rnn relu_rnn"},
		{new(nn.ResizeMode), "nearest linear cubic area nearest_exact"},
		{new(nn.GridPad), "zeros border reflect"},
	} {
		v := reflect.ValueOf(c.zero).Elem()
		names := strings.Fields(c.names)
		for i, name := range names {
			v.SetUint(uint64(i))
			text, err := json.Marshal(v.Interface())
			if err != nil || string(text) != `"`+name+`"` || fmt.Sprint(v.Interface()) != name {
				t.Errorf("%v: got %s and %v, want %q", v.Type(), text, err, name)
			}
			v.SetUint(77)
			if err := json.Unmarshal(text, c.zero); err != nil || v.Uint() != uint64(i) {
				t.Errorf("%v: %s is read as %v (%v)", v.Type(), text, v.Interface(), err)
			}
		}
		v.SetUint(uint64(len(names)))
		list := strings.Join(names, ", ")
		_, err := json.Marshal(v.Interface())
		if !errors.Is(err, graph.ErrOption) || !strings.Contains(err.Error(), list) {
			t.Errorf("%v: got %v for %v, want an ErrOption with %q", v.Type(), err, v.Interface(), list)
		}
		v.SetUint(1)
		err = c.zero.(encoding.TextUnmarshaler).UnmarshalText([]byte("another"))
		if !errors.Is(err, graph.ErrOption) || !strings.Contains(err.Error(), list) || v.Uint() != 1 {
			t.Errorf("%v: got %v, and %v after it", v.Type(), err, v.Interface())
		}
	}
}
