package main

import (
	"math"
	"slices"
	"strings"
)

// This file has the rules of functions that make tensors, or change their type.

// filled is a tensor of one number.
func (c *call) filled(x float64, shape ...int) node {
	return c.Broadcast(c.Scalar(x), shape...)
}

// typed sets the kind of the results to that which the argument dtype names; to def
// without one.
func (c *call) typed(def kind) kind {
	switch t := c.dtype("dtype", ""); {
	case t == "":
	case t == "float64":
		def = ofFloats
	case t == "bool":
		def = ofBools
	case strings.HasPrefix(t, "int"):
		def = ofInts
	default:
		c.unsupported("%s with the dtype %s", c.name, t)
	}
	c.makes(def)
	return def
}

// kindOfInput is the kind of the first argument.
func (c *call) kindOfInput() kind {
	v, _ := c.arg(c.names[0])
	return v.kind
}

func madeRules() {
	for name, fill := range map[string]func(c *call) float64{
		"zeros": func(*call) float64 { return 0 },
		"ones":  func(*call) float64 { return 1 },
		"full":  func(c *call) float64 { return c.num("fill_value", 0) },
	} {
		calls[name] = one1(func(c *call) node { c.typed(ofFloats); return c.filled(fill(c), c.ints("size")...) })
		calls[name+"_like"] = each1(func(c *call, like node) node {
			c.typed(c.kindOfInput())
			return c.filled(fill(c), c.Shape(like)...)
		})
		calls["tensor.new_"+name] = each1(func(c *call, _ node) node {
			c.typed(c.kindOfInput())
			return c.filled(fill(c), c.ints("size")...)
		})
	}
	calls["full"] = one1(func(c *call) node { // of the kind of its number
		v, _ := c.arg("fill_value")
		_, k := listed(v)
		c.typed(k)
		return c.filled(c.num("fill_value", 0), c.ints("size")...)
	})
	calls["tensor"] = one1(func(c *call) node {
		v, _ := c.arg("data")
		a, whole := listed(v)
		c.typed(whole)
		if a == nil {
			c.unsupported("a tensor of %v", v.plain)
			return nil
		}
		return c.Const(a.Floats, a.Shape...)
	})
	calls["tensor.new_tensor"] = calls["tensor"]
	calls["scalar_tensor"] = calls["tensor"]
	rangeRules()
}

func rangeRules() {
	calls["eye"] = one1(func(c *call) node {
		c.typed(ofFloats)
		n := c.int("n", 0)
		a := zeros([]int{n, c.int("m", n)})
		for i := range min(a.Shape[0], a.Shape[1]) {
			a.Floats[i*a.Shape[1]+i] = 1
		}
		return c.Const(a.Floats, a.Shape...)
	})
	calls["arange"] = one1(func(c *call) node {
		lo, hi, step := 0.0, c.num("start", 0), c.num("step", 1)
		if c.given("end") {
			lo, hi = hi, c.num("end", 0)
		}
		var list []float64
		whole := lo == math.Trunc(lo) && hi == math.Trunc(hi) && step == math.Trunc(step)
		c.typed(map[bool]kind{true: ofInts, false: ofFloats}[whole])
		for i := 0; (lo+float64(i)*step-hi)*step < 0; i++ {
			list = append(list, lo+float64(i)*step)
		}
		return c.Const(list, len(list))
	})
	calls["linspace"] = one1(func(c *call) node {
		c.typed(ofFloats)
		lo, hi, n := c.num("start", 0), c.num("end", 0), c.int("steps", 1)
		list := make([]float64, n)
		for i := range list {
			list[i] = lo + (hi-lo)*float64(i)/float64(max(1, n-1))
		}
		return c.Const(list, n)
	})
	calls["tensor.type_as"] = converted(func(c *call) kind { v, _ := c.arg("other"); return v.kind })
	calls["tensor.to"] = converted(func(c *call) kind {
		if v, _ := c.arg("dtype"); v.isTensor() {
			return v.kind
		}
		return c.typed(c.kindOfInput())
	})
	calls["tensor.type"] = calls["tensor.to"]
	for name, k := range map[string]kind{"long": ofInts, "int": ofInts, "bool": ofBools} {
		calls["tensor."+name] = converted(func(*call) kind { return k })
	}
	calls["tensor.item"] = each1(func(c *call, x node) node { return c.Reshape(x) })
}

// converted is the rule of a change of type. Integers and truth values are
// floats in the graph already, but for indices that only it knows.
func converted(to func(c *call) kind) rule {
	return each1(func(c *call, x node) node {
		v, _ := c.arg(c.names[0])
		if k := to(c); k != v.kind || k == ofFloats {
			c.makes(k)
			switch {
			case isIndex(x):
				c.unsupported("%s of indices", c.name)
			case k == ofBools:
				return truth(c.Builder, x)
			case k == ofInts && v.kind == ofFloats:
				return c.Trunc(c.StopGradient(x))
			}
		}
		return x
	})
}

// listed is a tensor of nested lists of numbers, and its kind; nil if it is none.
func listed(v value) (*array, kind) {
	if v.tensor != nil {
		return v.tensor, v.kind
	}
	if !v.isList {
		f, err := number(v.plain)
		if err != nil {
			return nil, ofFloats
		}
		if _, is := v.plain.(bool); is {
			return &array{Floats: []float64{f}}, ofBools
		}
		if f != math.Trunc(f) || math.IsInf(f, 0) {
			return &array{Floats: []float64{f}}, ofFloats
		}
		return &array{Floats: []float64{f}}, ofInts
	}
	out, k := &array{Shape: []int{len(v.list)}}, ofBools
	for i, x := range v.list {
		a, of := listed(x)
		if a == nil || i > 0 && !slices.Equal(a.Shape, out.Shape[1:]) {
			return nil, ofFloats
		}
		if i == 0 {
			out.Shape = append(out.Shape, a.Shape...)
		}
		out.Floats, k = append(out.Floats, a.Floats...), min(k, of)
	}
	if len(v.list) == 0 {
		k = ofFloats
	}
	return out, k
}
