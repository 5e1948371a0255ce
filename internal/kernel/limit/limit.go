package limit

import (
	"runtime"
	"sync"
	"time"

	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// repeats is how often a loop runs; the best time counts, since anything else
// that the machine does only makes it longer.
const repeats = 8

// Flops is the number of floating-point operations per second on so many
// threads, a multiply-add counting two, in the widest registers that kernels
// use here. bits is 32 or 64. It is what the machine holds for some ten milliseconds:
// bursts of one can be a twentieth faster, and no step of that length can.
func Flops(bits, threads int) float64 {
	loop, each := fmaLoop(bits)
	const rounds = 1 << 22
	return float64(rounds) * each * float64(threads) / best(threads, func(int) { loop(rounds) })
}

// Bandwidth is the number of bytes per second that so many threads move between
// memory and registers in a = b + s·c on float32 arrays much larger than caches.
func Bandwidth(threads int) float64 {
	const n = 1 << 23 // 32 MiB each
	a, b := make([]float32, n), make([]float32, n)
	vec.F32.Fill(a, 1)
	vec.F32.Fill(b, 1)
	part := n / threads
	seconds := best(threads, func(i int) {
		vec.F32.Axpy(a[i*part:(i+1)*part], 1e-9, b[i*part:(i+1)*part])
	})
	return 3 * 4 * float64(part*threads) / seconds // b and a are read, a is written
}

// best is the shortest of several runs of f on all threads, in seconds.
func best(threads int, f func(thread int)) float64 {
	var least time.Duration
	for i := range repeats {
		var done sync.WaitGroup
		start := time.Now()
		for t := range threads {
			done.Go(func() { f(t) })
		}
		done.Wait()
		if took := time.Since(start); i == 0 || took < least {
			least = took
		}
	}
	return least.Seconds()
}

// scalarRounds is the loop of processors without assembly of ours.
func scalarRounds(n int) {
	var s [4]float64
	for range n {
		s[0] = s[0]*0.5 + 1
		s[1] = s[1]*0.5 + 1
		s[2] = s[2]*0.5 + 1
		s[3] = s[3]*0.5 + 1
	}
	runtime.KeepAlive(s)
}
