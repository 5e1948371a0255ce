package data

import (
	"container/heap"

	"github.com/symgrad/symgrad/internal/mistake"
)

// allot parts test examples among classes in proportion to their members, within
// the bounds of allotBounds. Of all such counts it takes those nearest to the exact
// shares (least squares): from shares rounded down it adds the missing ones, or
// takes back those too many, one at a time where that costs least.
func allot(test int, members [][]int, random *stream) ([]int, error) {
	low, high, total, err := allotBounds(test, members)
	if err != nil {
		return nil, err
	}
	counts, above := make([]int, len(members)), make([]float64, len(members))
	left := test
	for c, m := range members {
		exact := float64(test) * float64(len(m)) / float64(total)
		counts[c] = min(max(int(exact), low[c]), high[c])
		above[c] = float64(counts[c]) - exact
		left -= counts[c]
	}
	step := 1
	if left < 0 {
		step = -1
	}
	q := &classQueue{step: float64(step), above: above, order: identity(len(members))}
	random.shuffle(q.order)
	free := func(c int) bool { return counts[c]+step >= low[c] && counts[c]+step <= high[c] }
	for c := range members {
		if free(c) {
			q.classes = append(q.classes, c)
		}
	}
	heap.Init(q)
	for ; left != 0; left -= step {
		c := q.classes[0]
		counts[c] += step
		above[c] += float64(step)
		if free(c) {
			heap.Fix(q, 0)
		} else {
			heap.Pop(q)
		}
	}
	return counts, nil
}

// allotBounds says how few and how many of each class may be test examples: one at
// least and not all of a class of two or more, unless a part is too small for that;
// none of a class of one, unless train is too small.
func allotBounds(test int, members [][]int) (low, high []int, total int, err error) {
	low, high = make([]int, len(members)), make([]int, len(members))
	fewest, most := 0, 0
	for c, m := range members {
		total += len(m)
		if len(m) >= 2 {
			low[c], high[c] = 1, len(m)-1
			fewest, most = fewest+1, most+len(m)-1
		}
	}
	if fewest == 0 {
		return nil, nil, 0, mistake.Newf(ErrEmpty, "got one example of each class, want a class with two to part")
	}
	if test < fewest {
		clear(low)
	}
	if test > most {
		for c, m := range members {
			high[c] = len(m)
		}
	}
	return low, high, total, nil
}

// classQueue is a heap of classes, first the one whose count gains most by step.
type classQueue struct {
	classes []int
	step    float64
	above   []float64 // how far the count of a class is above its share
	order   []int     // decides between equals
}

func (q *classQueue) Len() int { return len(q.classes) }

func (q *classQueue) Less(i, j int) bool {
	a, b := q.classes[i], q.classes[j]
	if x, y := q.step*q.above[a], q.step*q.above[b]; x != y {
		return x < y
	}
	return q.order[a] < q.order[b]
}

func (q *classQueue) Swap(i, j int) { q.classes[i], q.classes[j] = q.classes[j], q.classes[i] }

// Push adds a class; of heap.Interface.
func (q *classQueue) Push(x any) { q.classes = append(q.classes, x.(int)) }

// Pop takes the last class away; of heap.Interface.
func (q *classQueue) Pop() any {
	last := q.classes[len(q.classes)-1]
	q.classes = q.classes[:len(q.classes)-1]
	return last
}
