package train

import (
	"bytes"
	"encoding/binary"
	"os"

	"github.com/symgrad/symgrad/internal/safetensors"
)

// spread lets the other ranks go on with the file that the first one has gone on with. Only the first
// one needs to see the folder.
func (k *keeper) spread() error {
	if k == nil || k.f.ranks == nil {
		return nil
	}
	r, t := k.f.ranks, k.f.Trainer
	var file []byte
	var err error
	if k.restored != "" {
		file, err = os.ReadFile(k.restored)
	}
	if err := r.agree(err); err != nil {
		return err
	}
	size := make([]byte, 8)
	binary.LittleEndian.PutUint64(size, uint64(len(file)))
	if err := r.lost(r.Broadcast(size, 0)); err != nil {
		return err
	}
	n := binary.LittleEndian.Uint64(size)
	if n == 0 {
		return nil
	}
	file = resize(file, int(n))
	if err := r.lost(r.Broadcast(file, 0)); err != nil {
		return err
	}
	if !r.first() {
		err = k.f.restoreBytes(file)
	}
	if t.home == "" {
		t.home = absolute(k.o.Dir)
	}
	return r.agree(err)
}

// restoreBytes restores what a file of a run holds.
func (t *Trainer) restoreBytes(file []byte) error {
	if err := t.enter(); err != nil {
		return err
	}
	defer t.leave()
	if err := t.builtOnce(); err != nil {
		return err
	}
	x, err := safetensors.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return err
	}
	return t.restoreFile(x)
}
