package train

import (
	"strconv"

	"github.com/symgrad/symgrad/internal/enum"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Average says how the numbers of several classes, or of several labels of their own, become
// one metric. The names are scikit-learn's.
type Average uint8

// The averages.
const (
	AverageDefault Average = iota // OneClass of class 1 for two classes, Macro otherwise
	Macro                         // the mean over the classes
	Micro                         // of the counts of all classes together
	Weighted                      // the mean, each class weighted by its examples in the targets
	OneClass                      // the class ClassOptions.Class alone
)

var averageNames = []string{"default", "macro", "micro", "weighted", "one class"}

// String returns the name, such as "macro".
func (a Average) String() string { return enum.String("average", averageNames, int(a)) }

// MarshalText returns the name. Errors: ErrOption for a number that is no Average.
func (a Average) MarshalText() ([]byte, error) { return enum.Text("average", averageNames, int(a)) }

// UnmarshalText sets a to the Average of the name. Errors: ErrOption for another name.
func (a *Average) UnmarshalText(text []byte) error {
	return enum.Read(a, "average", averageNames, text)
}

// ClassOptions are the settings of Precision, Recall, FBeta, IoU, ROCAUC and AveragePrecision.
// The zero value is ready to use.
//
// Classes and labels are found as Accuracy finds them. A single output has the two classes 0
// and 1. Several labels of their own, each 0 or 1, are what scikit-learn calls multilabel.
type ClassOptions struct {
	Average Average // default OneClass of class 1 for two classes, Macro otherwise
	Class   int     // the class, or the label of several, of OneClass; default 0

	// Threshold is the output from which on a label of its own is 1; default 0.5. For outputs
	// before a sigmoid it is Zero, the number 0. Several classes and the curves do not use it.
	Threshold float64
	// ZeroDivision is the value of 0/0, such as the precision of a class that is never
	// predicted: 0, the default, or 1. IoU, precision and others use it; the curves do not.
	ZeroDivision float64
	// MultiLabel takes numbers of the shape [..., C] as C labels of their own, also where
	// each row adds up to 1.
	MultiLabel bool
}

// Validate returns what is wrong with the settings. Errors: ErrOption.
func (o ClassOptions) Validate() error {
	switch {
	case o.Average > OneClass:
		return mistake.Optionf("ClassOptions.Average: got %v, want AverageDefault, Macro, Micro, Weighted or OneClass", o.Average)
	case o.Class < 0:
		return mistake.Optionf("ClassOptions.Class: got %d, want at least 0", o.Class)
	case o.Class > 0 && o.Average != OneClass:
		return mistake.Optionf("ClassOptions.Class: got %d with the average %v, want OneClass", o.Class, o.Average)
	case o.Threshold-o.Threshold != 0:
		return mistake.Optionf("ClassOptions.Threshold: got %v, want a finite number", o.Threshold)
	case o.ZeroDivision != 0 && o.ZeroDivision != 1 && o.ZeroDivision != Zero:
		return mistake.Optionf("ClassOptions.ZeroDivision: got %v, want 0 or 1", o.ZeroDivision)
	}
	return nil
}

// name returns the name of a metric with the settings, such as "f1_macro".
func (o ClassOptions) name(metric string) string {
	switch o.Average {
	case AverageDefault:
		return metric
	case OneClass:
		return metric + "_class" + strconv.Itoa(o.Class)
	}
	return metric + "_" + o.Average.String()
}

// check returns why p cannot be measured with the settings.
func (o ClassOptions) check(p Pair) error {
	check := checkAccuracy
	if o.MultiLabel {
		check = checkBinary
	}
	if err := check(p); err != nil {
		return err
	}
	if n := p.classes(); o.Average == OneClass && o.Class >= n {
		return mistake.Optionf("ClassOptions.Class: got %d, want one in 0..%d", o.Class, n-1)
	}
	return nil
}

// classes returns the number of classes, or of labels of their own, that outputs stand for.
func (p Pair) classes() int {
	if width := p.width(); width > 1 {
		return width
	}
	return 2
}

// width returns the extent of the last axis of the outputs for an example.
func (p Pair) width() int {
	if n := len(p.Output); n > 0 {
		return p.Output[n-1]
	}
	return 1
}

// resolve returns the average that is meant and its class, for n classes; own says that they
// are several labels of their own.
func (o ClassOptions) resolve(n int, own bool) (Average, int) {
	switch {
	case o.Average != AverageDefault:
		return o.Average, o.Class
	case n == 2 && !own:
		return OneClass, 1
	}
	return Macro, 0
}
