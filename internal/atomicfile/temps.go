package atomicfile

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// tempMark stands between the name of the file and the random part of the
// temporary name: ".model.bin.tmp-0123456789abcdef".
const tempMark = ".tmp-"

func tempName(target string) string {
	dir, base := filepath.Split(target)
	return filepath.Join(dir, fmt.Sprintf(".%s%s%016x", base, tempMark, rand.Uint64()))
}

func isRandomPart(s string) bool {
	return len(s) == 16 && strings.Trim(s, "0123456789abcdef") == ""
}

// removeTemps deletes the temporary files of target that no running save has
// claimed. What it cannot list or delete it leaves: it is no reason not to save.
func removeTemps(target string) {
	dir, base := filepath.Split(target)
	if dir == "" {
		dir = "."
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		random, ok := strings.CutPrefix(e.Name(), "."+base+tempMark)
		if ok && isRandomPart(random) && e.Type().IsRegular() {
			removeUnclaimed(filepath.Join(dir, e.Name()))
		}
	}
}
