package workload

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"os"
)

// header is what stands in the first line of a problem's file.
type header struct {
	Kind       string   `json:"kind"`
	Sizes      []int    `json:"sizes"`
	Image      [3]int   `json:"image"`
	Blocks     [][]int  `json:"blocks"` // channels, kernel, pad, stride, pool, 1 with batch norm, 1 if residual
	Steps      int      `json:"steps"`
	In         int      `json:"in"`
	Hidden     int      `json:"hidden"`
	Heads      int      `json:"heads"`
	Inner      int      `json:"inner"`
	Layers     int      `json:"layers"`
	Parts      []string `json:"parts"` // as Spec.Parts
	Activation string   `json:"activation"`
	MSE        bool     `json:"mse"`
	Adam       bool     `json:"adam"`
	Batch      int      `json:"batch"`
	Rows       int      `json:"rows"`
	Rate       float64  `json:"rate"`
	Features   int      `json:"features"`
	Names      []string `json:"names"`
	Shapes     [][]int  `json:"shapes"`
}

// WriteFile writes p for peers in other languages: one line of JSON, then
// little-endian float64: the parameters, X, Y or the labels, and the lengths if there
// are any.
func (p *Problem) WriteFile(path string) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	h := header{Kind: p.Kind, Sizes: p.Sizes, Image: p.Image, Steps: p.Steps, In: p.In, Hidden: p.Hidden,
		Heads: p.Heads, Inner: p.Inner, Layers: p.Layers, Parts: p.Parts(), Activation: p.Activation.String(),
		MSE: p.MSE, Adam: p.Adam, Batch: p.Batch, Rows: p.Rows, Rate: p.Rate, Features: p.Features()}
	for _, b := range p.Blocks {
		h.Blocks = append(h.Blocks, []int{b.Channels, b.Kernel, b.Pad, max(1, b.Stride), max(1, b.Pool), number(b.BatchNorm), number(b.Residual)})
	}
	var data [][]float64
	for _, q := range p.Params {
		h.Names, h.Shapes = append(h.Names, q.Name), append(h.Shapes, q.Shape)
		data = append(data, q.Values)
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	if _, err := w.Write(append(text, '\n')); err != nil {
		return err
	}
	for _, v := range append(data, p.X, p.Y, floats(p.Labels), floats(p.Lengths)) {
		if err := binary.Write(w, binary.LittleEndian, v); err != nil {
			return err
		}
	}
	return w.Flush()
}

// number is 1 for true, else 0.
func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

func floats(v []int) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}
