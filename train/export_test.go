package train

import "github.com/symgrad/symgrad/internal/atomicfile"

// UseDisk lets t write its checkpoints to d.
func UseDisk(t *Trainer, d atomicfile.Disk) { t.folder.Disk = d }
