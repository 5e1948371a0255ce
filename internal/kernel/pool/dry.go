package pool

// Dry returns a pool that says it has so many workers and computes nothing: its Run calls ran with
// the number of parts, and no part. It shows how a kernel shares its work among so many workers,
// on a machine that may have fewer. It has no goroutines, and must not be closed.
func Dry(workers int, ran func(parts int)) *Pool {
	p := &Pool{helpers: make([]*helper, workers-1), dry: ran}
	p.busy.Lock() // for ever: there are no helpers that could take parts
	return p
}
