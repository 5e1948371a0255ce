package main

import "gorgonia.org/gorgonia"

func init() {
	add(formulas, map[string]rule{
		"layer_norm last axis eps 1e-5": one(func(b *bench) *gorgonia.Node { return b.LayerNorm(b.at("x"), b.at("g"), b.at("b"), 1e-5) }),
		"instance_norm eps 1e-5":        unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.InstanceNorm(x, 1e-5) }),
		"x*rsqrt(mean(x^2)+1e-6)*g":     one(func(b *bench) *gorgonia.Node { return b.RMSNorm(b.at("x"), b.at("g"), 1e-6) }),
		"x/max(||x||,1e-12)":            unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.L2Normalize(x, -1, 1e-12) }),
		"batch_norm NCHW training":      one(func(b *bench) *gorgonia.Node { return b.BatchNorm(b.at("x"), b.at("g"), b.at("b"), 1e-5) }),
		"batch_norm eval with running statistics": one(func(b *bench) *gorgonia.Node {
			mean, variance := b.k.floats("running_mean"), b.k.floats("running_var")
			return b.BatchNormFixed(b.at("x"), b.at("g"), b.at("b"), b.Const(mean, len(mean)), b.Const(variance, len(variance)), 1e-5)
		}),
		"inverted dropout with keep=0.6 and a given mask": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			m := b.k.ConstInputs["m"]
			return b.Scale(b.Mul(x, b.Const(m.Floats, m.Shape...)), 1/0.6)
		}),
	})
}
