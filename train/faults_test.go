package train_test

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"
)

// faultCases are the cases that a training must meet: what goes wrong, and the test of it.
var faultCases = []struct {
	number int
	name   string
	run    func(t *testing.T)
}{
	{34, "NaN and infinities in the inputs", badInputs},
	{35, "NaN in the targets", badTargets},
	{36, "a feature without variance", constantColumn},
	{37, "features around 1e8", largeOffset},
	{53, "the loss becomes NaN", lossBecomesNaN},
	{54, "a learning rate of 1e6", hugeRate},
	{55, "settings without a meaning", badSettings},
	{56, "gradients without a norm", badNorm},
	{57, "gradients of exactly 0", zeroGradients},
	{58, "a sum that cancels", cancellingSum},
	{59, "a mean of millions of float32", longMean},
	{60, "an empty data set", emptySets},
	{61, "inputs and targets of different lengths", otherLengths},
	{62, "inputs without the shape of an example", flatInputs},
	{63, "other features in a prediction", otherFeatures},
	{64, "labels out of range", badLabels},
	{65, "labels that are numbers or texts", otherTargets},
	{66, "one class only", oneClass},
	{67, "a class that training does not have", absentClass},
	{68, "a gap in the labels", gapInLabels},
	{69, "batches that do not divide the data", unevenBatches},
	{70, "an order by a seed", shuffled},
	{71, "tables that are broken", brokenTables},
	{72, "tables in other encodings", otherTexts},
	{73, "arrays that are broken", brokenArrays},
	{74, "images and labels of different numbers", otherCounts},
	{75, "wide tables and long cells", largeTables},
	{76, "more examples than memory", largerThanMemory},
	{84, "an archive that inflates", zipBomb},
	{85, "arrays of objects, and code", objectArrays},
	{86, "arrays in other orders", foreignOrders},
	{87, "arrays with bad shapes", badShapes},
	{88, "archives that lie", badArchives},
	{95, "a checkpoint that is cut off", cutCheckpoint},
	{96, "a checkpoint with one other bit", flippedCheckpoint},
	{97, "a checkpoint of another model", otherModel},
	{98, "a checkpoint of a newer version", newerVersion},
	{99, "no space on the disk", noSpace},
	{100, "killed at each operation of a save", killedAtEachWrite},
	{101, "flush, rename and folder fail", failedFlush},
	{102, "power is lost after the rename", lostPower},
	{103, "two processes, one folder", twoProcesses},
	{104, "a training goes on after a stop", resumed},
	{105, "a signal", signalled},
	{106, "a context is cancelled", contextCancelled},
	{107, "a thousand goroutines predict", thousandPredict},
	{108, "predictions during a training", predictDuringFit},
	{109, "graphs are built at the same time", builtTogether},
	{110, "one, two and eight processors", processors},
}

// TestFaults meets each case, and fails if one is missing.
func TestFaults(t *testing.T) {
	seen := map[int]bool{}
	for _, f := range faultCases {
		if seen[f.number] {
			t.Errorf("case %d stands twice", f.number)
		}
		seen[f.number] = true
		t.Run(fmt.Sprintf("%d: %s", f.number, f.name), f.run)
	}
	for _, r := range [][2]int{{34, 37}, {53, 59}, {60, 76}, {84, 88}, {95, 110}} {
		for n := r[0]; n <= r[1]; n++ {
			if !seen[n] {
				t.Errorf("case %d is missing", n)
			}
			delete(seen, n)
		}
	}
	for n := range seen {
		t.Errorf("got the case %d, want one of those above", n)
	}
}

// stepOf returns the number in the first name of the form step-00000012.safetensors in text,
// -1 for none.
func stepOf(text string) int {
	m := regexp.MustCompile(`step-(\d+)\.safetensors`).FindStringSubmatch(text)
	if m == nil {
		return -1
	}
	n, _ := strconv.Atoi(m[1])
	return n
}
