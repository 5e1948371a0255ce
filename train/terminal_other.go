//go:build !(darwin || freebsd || linux)

package train

import "os"

// columns returns a usual width if f may be a terminal, and else 0.
func columns(f *os.File) int {
	if s, err := f.Stat(); err != nil || s.Mode()&os.ModeCharDevice == 0 {
		return 0
	}
	return 80
}
