package train

import "github.com/symgrad/symgrad/internal/mistake"

// Precision returns the metric "precision", which of the predictions of a class are right:
//
//	TP / (TP + FP)      TP: right predictions of the class, FP: wrong ones
//
// Each is a sum of the weights of examples. Options say how classes become one number: without
// any it is class 1 of two, the mean over more, and the mean over labels of their own. Classes
// that occur neither in targets nor in predictions are left out of means.
//
// The value is in [0, 1]; larger is better. A class that is never predicted has 0/0, which is
// ClassOptions.ZeroDivision, 0 by default. An output of NaN predicts no class. The value is NaN
// if nothing counts. All this is as in scikit-learn's precision_score.
//
// The name has the average behind it: "precision_macro", "precision_class2".
//
// Errors of Check: those of Accuracy, or of BinaryAccuracy with MultiLabel; ErrOption for a
// Class that there is not. New returns the error of Validate.
func Precision(o ClassOptions) Metric {
	return classMetric("precision", o, func(hit, predicted, _ float64) (float64, float64) { return hit, predicted })
}

// Recall returns the metric "recall", how many examples of a class are found:
//
//	TP / (TP + FN)      TP: examples of the class that are predicted right, FN: the others
//
// A class without an example has 0/0. Everything else is as with Precision. It is
// scikit-learn's recall_score. With the average Macro it is also known as balanced accuracy.
func Recall(o ClassOptions) Metric {
	return classMetric("recall", o, func(hit, _, wanted float64) (float64, float64) { return hit, wanted })
}

// F1 returns the metric "f1", the harmonic mean of precision and recall of a class:
//
//	2·TP / (2·TP + FP + FN)
//
// A class that occurs neither in targets nor in predictions has 0/0. Everything else is as
// with Precision. It is scikit-learn's f1_score.
func F1(o ClassOptions) Metric { return fBeta("f1", 1, o) }

// FBeta returns the metric "fbeta", in which recall counts beta times as much as precision:
//
//	(1+β²)·TP / ((1+β²)·TP + FP + β²·FN)
//
// beta is a finite number above 0; New returns an ErrOption for others. Everything else is as
// with F1. It is scikit-learn's fbeta_score (van Rijsbergen 1979).
func FBeta(beta float64, o ClassOptions) Metric {
	m := fBeta("fbeta", beta, o)
	if !(beta > 0) || beta-beta != 0 {
		m.invalid = mistake.Optionf("FBeta: got the beta %v, want a finite number above 0", beta)
	}
	return m
}

func fBeta(name string, beta float64, o ClassOptions) Metric {
	b2 := float64(beta * beta)
	return classMetric(name, o, func(hit, predicted, wanted float64) (float64, float64) {
		return (1 + b2) * hit, float64(b2*wanted) + predicted
	})
}

// IoU returns the metric "iou", the intersection over the union of targets and predictions of
// a class, also called Jaccard index:
//
//	TP / (TP + FP + FN)
//
// For images with a label for each pixel, mean IoU has the average Macro, or none with three
// or more classes; the IoU of one class has OneClass. For masks, with one output and a target of
// 0 or 1 for each pixel, Micro and MultiLabel give the IoU of all pixels together. A class that occurs neither in targets
// nor in predictions has 0/0. Everything else is as with Precision. It is scikit-learn's
// jaccard_score.
func IoU(o ClassOptions) Metric {
	return classMetric("iou", o, func(hit, predicted, wanted float64) (float64, float64) { return hit, predicted + wanted - hit })
}

// BalancedAccuracy returns the metric "balanced_accuracy", the mean of the recalls of all
// classes that occur in the targets, so that rare classes count as much as others. Range,
// direction, shapes, errors and NaN are those of Accuracy. Several labels of their own give the
// mean over the labels that have a target of 1. It is scikit-learn's balanced_accuracy_score.
func BalancedAccuracy() Metric {
	m := Recall(ClassOptions{Average: Macro})
	m.Name = "balanced_accuracy"
	m.Start = func() Meter {
		return &classMeter{o: ClassOptions{Average: Macro}, ratio: func(hit, _, wanted float64) (float64, float64) { return hit, wanted }, threshold: 0.5, wantedOnly: true}
	}
	return m
}
