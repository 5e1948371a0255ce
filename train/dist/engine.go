package dist

// Engine moves bytes between the ranks of a training.
//
// Broadcast, AllToAll, AllGather and Barrier are collective: each rank makes the same calls in the
// same order, with lengths that fit, and they return when this rank's part is done. An error is the
// end of the Engine: what the others have got is not known. The slices are the caller's again when
// the call returns.
//
// An Engine is for one goroutine at a time, but Abort is for any.
type Engine interface {
	// Rank returns the number of this rank, in [0, Size()).
	Rank() int
	// Size returns the number of ranks, at least 1.
	Size() int
	// Name returns where a rank runs, for messages, such as "rank 3 (node7, process 4711)".
	Name(rank int) string
	// Broadcast copies p of the rank root into p of all others.
	Broadcast(p []byte, root int) error
	// AllToAll sends send[r] to the rank r, and fills receive[r] with what that one sends to
	// this rank. Both have Size() elements; the length of receive[r] is that of what comes. An
	// element may be empty.
	AllToAll(receive, send [][]byte) error
	// AllGather fills all with mine of each rank, one after the other; all has Size() times the
	// length of mine.
	AllGather(all, mine []byte) error
	// Barrier returns when all ranks have called it.
	Barrier() error
	// Abort writes why to the error output and ends the processes of all ranks, this one too,
	// with the exit status code. It does not return, but for the ranks of Local.
	Abort(code int, why string)
	// Close ends the Engine. All ranks call it; no other call comes after.
	Close() error
}

// ExitLost is the exit status of ranks that end because another one is dead or hangs: EX_TEMPFAIL of
// sysexits.h, "try again later".
const ExitLost = 75
