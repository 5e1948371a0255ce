package train

import "math"

// average computes the loss over a data set from those of its batches.
//
// A loss that is a mean over the examples is averaged with the numbers of examples as
// weights. A loss that is a mean over what counts, such as the labels that are not
// ignored, is Σ sum/Σ count over all batches: a batch in which nothing counts adds
// nothing. In general the loss of a batch is
//
//	loss = Σ f·sum/count + rest
//
// over the means that loss.MeanOver made, where f is the derivative of the
// loss by the mean: 1 if the loss is that mean. The rest, such as a penalty or a mean
// over the examples, and f are averaged over the examples.
type average struct {
	n     float64 // examples
	rest  float64 // times examples
	terms []meanTerm
}

type meanTerm struct{ sum, count, factor float64 } // factor times examples

// reset forgets all batches and keeps the memory.
func (a *average) reset() { *a = average{terms: a.terms[:0]} }

// add adds the batch that s has run, with its loss.
func (a *average) add(s *session, loss float64) { a.take(float64(s.n), loss, s.terms) }

// take adds a batch of n examples, with its loss and the terms of its session.
func (a *average) take(n, loss float64, terms []float64) {
	for i := range len(terms) / 3 {
		if len(a.terms) == i {
			a.terms = append(a.terms, meanTerm{})
		}
		sum, count, factor := terms[3*i], terms[3*i+1], terms[3*i+2]
		t := &a.terms[i]
		t.sum += sum
		t.count += count
		t.factor += factor * n
		if count != 0 {
			loss -= factor * (sum / count)
		}
	}
	a.n += n
	a.rest += loss * n
}

// merge adds the batches of b.
func (a *average) merge(b *average) {
	for i, m := range b.terms {
		if len(a.terms) == i {
			a.terms = append(a.terms, meanTerm{})
		}
		a.terms[i].sum += m.sum
		a.terms[i].count += m.count
		a.terms[i].factor += m.factor
	}
	a.n += b.n
	a.rest += b.rest
}

// value returns the loss over all batches; NaN if there were none or nothing counted.
func (a *average) value() float64 {
	if a.empty() {
		return math.NaN()
	}
	v := a.rest / a.n
	for _, t := range a.terms {
		if t.count != 0 {
			v += t.factor / a.n * (t.sum / t.count)
		}
	}
	return v
}

// empty reports whether nothing counts in the loss: there is no batch, or the loss
// consists of means over what counts, and nothing does.
func (a *average) empty() bool {
	for _, t := range a.terms {
		if t.count != 0 {
			return false
		}
	}
	return a.n == 0 || len(a.terms) > 0
}
