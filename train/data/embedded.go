package data

import (
	_ "embed" // the packed tables
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// The tables are those of ATTRIBUTION.md, packed (see packedTable).
var (
	//go:embed embedded/iris.bin.gz
	irisPacked []byte
	//go:embed embedded/wine.bin.gz
	winePacked []byte
	//go:embed embedded/breast_cancer.bin.gz
	breastCancerPacked []byte
	//go:embed embedded/digits.bin.gz
	digitsPacked []byte
	//go:embed embedded/test_index.txt
	testIndex string
)

// embeddedTable is one of the datasets that come with the package. Each has its own
// function, so that a program carries the tables that it asks for and no other.
type embeddedTable struct {
	name    string
	packed  []byte
	columns []string // names of the features
	classes []string
}

func irisTable() embeddedTable {
	return embeddedTable{"iris", irisPacked,
		[]string{"sepal length", "sepal width", "petal length", "petal width"},
		[]string{"setosa", "versicolor", "virginica"}}
}

func wineTable() embeddedTable {
	return embeddedTable{"wine", winePacked, wineColumns(), []string{"class_0", "class_1", "class_2"}}
}

func breastCancerTable() embeddedTable {
	return embeddedTable{"breast_cancer", breastCancerPacked, breastCancerColumns(), []string{"malignant", "benign"}}
}

func digitsTable() embeddedTable {
	return embeddedTable{"digits", digitsPacked, digitsColumns(), strings.Split("0123456789", "")}
}

func wineColumns() []string {
	return []string{
		"alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols", "flavanoids",
		"nonflavanoid phenols", "proanthocyanins", "color intensity", "hue", "OD280/OD315 of diluted wines", "proline",
	}
}

func breastCancerColumns() []string {
	var names []string
	for _, statistic := range []string{"mean %s", "%s error", "worst %s"} {
		for _, feature := range []string{
			"radius", "texture", "perimeter", "area", "smoothness",
			"compactness", "concavity", "concave points", "symmetry", "fractal dimension",
		} {
			names = append(names, fmt.Sprintf(statistic, feature))
		}
	}
	return names
}

func digitsColumns() []string {
	var names []string
	for row := range 8 {
		for column := range 8 {
			names = append(names, fmt.Sprintf("pixel %d,%d", row, column))
		}
	}
	return names
}

// Iris returns Fisher's measurements of 150 iris flowers: x [150, 4] in
// centimetres and y, the species: setosa, versicolor or virginica, 50 of each.
//
// Source and licence: ATTRIBUTION.md. Every call returns a dataset of its own.
func Iris() (*Dataset, error) { return irisTable().dataset() }

// Wine returns chemical analyses of 178 wines: x [178, 13] and y, which of three
// cultivators made the wine, with 59, 71 and 48 examples.
//
// Source and licence: ATTRIBUTION.md. Every call returns a dataset of its own.
func Wine() (*Dataset, error) { return wineTable().dataset() }

// BreastCancer returns measurements of the cell nuclei in 569 images of breast
// masses (Wisconsin, diagnostic): x [569, 30] and y, malignant (212) or benign
// (357).
//
// Source and licence: ATTRIBUTION.md. Every call returns a dataset of its own.
func BreastCancer() (*Dataset, error) { return breastCancerTable().dataset() }

// Digits returns 1797 images of handwritten digits: x [1797, 64], 8 rows of 8
// pixels from 0 to 16, and y, the digit. Divide x by 16 for values in 0..1.
//
// Source and licence: ATTRIBUTION.md. Every call returns a dataset of its own.
func Digits() (*Dataset, error) { return digitsTable().dataset() }

func (e embeddedTable) dataset() (*Dataset, error) {
	table, err := unpack(e.packed)
	if err != nil {
		return nil, errors.WithMessagef(err, "data: embedded dataset %q", e.name)
	}
	features := len(table.columns) - 1
	x, y := make([]float64, 0, table.rows*features), make([]int, 0, table.rows)
	for i := range table.rows {
		for _, column := range table.columns[:features] {
			x = append(x, column[i])
		}
		y = append(y, int(table.columns[features][i]))
	}
	return New(
		Field{Name: "x", Shape: []int{features}, Floats: x, Columns: e.columns},
		Field{Name: "y", Ints: y, Classes: len(e.classes), ClassNames: e.classes},
	)
}

// ReferenceSplit returns the indices of the training and of the test examples of
// an embedded dataset, "iris", "wine", "breast_cancer" or "digits", in rising
// order. The split is fixed, so that results can be compared. About one example in
// five is for testing: 29 of iris, 34 of wine, 124 of breast_cancer, 375 of
// digits. ErrOption for another name.
func ReferenceSplit(name string) (train, test []int, err error) {
	rows := map[string]int{"iris": 150, "wine": 178, "breast_cancer": 569, "digits": 1797}[name]
	if rows == 0 {
		return nil, nil, mistake.Optionf("data: ReferenceSplit: got the dataset %q, want one of iris, wine, breast_cancer, digits", name)
	}
	// One list serves all: an example is for testing when its index is in it.
	for _, word := range strings.Fields(testIndex) {
		i, err := strconv.Atoi(word)
		if err != nil {
			return nil, nil, errors.Wrap(err, "data: the list of test examples")
		}
		if i < rows {
			test = append(test, i)
		}
	}
	for i := range rows {
		if _, found := slices.BinarySearch(test, i); !found {
			train = append(train, i)
		}
	}
	return train, test, nil
}
