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
const (
	tempMark     = ".tmp-"
	randomDigits = 16
)

func tempName(target string) string {
	dir, base := filepath.Split(target)
	return filepath.Join(dir, fmt.Sprintf(".%s%s%016x", base, tempMark, rand.Uint64()))
}

func isRandomPart(s string) bool {
	return len(s) == randomDigits && strings.Trim(s, "0123456789abcdef") == ""
}

// removeTemps deletes the temporary files of target that no running save has
// claimed. What it cannot list or delete it leaves: it is no reason not to save.
func removeTemps(target string) {
	dir, base := filepath.Split(target)
	eachTemp(dir, func(of, path string) {
		if of == base {
			removeUnclaimed(path)
		}
	})
}

// Clean deletes the temporary files that killed saves have left in dir, of whatever
// file. It leaves those of running saves, and what it cannot list or delete.
//
// On a system without locks of files only their age tells the one from the other. If
// the caller knows that nobody else saves the file of a name in dir, because he has
// locked it, mine returns true for that: then its temporary files are all deleted. A nil
// mine knows of none.
func Clean(dir string, mine func(name string) bool) {
	eachTemp(dir, func(of, path string) {
		if mine != nil && mine(of) {
			os.Remove(path)
		} else {
			removeUnclaimed(path)
		}
	})
}

// eachTemp calls do for the temporary files in dir, with the name of the file that
// each was to become.
func eachTemp(dir string, do func(of, path string)) {
	if dir == "" {
		dir = "."
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		name, dotted := strings.CutPrefix(e.Name(), ".")
		at := len(name) - len(tempMark) - randomDigits
		if dotted && at > 0 && name[at:at+len(tempMark)] == tempMark && isRandomPart(name[at+len(tempMark):]) && e.Type().IsRegular() {
			do(name[:at], filepath.Join(dir, e.Name()))
		}
	}
}
