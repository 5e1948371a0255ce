// Package loss has the losses: functions that compare predictions with targets.
//
//	l := loss.MSE(b, x, y)                // a scalar: the mean over all elements
//	l := loss.MSE(b, x, y, loss.Each)     // the squared error of each element
//	l := loss.CrossEntropy(b, logits, labels, loss.CrossEntropyOptions{Reduction: loss.Sum})
//
// A loss takes the Builder, the prediction, the target and what it cannot do without, such
// as Huber's delta. Its last argument is optional: a Reduction, or Options with a field
// Reduction if the loss has more settings. The Reduction is the same for all losses: Mean,
// the default, and Sum return a scalar; Each returns one loss for each element, or for
// each example where the formula has a sum over classes. The zero value of each setting is
// its default.
//
//	loss                  use it for                             output activation
//	MSE                   regression                             none
//	MAE, Huber, SmoothL1  regression with outliers               none
//	PoissonNLL            counts                                 none (x is log rate)
//	GaussianNLL           regression with a predicted variance   none; Softplus for v
//	CrossEntropy          one of C classes                       none (logits)
//	SoftCrossEntropy      probabilities of C classes             none (logits)
//	NLL                   one of C classes                       LogSoftmax
//	KLDivergence          distance of distributions              LogSoftmax
//	BCEWithLogits         yes or no                              none (logits)
//	BCE                   yes or no                              Sigmoid
//	Hinge, SoftMargin     yes or no, as 1 and −1                 none (scores)
//	MultiMargin           one of C classes, by margins           none (scores)
//	MultiLabelSoftMargin  several of C classes                   none (logits)
//	MultiLabelMargin      several of C classes, by margins       none (scores)
//	CourseCrossEntropy    one of C classes, one-hot              none (logits)
//	MarginRanking         which of two is larger                 none (scores)
//	HingeEmbedding        pairs that are alike or not            none (distances)
//	CosineEmbedding       pairs that are alike or not            none (embeddings)
//	TripletMargin         anchor, positive, negative             none (embeddings)
//	CTC                   sequences without alignment            LogSoftmax
//
// MeanOver makes the mean of a loss of one's own over what counts. L1, L2 and ElasticNet
// are penalties for large parameters, to be added to a loss:
//
//	l = b.Add(l, loss.L2(b, 0.01, "hidden/"))
//
// Shapes that differ are refused even where they broadcast: [N, 1] against [N] is a
// mistake that would give N×N errors.
//
// NaN in a prediction or a target gives NaN. A term of weight 0 (a target of 0, an ignored
// label, a class of weight 0) is left out, also where it is infinite or NaN. Derivatives
// are finite wherever the loss is, unless the slope of its formula is infinite there.
//
// Errors are kept by the Builder: ErrShape for operands that do not fit, ErrOption for
// settings, ErrTarget for targets outside of the loss's Domain. Constants are checked at
// once, inputs when they are fed.
//
// It does not own the trainer's metrics (train). Importers: models, and whoever trains.
package loss
