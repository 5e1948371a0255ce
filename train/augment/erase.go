package augment

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Erase overwrites a rectangle of an image with a value (random erasing: Zhong et al. 2017,
// algorithm 1). Its share of the image's area is uniform between MinArea and MaxArea, its
// height divided by its width uniform between Aspect and 1/Aspect, and its place uniform.
// If it does not fit into the image it is drawn again, ten times at most; then nothing
// happens. The paper draws the value of each pixel; here it is Fill.
type Erase struct {
	Probability float64 // in (0, 1]; default 0.5
	MinArea     float64 // in (0, 1); default 0.02
	MaxArea     float64 // in (0, 1), at least MinArea; default 0.4
	Aspect      float64 // in (0, 1]; default 0.3
	Fill        float64
}

// settled returns e with its defaults.
func (e Erase) settled() Erase {
	e.Probability, e.MinArea = cmp.Or(e.Probability, 0.5), cmp.Or(e.MinArea, 0.02)
	e.MaxArea, e.Aspect = cmp.Or(e.MaxArea, 0.4), cmp.Or(e.Aspect, 0.3)
	return e
}

// Check returns an error for examples that are no images of numbers and settings without a
// meaning.
func (e Erase) Check(x *Example) error {
	e = e.settled()
	if e.MinArea > e.MaxArea {
		return mistake.Optionf("Erase.MaxArea: got %v, want at least MinArea, %v", e.MaxArea, e.MinArea)
	}
	return cmp.Or(x.checkImage("Erase", true), checkShare("Erase.Probability", e.Probability), checkShare("Erase.MinArea", e.MinArea),
		checkShare("Erase.MaxArea", e.MaxArea), checkShare("Erase.Aspect", e.Aspect), checkFinite("Erase.Fill", e.Fill, math.Inf(-1)))
}

// Apply overwrites the rectangle.
func (e Erase) Apply(x *Example) {
	e = e.settled()
	if x.Uniform() >= e.Probability {
		return
	}
	planes, h, w := x.image()
	for range 10 {
		area := float64(h*w) * (e.MinArea + x.Uniform()*(e.MaxArea-e.MinArea))
		aspect := e.Aspect + x.Uniform()*(1/e.Aspect-e.Aspect)
		high, wide := int(math.Round(math.Sqrt(area*aspect))), int(math.Round(math.Sqrt(area/aspect)))
		if high < 1 || wide < 1 || high > h || wide > w {
			continue
		}
		top, left := x.Below(h-high+1), x.Below(w-wide+1)
		for r := range planes * h {
			if i := r % h; i >= top && i < top+high {
				fillAll(x.Values[r*w+left:r*w+left+wide], e.Fill)
			}
		}
		return
	}
}
