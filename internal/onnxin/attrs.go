package onnxin

import (
	"cmp"
	"maps"
	"slices"

	"github.com/symgrad/symgrad/internal/onnxfile"
)

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// attr returns an attribute, or nil if it is not given.
func (c *call) attr(name string, kind onnxfile.AttrKind) *onnxfile.Attr {
	c.asked[name] = true
	a := c.Attrs[name]
	switch {
	case a == nil:
		return nil
	case a.Ref != "":
		c.malformed("got the attribute %s, which stands for one of a function, outside of a function", name)
	case a.Kind != kind:
		c.malformed("got the attribute %s of the type %d, want %d", name, a.Kind, kind)
	}
	return a
}

// hasAttr reports whether an attribute is given.
func (c *call) hasAttr(name string) bool { return c.Attrs[name] != nil }

// ignore reads an attribute that changes nothing here.
func (c *call) ignore(names ...string) {
	for _, name := range names {
		c.asked[name] = true
	}
}

// intAttr returns an attribute that is an integer.
func (c *call) intAttr(name string, fallback int) int {
	if a := c.attr(name, onnxfile.AttrInt); a != nil {
		return clip(a.I)
	}
	return fallback
}

// boolAttr returns an attribute that is 0 or 1.
func (c *call) boolAttr(name string, fallback bool) bool {
	if a := c.attr(name, onnxfile.AttrInt); a != nil {
		return a.I != 0
	}
	return fallback
}

// floatAttr returns an attribute that is a float.
func (c *call) floatAttr(name string, fallback float64) float64 {
	if a := c.attr(name, onnxfile.AttrFloat); a != nil {
		return float64(a.F)
	}
	return fallback
}

// textAttr returns an attribute that is a string.
func (c *call) textAttr(name, fallback string) string {
	if a := c.attr(name, onnxfile.AttrString); a != nil {
		return string(a.S)
	}
	return fallback
}

// intsAttr returns an attribute that is a list of integers.
func (c *call) intsAttr(name string, fallback []int) []int {
	a := c.attr(name, onnxfile.AttrInts)
	if a == nil {
		return fallback
	}
	out := make([]int, len(a.Ints))
	for i, v := range a.Ints {
		out[i] = clip(v)
	}
	return out
}

// floatsAttr returns an attribute that is a list of floats.
func (c *call) floatsAttr(name string, fallback []float64) []float64 {
	a := c.attr(name, onnxfile.AttrFloats)
	if a == nil {
		return fallback
	}
	out := make([]float64, len(a.Floats))
	for i, v := range a.Floats {
		out[i] = float64(v)
	}
	return out
}

// textsAttr returns an attribute that is a list of strings.
func (c *call) textsAttr(name string) []string {
	a := c.attr(name, onnxfile.AttrStrings)
	if a == nil {
		return nil
	}
	out := make([]string, len(a.Strings))
	for i, v := range a.Strings {
		out[i] = string(v)
	}
	return out
}

// tensorAttr returns an attribute that is a tensor, or nil if it is not given.
func (c *call) tensorAttr(name string) *onnxfile.Tensor {
	a := c.attr(name, onnxfile.AttrTensor)
	switch {
	case a == nil:
		return nil
	case a.T == nil:
		c.malformed("got the attribute %s without a tensor, want one", name)
	case a.T.External != nil:
		c.refuse("got the attribute %s with data outside of the file, want them in the file", name)
	}
	return a.T
}
