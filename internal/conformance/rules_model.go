package main

import (
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

func init() {
	models["ReLU MLP 4-8-8-3, CE"] = func(b *bench) *gorgonia.Node {
		h := b.at("X")
		for _, i := range []string{"1", "2", "3"} {
			h = b.Add(b.MatMul(h, b.at("W"+i)), b.at("b"+i))
			if i != "3" {
				h = b.ReLU(h)
			}
		}
		return b.SoftmaxCrossEntropy(h, b.at("y"))
	}
	models["embedding, tanh RNN, T=8 (time first), N=3, CE averaged over time"] = func(b *bench) *gorgonia.Node {
		x := b.Take(b.at("E"), b.at("X")) // [T, N, features]
		s := b.Shape(x)
		if s == nil {
			return nil
		}
		h := b.Const(make([]float64, s[1]*b.Shape(b.at("bh"))[0]), s[1], b.Shape(b.at("bh"))[0])
		var outs []*gorgonia.Node
		for t := range s[0] {
			xt := b.Reshape(b.Slice(x, graph.Range(t, t+1)), s[1], s[2])
			h = b.Tanh(b.Add(b.Add(b.MatMul(xt, b.at("Wx")), b.MatMul(h, b.at("Wh"))), b.at("bh")))
			outs = append(outs, b.Add(b.MatMul(h, b.at("Wo")), b.at("bo")))
		}
		return b.SoftmaxCrossEntropy(b.Stack(0, outs...), b.at("Y"))
	}
}
