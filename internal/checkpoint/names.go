package checkpoint

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	bestName = "best" + extension
	lockName = ".lock"

	stepPrefix = "step-"
	extension  = ".safetensors"
	stepDigits = 8 // or more
)

// stepName returns the name of the file after the given number of steps.
func stepName(step int) string {
	return fmt.Sprintf("%s%0*d%s", stepPrefix, stepDigits, step, extension)
}

// stepOf returns the number in a name that stepName has made.
func stepOf(name string) (int, bool) {
	digits, ok := strings.CutPrefix(name, stepPrefix)
	if !ok {
		return 0, false
	}
	step, err := strconv.Atoi(strings.TrimSuffix(digits, extension))
	return step, err == nil && step >= 0 && stepName(step) == name
}

// steps returns the numbers of the step files in dir, the newest first.
func steps(dir string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var list []int
	for _, e := range entries {
		if step, ok := stepOf(e.Name()); ok && e.Type() != fs.ModeDir {
			list = append(list, step)
		}
	}
	slices.SortFunc(list, func(a, b int) int { return cmp.Compare(b, a) })
	return list, nil
}

func stepPath(dir string, step int) string { return filepath.Join(dir, stepName(step)) }
