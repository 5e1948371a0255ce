package conv

import "github.com/symgrad/symgrad/internal/kernel/pool"

// Weight is the derivative of a convolution by its weights, for a given
// derivative d of y: dw[o, c, k] is the sum of d[n, o, p] times the x that meets
// w[o, c, k] there. It may be run by one goroutine at a time; results do not
// depend on the number of workers.
type Weight[T Float] struct {
	g     geometry
	l     level
	f     frame
	steps []step
	cuts  []piece    // of the steps
	runs  *runWeight // nil: by walking over the places
	// Rows of a tile are channels, or places of the kernel along its last axis.
	byChannel bool
	parts     int // of the batch
	together  int // images that one sum goes through
	part      func(worker, part int)
	tiled     *winogradWeight[T] // nil: by walking, by runs, or in lanes
	lanes     *laneWeight[T]     // nil: by walking, or by runs

	dw, x, d, scratch []T
}

// maxParts and partElements bound how often the weights stand in scratch, and
// passBytes how much of the images one sum goes through.
const (
	maxParts     = 8
	partElements = 4 << 20
	passBytes    = 128 << 10
)

// Sums are written, and added to, after mostTerms terms that were added one after the
// other, or as many vectors as mostVecs: rounding errors grow with that number.
const (
	mostTerms = 512
	mostVecs  = 1024
)

// piece is the terms from the first one on, and where their x and d lie.
type piece struct{ first, x, d int }

// NewWeight prepares the derivative of s by w.
func NewWeight[T Float](s Spec) (*Weight[T], error) {
	g, err := s.geometry()
	if err != nil {
		return nil, err
	}
	return newWeight[T](g, weightTilesPay[T](&g)), nil
}

// newWeight prepares g, by tiles or not.
func newWeight[T Float](g geometry, tiles bool) *Weight[T] {
	p := &Weight[T]{g: g, l: best(sizeOf[T]()), byChannel: g.c > g.kernel[2]}
	if tiles {
		p.tiled = newWinogradWeight[T](&p.g, p.l)
		return p
	}
	p.parts = max(1, min(g.n, maxParts, partElements/max(1, g.sizeW())))
	p.f = g.windowFrame(1, 1)
	p.runs = newRunWeight(&p.g, p.l, &p.f, p.byChannel)
	if laneWeightPays(&p.g, p.l, sizeOf[T](), p.byChannel, p.runs) {
		p.lanes = newLaneWeight[T](&p.g, p.l)
		return p
	}
	if p.runs != nil {
		p.runs.tiles, p.runs.place = g.runTiles(p.l, &p.f, p.runs.d.plane)
	}
	size := sizeOf[T]()
	image := p.f.channels*p.f.plane + p.sizeD()
	p.together = max(1, min(ceil(g.n, p.parts), passBytes/size/max(1, image)))
	p.part = p.images
	if p.runs != nil {
		return p
	}
	var x, d []int
	for i := range p.together {
		eachPlace(g.out, func(oz, oy, ox int) {
			x = append(x, i*p.f.channels*p.f.plane+p.f.at(oz*g.stride[0], oy*g.stride[1], ox*g.stride[2]))
			d = append(d, len(d)*g.groups*g.o)
		})
	}
	p.steps = stepsOf(x, d, size)
	for i := 0; i < len(x); i += mostTerms {
		p.cuts = append(p.cuts, piece{first: i, x: x[i], d: d[i]})
	}
	return p
}

// sizeD is the size of one image of d as it is laid out: in a frame, or as
// [place, channel].
func (p *Weight[T]) sizeD() int {
	if p.runs != nil {
		return p.runs.d.channels * p.runs.d.plane
	}
	return p.g.groups * p.g.o * volume(p.g.out)
}

// padded and turned are the sizes of the images of one pass: in their frames,
// and those of d.
func (p *Weight[T]) padded() int { return p.together*p.f.channels*p.f.plane + slack }
func (p *Weight[T]) turned() int { return p.together*p.sizeD() + slack }

// sizeSums is the number of the sums, which lie as the tiles of runs do, or as
// [group, c, k, o].
func (p *Weight[T]) sizeSums() int {
	if p.runs != nil {
		return len(p.runs.place)
	}
	return p.g.sizeW()
}

// perPart is the scratch of one part: the frames, d, and the sums.
func (p *Weight[T]) perPart() int { return p.padded() + p.turned() + p.sizeSums() }

