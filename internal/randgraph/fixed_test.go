package randgraph

import (
	"fmt"
	"strings"

	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// fixed compares programs of which every second input is a parameter: one that computes all in
// each run, and one that computes once what depends on parameters alone. Their results have the same
// bits, also after the parameters have changed, and after others are shared.
func (c *checks) fixed(s *subject) error {
	var plain, fixed *exec.Program[float64]
	var params []float64
	for _, once := range []bool{false, true} {
		f, err := lowered(s.out)
		if err != nil {
			return err
		}
		params = withParams(f, s)
		var w *pool.Pool
		if once {
			w = c.pools[2]
		}
		plan, err := compile.Compile(f, make([]compile.Target, len(f.Out)), compile.Options{Fixed: once, Regions: compile.AllRegions})
		if err != nil {
			return fmt.Errorf("fixed %v: %w", once, err)
		}
		p := exec.New(plan, w, exec.Shared[float64]{Param: params})
		if plain, fixed = fixed, p; !once && plan.Once != nil {
			return fmt.Errorf("got a part that is computed once, want none")
		}
	}
	c.once = fixed.Plan().Once != nil
	if once := fixed.Plan().Once; once != nil && strings.Contains(once.String(), " = input ") {
		return fmt.Errorf("what is computed once reads an input:\n%v", once)
	}
	other := append([]float64(nil), params...)
	for i := range other {
		other[i] *= 0.75
	}
	for _, now := range [][]float64{params, other, params} {
		plain.Share(exec.Shared[float64]{Param: now})
		fixed.Share(exec.Shared[float64]{Param: now})
		for range 2 {
			want, err := (&program[float64]{plain, s}).run(s.g.feed)
			if err != nil {
				return err
			}
			got, err := (&program[float64]{fixed, s}).run(s.g.feed)
			if err != nil {
				return err
			}
			if err := nearAll("computed once", got, want, 0); err != nil {
				return err
			}
			for i := range now {
				now[i] *= 1.125
			}
			fixed.Reread()
		}
	}
	return nil
}

// withParams makes every second input of f a parameter, and returns their memory.
func withParams(f *ir.Func, s *subject) (memory []float64) {
	second := false
	for _, v := range f.Values {
		if v.Leaf != ir.Input || v.Type.DType == ir.Int {
			continue
		}
		if second = !second; second {
			continue
		}
		data, ok := s.feed[v.Name]
		if !ok {
			var i int
			fmt.Sscanf(v.Name, "x%d", &i)
			data = s.g.feed[i].v
		}
		v.Leaf, v.Index = ir.Param, len(memory)
		memory = append(memory, data...)
		memory = append(memory, make([]float64, exec.Align(len(data))-len(data))...)
	}
	return memory
}
