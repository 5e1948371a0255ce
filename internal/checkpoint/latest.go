package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/symgrad/symgrad/internal/safetensors"
)

// ErrNone is the error of a search in a folder without a file of a run.
var ErrNone = errors.New("no checkpoint")

// Found is a file that is whole.
type Found struct {
	Path    string
	Step    int       // -1 for the best
	Skipped []Skipped // newer files that are not whole
}

// Skipped is a file that is not whole, and why.
type Skipped struct {
	Path string
	Err  error
}

// Latest returns the newest step file in dir that is whole: all of it is read and
// checked. Newer ones that are damaged or cannot be read are passed over, and listed
// with the reason. It needs no lock: another process may be writing.
//
// Errors: ErrNone if there is no step file or no folder. If there are some, but none is
// whole, the error wraps their reasons and not ErrNone.
func Latest(dir string) (Found, error) {
	var skipped []Skipped
	tried := map[int]bool{}
	for again := true; again; {
		again = false
		list, err := steps(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Found{}, fmt.Errorf("checkpoint: %w", err)
		}
		for _, step := range list {
			if tried[step] {
				continue
			}
			tried[step] = true
			path := stepPath(dir, step)
			err := whole(path)
			if err == nil {
				return Found{path, step, skipped}, nil
			}
			if errors.Is(err, fs.ErrNotExist) { // its writer has removed it: there is a newer one
				again = true
				break
			}
			skipped = append(skipped, Skipped{path, err})
		}
	}
	if len(skipped) == 0 {
		return Found{}, fmt.Errorf("checkpoint: %q: %w", dir, ErrNone)
	}
	reasons := make([]error, len(skipped))
	for i, s := range skipped {
		reasons[i] = s.Err
	}
	return Found{Skipped: skipped}, fmt.Errorf("checkpoint: %q: got %d files, want one that is whole: %w", dir, len(skipped), errors.Join(reasons...))
}

// Best returns the best file in dir. Errors: ErrNone if there is none; those of a file
// that is damaged.
func Best(dir string) (Found, error) {
	path := filepath.Join(dir, bestName)
	switch err := whole(path); {
	case errors.Is(err, fs.ErrNotExist):
		return Found{}, fmt.Errorf("checkpoint: %q: %w", path, ErrNone)
	case err != nil:
		return Found{}, fmt.Errorf("checkpoint: %w", err)
	}
	return Found{Path: path, Step: -1}, nil
}

// whole returns what is wrong with a file.
func whole(path string) error {
	r, err := safetensors.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	if !r.Summed() {
		return fmt.Errorf("%q: %w: got no checksums, want those of each tensor", path, safetensors.ErrFormat)
	}
	return r.Verify()
}