// Scratch is how many elements of scratch a Run needs.
func (p *Weight[T]) Scratch(workers int) int {
	if p.tiled != nil {
		return p.tiled.size(workers)
	}
	if p.lanes != nil {
		return p.lanes.size(workers)
	}
	return p.parts * p.perPart()
}

// Run computes dw from x and d.
func (p *Weight[T]) Run(w *pool.Pool, dw, x, d, scratch []T) {
	p.dw, p.x, p.d, p.scratch = dw[:p.g.sizeW()], x[:p.g.sizeX()], d[:p.g.sizeY()], scratch
	if p.tiled != nil {
		p.tiled.run(w, p.dw, p.x, p.d, scratch)
		return
	}
	if p.lanes != nil {
		p.lanes.run(w, p.dw, p.x, p.d, scratch)
		return
	}
	if p.g.n == 0 || p.g.sizeY() == 0 {
		clear(p.dw)
		return
	}
	w.Run(p.parts, p.part)
	sum := p.sums(0)
	for i := 1; i < p.parts; i++ {
		for j, v := range p.sums(i) {
			sum[j] += v
		}
	}
	if p.runs != nil {
		for i, at := range p.runs.place {
			if at >= 0 {
				p.dw[at] = sum[i]
			}
		}
		return
	}
	g := &p.g
	for group := range g.groups { // [c, k, o] to [o, c, k]
		from, to := sum[group*g.o*g.taps():], p.dw[group*g.o*g.taps():]
		for q := range g.taps() {
			for o := range g.o {
				to[o*g.taps()+q] = from[q*g.o+o]
			}
		}
	}
}

func (p *Weight[T]) sums(part int) []T {
	return p.scratch[(part+1)*p.perPart()-p.sizeSums() : (part+1)*p.perPart()]
}

// images adds up the images of one part of the batch.
func (p *Weight[T]) images(_, part int) {
	g := &p.g
	in, out, channels := volume(g.in), volume(g.out), g.groups*g.o
	own := p.scratch[part*p.perPart() : (part+1)*p.perPart()]
	padded, turned := own[:p.padded()], own[p.padded():p.padded()+p.turned()]
	sums := p.sums(part)
	first, end := part*g.n/p.parts, (part+1)*g.n/p.parts
	for n := first; n < end; n += p.together {
		count := min(p.together, end-n)
		for i := range count {
			fill(&p.f, padded[i*p.f.channels*p.f.plane:], p.x[(n+i)*p.f.channels*in:(n+i+1)*p.f.channels*in], n > first)
			image := p.d[(n+i)*channels*out : (n+i+1)*channels*out]
			if p.runs != nil {
				fill(&p.runs.d, turned[i*p.sizeD():], image, n > first)
			} else {
				turn(p.l, turned[i*channels*out:], image, turning{channels, out, channels, out})
			}
		}
		if p.runs != nil {
			clear(padded[count*p.f.channels*p.f.plane:][:slack]) // where the last run ends
			p.addRuns(sums, padded, turned, count, n == first)
			continue
		}
		add := 1
		if n == first {
			add = 0
		}
		for _, cut := range p.cuts {
			terms := min(mostTerms, count*out-cut.first)
			if terms <= 0 {
				break
			}
			for group := range g.groups {
				t := tile{steps: &p.steps[cut.first], k: terms, add: add}
				p.taps(t, sums[group*g.o*g.taps():], padded[group*g.c*p.f.plane+cut.x:], turned[group*g.o+cut.d:])
			}
			add = 1
		}
	}
}

// taps adds the terms of t, of one group, to the sums of all taps.
func (p *Weight[T]) taps(t tile, sums, x, d []T) {
	g, size, kernel := &p.g, sizeOf[T](), volume(p.g.kernel)
	if p.byChannel {
		t.rsa, t.ldc = p.f.plane*size, kernel*g.o*size
		k := 0
		for z := range g.kernel[0] {
			for y := range g.kernel[1] {
				for i := range g.kernel[2] {
					block(p.l, &t, g.c, g.o, x[p.f.at(z*g.dil[0], y*g.dil[1], i*g.dil[2]):], d, sums[k*g.o:])
					k++
				}
			}
		}
		return
	}
	t.rsa, t.ldc = g.dil[2]*size, g.o*size
	k := 0
	for c := range g.c {
		for z := range g.kernel[0] {
			for y := range g.kernel[1] {
				block(p.l, &t, g.kernel[2], g.o, x[c*p.f.plane+p.f.at(z*g.dil[0], y*g.dil[1], 0):], d, sums[k*g.o:])
				k += g.kernel[2]
			}
		}
	}
}
