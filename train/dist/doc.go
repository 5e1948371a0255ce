// Package dist lets several processes, called ranks, train one model.
//
// An Engine moves bytes between the ranks and never adds. The Trainer sums the gradients itself, in
// an order that does not depend on the number of ranks: a training has the same bits on 1, 2, 4 or
// 8 of them.
//
// A driver brings an Engine. It is imported for its effect, as those of database/sql are:
//
//	import _ "github.com/symgrad/symgrad/train/dist/mpi"
//
// Then a program that mpirun or Slurm has started on several ranks trains on all of them, and
// the same program started alone trains alone. A main function that may be a rank ends with Close:
//
//	defer dist.Close()
//
// Local makes the ranks within one process, to try and to test.
package dist
