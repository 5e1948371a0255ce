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
	Blocks     [][]int  `json:"blocks"` // channels, kernel, pad, stride, pool
	Steps      int      `json:"steps"`
	In         int      `json:"in"`
	Hidden     int      `json:"hidden"`
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
// little-endian float64: the parameters, X, and Y or the labels.
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
	h := header{Kind: p.Kind, Sizes: p.Sizes, Image: p.Image, Steps: p.Steps, In: p.In, Hidden: p.Hidden, Activation: p.Activation.String(),
		MSE: p.MSE, Adam: p.Adam, Batch: p.Batch, Rows: p.Rows, Rate: p.Rate, Features: p.Features()}
	for _, b := range p.Blocks {
		h.Blocks = append(h.Blocks, []int{b.Channels, b.Kernel, b.Pad, max(1, b.Stride), max(1, b.Pool)})
	}
	var data [][]float64
	for _, q := range p.Params {
		h.Names, h.Shapes = append(h.Names, q.Name), append(h.Shapes, q.Shape)
		data = append(data, q.Values)
	}
	labels := make([]float64, len(p.Labels))
	for i, l := range p.Labels {
		labels[i] = float64(l)
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	if _, err := w.Write(append(text, '\n')); err != nil {
		return err
	}
	for _, v := range append(data, p.X, p.Y, labels) {
		if err := binary.Write(w, binary.LittleEndian, v); err != nil {
			return err
		}
	}
	return w.Flush()
}
