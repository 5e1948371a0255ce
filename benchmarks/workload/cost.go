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
	rows := 0.0 // steps of all sequences
	for i := range s.Batch {
		rows += float64(s.Length(i))
	}
	sizes := s.Sizes
	switch s.Kind {
	case "cnn":
		ch, h, w := s.Image[0], s.Image[1], s.Image[2]
		for _, k := range s.Blocks {
			stride := max(1, k.Stride)
			h, w = (h+2*k.Pad-k.Kernel)/stride+1, (w+2*k.Pad-k.Kernel)/stride+1
			conv := func() { // the norm has a gain besides the bias
				taps := ch * k.Kernel * k.Kernel
				layer(n*float64(h*w*taps*k.Channels), float64(k.Channels*(taps+1+number(k.BatchNorm))))
				ch = k.Channels
			}
			if conv(); k.Residual {
				conv()
			}
			if k.Pool > 1 {
				h, w = (h-k.Pool)/k.Pool+1, (w-k.Pool)/k.Pool+1
			}
		}
		if s.GlobalPool {
			h, w = 1, 1
		}
		sizes = append([]int{ch * h * w}, sizes...)
	case "lstm":
		g := 4 * s.Hidden
		layer(rows*float64(s.In*g), float64(s.In*g+g))
		layer((rows-n)*float64(s.Hidden*g), float64(s.Hidden*g))
		sizes = append([]int{s.Hidden}, sizes...)
	case "gru": // with a bias of both products
		g := 3 * s.Hidden
		layer(rows*float64(s.In*g), float64(s.In*g+g))
		layer((rows-n)*float64(s.Hidden*g), float64(s.Hidden*g+g))
		sizes = append([]int{s.Hidden}, sizes...)
	case "transformer":
		d, f := s.Hidden, s.Inner
		layer(rows*float64(s.In*d), float64(s.In*d+d+s.Steps*d))
		for range s.Layers {
			layer(rows*float64(4*d*d), float64(4*d*d+4*d)) // queries, keys, values and the result
			layer(rows*float64(2*s.Steps*d), 0)            // scores and sums
			layer(rows*float64(2*d*f), float64(2*d*f+f+d))
			c.Params += float64(4 * d) // two norms
		}
		c.Params += float64(2 * d) // the norm behind the blocks
		sizes = append([]int{d}, sizes...)
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
