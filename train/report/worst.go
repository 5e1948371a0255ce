package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"math"
	"slices"

	"github.com/symgrad/symgrad/train/data"
)

// How much of the examples is shown.
const (
	mostExamples  = 40
	mostCells     = 16 // columns of an example
	mostPicture   = 96 // pixels of a side
	leastPicture  = 4
	mostPictures  = 400_000 // bytes of all pictures, as they stand in the page
	mostSequence  = 400     // steps of a line
	sequenceWidth = 220
)

// worstView are the worst predicted examples.
type worstView struct {
	Text  string
	Wide  bool // the cards have cells
	Cards []card
}

// card is an example.
type card struct {
	Place, Loss, Wanted, Predicted string
	Pictures                       []picture
	Cells                          []fact
	Omitted                        string
}

// picture is an image, or the lines of a sequence.
type picture struct {
	Name          string
	URL           template.URL
	Width, Height int
	Lines         []polyline
}

func worstOf(r *Report) *worstView {
	if len(r.Worst) == 0 {
		return nil
	}
	v := &worstView{}
	shown := r.Worst[:min(len(r.Worst), mostExamples)]
	if r.WorstOf > 0 {
		v.Text = fmt.Sprintf("The %d of %s examples with the largest loss.", len(shown), grouped(int64(r.WorstOf)))
	}
	if r.ScaledTarget {
		v.Text += " The loss is that of the scaled target."
	}
	if text := omitted(len(shown), len(r.Worst), "examples"); text != "" {
		v.Text += " " + text
	}
	shades := rangesOf(shown)
	cells := newTableCells(r.Table)
	budget := mostPictures
	for _, e := range shown {
		c := card{Place: clipped(e.Place, 120), Loss: number(e.Loss), Wanted: shortened(e.Wanted, 80), Predicted: shortened(e.Predicted, 80)}
		if e.Place == "" {
			c.Place = fmt.Sprintf("row %s of the examples", grouped(int64(e.Number)))
		}
		if e.Data != nil && e.Data.Len() > 0 {
			for _, f := range e.Data.Fields() {
				if !slices.Contains(e.Skip, f.Name) {
					c.show(e.Data, f, shades[f.Name], &budget, cells)
				}
			}
		}
		v.Wide = v.Wide || len(c.Cells) > 0
		v.Cards = append(v.Cards, c)
	}
	return v
}

// span is the least and the largest of some numbers.
type span struct{ lo, hi float64 }

// rangesOf returns the range of each field, by which all pictures of it are drawn alike.
func rangesOf(list []Example) map[string]span {
	out := map[string]span{}
	for _, e := range list {
		if e.Data == nil || e.Data.Len() == 0 {
			continue
		}
		for _, f := range e.Data.Fields() {
			s, ok := out[f.Name]
			if !ok {
				s = span{math.Inf(1), math.Inf(-1)}
			}
			for _, x := range valuesOf(e.Data, f) {
				if !math.IsNaN(x) && !math.IsInf(x, 0) {
					s.lo, s.hi = min(s.lo, x), max(s.hi, x)
				}
			}
			out[f.Name] = s
		}
	}
	return out
}

// valuesOf returns the numbers of the first example of a field, nil if they cannot be read.
func valuesOf(d *data.Dataset, f data.Field) []float64 {
	rows, err := d.Rows(f.Name)
	if err != nil {
		return nil
	}
	out := make([]float64, f.Size())
	if f.Integers() {
		ints := make([]int, f.Size())
		if rows.Ints(ints, []int{0}) != nil {
			return nil
		}
		for i, x := range ints {
			out[i] = float64(x)
		}
		return out
	}
	if rows.F64(out, []int{0}) != nil {
		return nil
	}
	return out
}

// show adds a field to the card.
func (c *card) show(d *data.Dataset, f data.Field, s span, budget *int, t tableCells) {
	values := valuesOf(d, f)
	if planes, h, w, ok := imageShape(f); ok && *budget > 0 {
		if p, size, ok := drawImage(values, planes, h, w, s); ok {
			*budget -= size
			p.Name = f.Name
			c.Pictures = append(c.Pictures, p)
			return
		}
	}
	if steps, width, ok := sequenceShape(f); ok {
		c.Pictures = append(c.Pictures, drawSequence(f.Name, values, steps, width))
		return
	}
	list := t.cells(f, values)
	c.Cells = append(c.Cells, list[:min(len(list), mostCells)]...)
	c.Omitted += omitted(min(len(list), mostCells), len(list), "values of "+shortened(f.Name, 40))
}

