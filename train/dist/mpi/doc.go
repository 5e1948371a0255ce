// Package mpi moves the messages of package dist by MPI, between processes of one or several
// machines. A program imports it for its effect:
//
//	import (
//		"github.com/symgrad/symgrad/train/dist"
//		_ "github.com/symgrad/symgrad/train/dist/mpi"
//	)
//
//	func main() {
//		defer dist.Close()
//		// Fit trains on all ranks.
//	}
//
// One of the launchers of MPI starts it:
//
//	mpirun -n 4 ./program                      # Open MPI, on this machine
//	mpirun -n 8 --hostfile machines ./program  # Open MPI, on those of a file
//	mpiexec -n 4 ./program                     # MPICH and Intel MPI
//	srun -n 8 --mpi=pmix ./program             # Slurm with Open MPI
//	srun -n 8 --mpi=pmi2 ./program             # Slurm with MPICH
//
// The same program started alone trains alone, and needs no MPI.
//
// # Library
//
// The program needs no C compiler. It loads the library of MPI when a launcher has started it:
// that of Open MPI 4 or 5, MPICH, Intel MPI or MVAPICH, for Linux and macOS on amd64 and arm64. The
// launcher and the library must be of the same MPI. With the build tag mpi, cgo and CC=mpicc the
// program is linked with the library instead.
//
// # Settings
//
// They are environment variables, the same for all ranks:
//
//   - SYMGRAD_LIBMPI is the file of the library. By default it has one of the usual names, and
//     stands where the system looks for libraries.
//   - SYMGRAD_DIST_TIMEOUT is how long a rank may give no sign of life, as a Go duration. The
//     default is 20s.
//   - SYMGRAD_DIST_WAIT is how long the ranks wait for one that is alive and does not come to a
//     step, to the start or to dist.Close. The default is 30m. A program whose rank 0 works on for
//     longer than that, while the others are done, needs more.
//
// MPI does not keep the registration of memory with a network card between messages, because Go
// gives memory back to the system without asking it. For this the package sets UCX_RCACHE_ENABLE
// and similar variables if they are not set. It also sets OMPI_MCA_mpi_yield_when_idle, and
// OMPI_MCA_btl_tcp_flags to send, so that a connection carries both directions at once.
//
// # Lost ranks
//
// Each rank tells the next one about every second that it is alive, whatever it computes. When a rank
// is dead or hangs, the next one writes its number, machine and process to the error output. Then all
// ranks end with the exit status dist.ExitLost. The launcher of Open MPI ends with it too; that of MPICH
// ends with another one that is not 0. A debugger that stops a rank needs a longer
// SYMGRAD_DIST_TIMEOUT.
package mpi
