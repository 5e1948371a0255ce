package train

import (
	"testing"

	"github.com/symgrad/symgrad/internal/atomicfile"
)

// UseDisk lets t write its checkpoints to d.
func UseDisk(t *Trainer, d atomicfile.Disk) { t.folder.Disk = d }

// UseBuckets lets ranks exchange sums in buckets of so many bytes, until the test ends.
func UseBuckets(t *testing.T, bytes int) {
	old := bucketBytes
	t.Cleanup(func() { bucketBytes = old })
	bucketBytes.least, bucketBytes.most = bytes, bytes
}
