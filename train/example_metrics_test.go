package train_test

import (
	"context"
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// asItIs is a model whose outputs, for three classes, are in the data set.
type asItIs struct{ p *graph.Params }

func (m asItIs) Params() *graph.Params { return m.p }

func (m asItIs) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	output = b.Mul(b.Input("x", n, 3), b.Param("scale", graph.Ones(), 1))
	return loss.CrossEntropy(b, output, b.Ints("y", n), loss.CrossEntropyOptions{}), output
}

// Metrics are measured by Evaluate, and after each epoch of Fit.
func ExampleConfusion() {
	set, err := data.New(
		data.Field{Name: "x", Shape: []int{3}, Floats: []float64{4, 1, 0, 3, 2, 1, 0, 3, 1, 1, 4, 0, 2, 1, 0, 0, 2, 3}},
		data.Field{Name: "y", Ints: []int{0, 0, 1, 1, 1, 2}, Classes: 3, ClassNames: []string{"cat", "dog", "hen"}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err := train.New(asItIs{graph.NewParams(graph.Float64, 1)}, train.Options{Metrics: []train.Metric{
		train.Accuracy(), train.F1(train.ClassOptions{}), train.ROCAUC(train.ClassOptions{Average: train.Weighted}),
		train.Recall(train.ClassOptions{Average: train.OneClass, Class: 1}), train.LogLoss(train.ProbabilityOptions{Logits: true}), train.Confusion(),
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := t.Evaluate(context.Background(), set)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range r.Metrics {
		fmt.Printf("%s %.3f\n", v.Name, v.Value)
	}
	fmt.Print(r.Metrics[5].Confusion)
	// Output:
	// accuracy 0.833
	// f1 0.867
	// roc_auc_weighted 0.861
	// recall_class1 0.667
	// log_loss 0.411
	// confusion 0.833
	//      cat  dog  hen  recall
	// cat    2    0    0  100.0%
	// dog    1    2    0   66.7%
	// hen    0    0    1  100.0%
}

// A Meter measures predictions that come from anywhere, batch by batch.
func ExampleMeter() {
	auc := train.ROCAUC(train.ClassOptions{}).Start()
	auc.Add(train.Scored{N: 3, Output: []float64{0.1, 0.4, 0.35}, Label: []int{0, 0, 1}})
	auc.Add(train.Scored{N: 1, Output: []float64{0.8}, Label: []int{1}, Weight: []float64{2}})
	fmt.Printf("%.3f\n", auc.Value())
	// Output: 0.833
}

// Labels of their own: each example may have any of them. The average is over the labels.
func ExampleClassOptions() {
	b := train.Scored{N: 3, Shape: []int{3, 2}, Output: []float64{0.9, 0.2, 0.6, 0.7, 0.1, 0.8}, Target: []float64{1, 0, 0, 1, 1, 1}}
	for _, o := range []train.ClassOptions{{}, {Average: train.Micro}, {Average: train.OneClass, Class: 1}} {
		m := train.Precision(o)
		meter := m.Start()
		meter.Add(b)
		fmt.Printf("%s %.2f\n", m.Name, meter.Value())
	}
	// Output:
	// precision 0.75
	// precision_micro 0.75
	// precision_class1 1.00
}
