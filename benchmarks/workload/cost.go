package workload

// Cost is the work that a step cannot do without.
type Cost struct {
	Flops      float64 // of products, forward and backward, a multiply-add counting two
	Forward    float64 // of them, those of the forward pass
	Params     float64 // elements
	UpdateRead float64 // elements of parameters, gradients and moments that the update moves
	Input      float64 // elements of a batch
}

// Cost of a step: its products and its memory traffic. The products are those of the
// forward pass, of the weights' gradients and, but for the first layer, of the inputs'
// gradients. The traffic is that of the update and of reading the batch.
func (s Spec) Cost() Cost {
	var c Cost
	n := float64(s.Batch)
	first := true
	layer := func(forward, params float64) { // forward: multiply-adds
		times := 3.0
		if first {
			times, first = 2, false
		}
		c.Forward += 2 * forward
		c.Flops += 2 * forward * times
		c.Params += params
	}
	dense := func(in, out int) {
		layer(n*float64(in*out), float64(in*out+out))
	}
	sizes := s.Sizes
	switch s.Kind {
	case "cnn":
		ch, h, w := s.Image[0], s.Image[1], s.Image[2]
		for _, k := range s.Blocks {
			stride := max(1, k.Stride)
			h, w = (h+2*k.Pad-k.Kernel)/stride+1, (w+2*k.Pad-k.Kernel)/stride+1
			taps := ch * k.Kernel * k.Kernel
			layer(n*float64(h*w*taps*k.Channels), float64(taps*k.Channels+k.Channels))
			ch = k.Channels
			if k.Pool > 1 {
				h, w = (h-k.Pool)/k.Pool+1, (w-k.Pool)/k.Pool+1
			}
		}
		sizes = append([]int{ch * h * w}, sizes...)
	case "lstm":
		steps, g := float64(s.Steps), 4*s.Hidden
		layer(steps*n*float64(s.In*g), float64(s.In*g+g))
		layer((steps-1)*n*float64(s.Hidden*g), float64(s.Hidden*g))
		sizes = append([]int{s.Hidden}, sizes...)
	}
	for i := range len(sizes) - 1 {
		dense(sizes[i], sizes[i+1])
	}
	c.Input = n * float64(s.Features())
	c.UpdateRead = 3 * c.Params // read p and g, write p
	if s.Adam {
		c.UpdateRead = 7 * c.Params // read and write both moments too
	}
	return c
}
