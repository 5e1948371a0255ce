package onnx

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/golden"
	"github.com/symgrad/symgrad/internal/onnxin"
)

const operatorsHead = `# Operators of ONNX

` + "`onnx.Read`" + ` builds a model of a file with the operators of this module. This page lists the
operators of ONNX that it reads, and those that it refuses with an ` + "`onnx.Error`" + `. It is made by a
test, so it is complete.

An attribute or an operand that is not read makes an error. It is never left out. Gradients flow
through what is read, as through any graph.

**Integers and truth values.** A node holds integers and truth values as floats; true is 1. Inputs
of integers are fed as integers (` + "`Builder.Ints`" + `). Float32 is exact up
to 2²⁴, float64 up to 2⁵³. Integers of 8 and 16 bits overflow as in ONNX; wider ones do not.
Operators that would need more bits than the floats have are refused.

**Known values.** Shapes, axes, pads and other settings must be known when the model is built. They
are computed from constants and from the shapes of inputs. An input that is such a setting is given
by ` + "`Imported.Fix`" + `. ` + "`If`, `Loop` and `Scan`" + ` are built where what they decide is known.

`

// TestOperators holds docs/onnx-operators.md to the rules. Run it with -update to write the page.
func TestOperators(t *testing.T) {
	read, refused := onnxin.Operators()
	var page strings.Builder
	page.WriteString(operatorsHead)
	fmt.Fprintf(&page, "## Read (%d)\n\n", len(read))
	page.WriteString("| |\n|---|\n")
	for six := range slices.Chunk(read, 6) {
		fmt.Fprintf(&page, "| `%s` |\n", strings.Join(six, "`, `"))
	}
	fmt.Fprintf(&page, "\n## Refused (%d)\n\n| Operator | It has |\n|---|---|\n", len(refused))
	for _, name := range slices.Sorted(maps.Keys(refused)) {
		fmt.Fprintf(&page, "| `%s` | %s |\n", name, refused[name])
	}
	golden.Check(t, filepath.Join("..", "..", "docs", "onnx-operators.md"), page.String())
}
