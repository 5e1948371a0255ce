//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package checkpoint

// acquire notices other Folders of this process alone.
func acquire(path string) (*lock, error) {
	undo, err := acquireHere(path)
	if err != nil {
		return nil, err
	}
	return &lock{undo: undo}, nil
}