func cellName(f data.Field, i, n int) string {
	switch {
	case i < len(f.Columns):
		return shortened(f.Columns[i], 60)
	case n == 1:
		return shortened(f.Name, 60)
	}
	return fmt.Sprintf("%s[%d]", shortened(f.Name, 40), i)
}

func cellText(f data.Field, x float64) string {
	if k := int(x); f.Integers() && k >= 0 && k < len(f.ClassNames) {
		return shortened(f.ClassNames[k], 60)
	}
	if math.IsNaN(x) {
		return missing
	}
	return digits(x, 6)
}

// imageShape returns planes, height and width of a field that is drawn as an image: [H, W],
// [1, H, W] or [3, H, W].
func imageShape(f data.Field) (planes, h, w int, ok bool) {
	s := f.Shape
	switch {
	case f.Classes > 0:
		return 0, 0, 0, false
	case len(s) == 2:
		planes, h, w = 1, s[0], s[1]
	case len(s) == 3 && (s[0] == 1 || s[0] == 3):
		planes, h, w = s[0], s[1], s[2]
	default:
		return 0, 0, 0, false
	}
	return planes, h, w, min(h, w) >= leastPicture
}

// drawImage draws the numbers from lo, black, to hi, white. A large image is drawn with every k-th
// pixel of its rows and columns.
func drawImage(values []float64, planes, h, w int, s span) (p picture, size int, ok bool) {
	every := (max(h, w) + mostPicture - 1) / mostPicture
	ph, pw := (h+every-1)/every, (w+every-1)/every
	img := image.NewNRGBA(image.Rect(0, 0, pw, ph))
	grey := func(plane, y, x int) uint8 {
		v := values[(plane*h+y)*w+x]
		switch {
		case math.IsNaN(v):
			return 0
		case !(s.hi > s.lo):
			return 128
		}
		return uint8(math.Round(255 * min(max((v-s.lo)/(s.hi-s.lo), 0), 1)))
	}
	if len(values) != planes*h*w {
		return p, 0, false
	}
	for y := range ph {
		for x := range pw {
			r := grey(0, y*every, x*every)
			g, b := r, r
			if planes == 3 {
				g, b = grey(1, y*every, x*every), grey(2, y*every, x*every)
			}
			img.SetNRGBA(x, y, color.NRGBA{r, g, b, 255})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return p, 0, false
	}
	url := "data:image/png;base64," + base64.StdEncoding.EncodeToString(out.Bytes())
	scale := max(1, mostPicture/max(pw, ph))
	return picture{URL: template.URL(url), Width: pw * scale, Height: ph * scale}, len(url), true
}

// sequenceShape returns steps and width of a field that is drawn as lines: [T] without names or
// [T, 1] to [T, 3], of at least 16 numbers each.
func sequenceShape(f data.Field) (steps, width int, ok bool) {
	s := f.Shape
	switch {
	case f.Columns != nil || f.Integers():
	case len(s) == 1:
		return s[0], 1, s[0] >= 16
	case len(s) == 2:
		return s[0], s[1], s[0] >= 16 && s[1] < leastPicture
	}
	return 0, 0, false
}

func drawSequence(name string, values []float64, steps, width int) picture {
	p := picture{Name: name, Width: sequenceWidth, Height: mostPicture}
	y, ok := newAxis(values, false)
	if !ok {
		return p
	}
	y.from, y.to = float64(p.Height-4), 4
	every := (steps + mostSequence - 1) / mostSequence
	x := axis{hi: float64(max(steps-1, 1)), from: 4, to: sequenceWidth - 4}
	for k := range width {
		s := series{name: name}
		for i := 0; i < steps; i += every {
			s.add(float64(i), values[i*width+k])
		}
		l := s.draw(k, x, y)
		l.Dots = nil
		p.Lines = append(p.Lines, l)
	}
	return p
}
