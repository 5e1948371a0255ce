package main

import "strings"

// This file says of which kind the results of calls are.

// predicates are the calls whose results are truth values; passing, those whose
// results are of the kind of their tensors.
var (
	predicates = words(`eq ne not_equal lt less gt greater le less_equal ge greater_equal isnan isinf isfinite isposinf isneginf signbit
		logical_and logical_or logical_xor logical_not any all __and__ __or__ __invert__ zeros_bool`)
	passing = words(`getitem reshape view view_as reshape_as flatten unflatten ravel squeeze unsqueeze transpose swapaxes swapdims permute movedim
		moveaxis expand expand_as broadcast_to repeat tile repeat_interleave flip fliplr flipud roll rot90 t T mT cat concat concatenate stack hstack vstack
		dstack column_stack row_stack split chunk tensor_split unbind select narrow index_select gather take take_along_dim tril triu diagonal diag
		diag_embed clone detach contiguous sort masked_select masked_fill where zeros_like ones_like full_like new_tensor
		add sub subtract mul multiply neg abs floor_divide remainder fmod maximum minimum clamp clamp_min clamp_max clip square sign
		max min amax amin prod sum cumsum cumprod`)
	counting = words(`sum prod cumsum cumprod add sub mul`) // of truth values they make integers
)

func words(text string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(text) {
		out[w] = true
	}
	return out
}

func bareName(name string) string { return name[strings.LastIndex(name, ".")+1:] }

// kindOf is the kind of a call's results.
func kindOf(name string, args map[string]*value) kind {
	bare := bareName(name)
	if predicates[bare] {
		return ofBools
	}
	if !passing[bare] {
		return ofFloats
	}
	k, any := ofBools, false
	visit := func(v value) {
		if f, is := v.plain.(float64); is && f != float64(int(f)) {
			k = ofFloats // a number that is no integer
		}
		if v.isTensor() {
			any = true
			k = min(k, v.kind)
		}
	}
	for n, v := range args {
		if n != "dim" && n != "index" && n != "mask" && n != "condition" {
			v.visit(visit)
		}
	}
	if !any {
		return ofFloats
	}
	if k == ofBools && counting[bare] {
		return ofInts
	}
	return k
}

// fixedArgs says that all arguments are fixed.
func (c *call) fixedArgs() bool {
	fixed := true
	for _, v := range c.args {
		v.visit(func(v value) { fixed = fixed && (!v.isTensor() || v.fixed) })
	}
	return fixed
}

// makers are the calls to which the argument dtype says what to make.
var makers = words("zeros ones full zeros_like ones_like full_like new_zeros new_ones new_full new_tensor tensor scalar_tensor arange linspace eye to type")

// readDType reads the argument dtype: the type in which a function computes.
func (c *call) readDType() {
	switch t := c.dtype("dtype", "float64"); {
	case t == "float64":
	case strings.HasPrefix(t, "int"), t == "bool":
		c.makes(map[bool]kind{true: ofBools, false: ofInts}[t == "bool"])
		for _, v := range c.args {
			if v.isTensor() && v.kind == ofFloats { // what is cut off is not computed here
				c.unsupported("%s with the dtype %s of floats", c.name, t)
			}
		}
	default:
		c.unsupported("%s with the dtype %s", c.name, t)
	}
}

// makes says of which kind the results are.
func (c *call) makes(k kind) { c.kind = &k }

// dtype is a type by name, with one name for each.
func (c *call) dtype(name, def string) string {
	v, ok := c.arg(name)
	t, is := v.plain.(dtype)
	switch {
	case !ok || v.plain == nil:
		return def
	case !is:
		c.unsupported("the dtype %v", v.plain)
	case t == "double":
		return "float64"
	case t == "long":
		return "int64"
	}
	return string(t)
}
