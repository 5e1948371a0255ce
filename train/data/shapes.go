package data

// shapesSide is the number of pixels in a row and in a column of Shapes.
const shapesSide = 16

// Shapes returns n grey images of 16x16 pixels, each with one filled shape. Field "x"
// (x: [n, 1, 16, 16], Bytes scaled to 0..1) has the images, and field "y" the class:
// circle, square, triangle or cross, which take turns.
//
// A shape has a radius r of 3 to 6 pixels, and a centre at which it is inside of the
// image. With dx and dy from the centre, right and down, it covers
//
//	circle    dx² + dy² <= r²
//	square    |dx| <= r and |dy| <= r
//	triangle  |dy| <= r and 2|dx| <= dy + r
//	cross     |dx| <= r and |dy| <= r/3, or the other way round
//
// Its brightness is 160 to 255, less 0 to 63 of noise in each pixel. The other pixels
// are 0 to 95. A small convolutional network learns the classes from 1,000 images,
// a perceptron much less well.
//
// The images follow from seed alone, on every processor; other seeds give other images.
// ErrOption unless n is 1 to 2^24.
func Shapes(n int, seed uint64) (*Dataset, error) {
	if err := checkSynthetic("Shapes", n); err != nil {
		return nil, err
	}
	const size = shapesSide * shapesSide
	pixels := make([]uint8, n*size)
	shapes := []func(dx, dy, r int) bool{inCircle, inSquare, inTriangle, inCross}
	for i := range n {
		drawShape(pixels[i*size:(i+1)*size], shapes[i%len(shapes)], newStream(seed, syntheticStream+uint64(i)))
	}
	return New(Field{Name: "x", Shape: []int{1, shapesSide, shapesSide}, Bytes: pixels, Scale: 1.0 / 255},
		turns(n, "circle", "square", "triangle", "cross"))
}

// drawShape fills the pixels of one image.
func drawShape(pixels []uint8, covers func(dx, dy, r int) bool, random *stream) {
	r := random.within(3, 6)
	x, y := random.within(r, shapesSide-1-r), random.within(r, shapesSide-1-r)
	brightness := random.within(160, 255)
	for i := range pixels {
		if covers(i%shapesSide-x, i/shapesSide-y, r) {
			pixels[i] = uint8(brightness - random.within(0, 63))
		} else {
			pixels[i] = uint8(random.within(0, 95))
		}
	}
}

func inCircle(dx, dy, r int) bool { return dx*dx+dy*dy <= r*r }

func inSquare(dx, dy, r int) bool { return max(dx, -dx, dy, -dy) <= r }

func inTriangle(dx, dy, r int) bool { return max(dy, -dy) <= r && 2*max(dx, -dx) <= dy+r }

func inCross(dx, dy, r int) bool {
	return inSquare(dx, dy, r) && min(max(dx, -dx), max(dy, -dy)) <= r/3
}
