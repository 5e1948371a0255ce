//go:build ((linux && !android) || (darwin && !ios)) && (amd64 || arm64) && mpi && cgo

package mpi

/*
#include <mpi.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

_Static_assert(sizeof(MPI_Request) <= 8, "a request must fit into 8 bytes");

static MPI_Comm comm;
static MPI_Status status;

static int start(void) {
	int provided, code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
	if (code) return code;
	if ((code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN))) return code;
	if ((code = MPI_Comm_dup(MPI_COMM_WORLD, &comm))) return code;
	return MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
}
static int commRank(int *r) { return MPI_Comm_rank(comm, r); }
static int commSize(int *n) { return MPI_Comm_size(comm, n); }
static int isend(char *p, int n, int to, int tag, uint64_t *r) { return MPI_Isend(p, n, MPI_BYTE, to, tag, comm, (MPI_Request *)r); }
static int irecv(char *p, int n, int from, int tag, uint64_t *r) {
	return MPI_Irecv(p, n, MPI_BYTE, from < 0 ? MPI_ANY_SOURCE : from, tag, comm, (MPI_Request *)r);
}
static int test(uint64_t *r, int *done) { return MPI_Test((MPI_Request *)r, done, &status); }
static int received(int *n) { return MPI_Get_count(&status, MPI_BYTE, n); }
static int errorText(int code, char *text, int *n) { return MPI_Error_string(code, text, n); }
static void abortAll(int code) { MPI_Abort(comm, code); }
static int stop(void) { return MPI_Finalize(); }
static int signalAction(int s, void *set, void *get) { return sigaction(s, set, get); }

enum { textLength = MPI_MAX_ERROR_STRING };
*/
import "C"

import "unsafe"

// library is the calls of MPI that the driver makes, in the library that the program is linked with.
// They return MPI's code, 0 for success.
type library struct{ out C.int }

func load(launch) (*library, error) { return &library{}, nil }

func (m *library) start() int32 { return int32(C.start()) }

func (m *library) commRank() (int, int32) {
	code := C.commRank(&m.out)
	return int(m.out), int32(code)
}

func (m *library) commSize() (int, int32) {
	code := C.commSize(&m.out)
	return int(m.out), int32(code)
}

func (m *library) isend(p unsafe.Pointer, n, to, tag int, r *uint64) int32 {
	return int32(C.isend((*C.char)(p), C.int(n), C.int(to), C.int(tag), (*C.uint64_t)(r)))
}

func (m *library) irecv(p unsafe.Pointer, n, from, tag int, r *uint64) int32 {
	return int32(C.irecv((*C.char)(p), C.int(n), C.int(from), C.int(tag), (*C.uint64_t)(r)))
}

func (m *library) testOf(r *uint64) (bool, int32) {
	code := C.test((*C.uint64_t)(r), &m.out)
	return m.out != 0, int32(code)
}

func (m *library) received() (int, int32) {
	code := C.received(&m.out)
	return int(m.out), int32(code)
}

func (m *library) errorText(code int32) string {
	var text [C.textLength + 1]C.char
	if C.errorText(C.int(code), &text[0], &m.out) != 0 {
		return "unknown"
	}
	return C.GoString(&text[0])
}

func (m *library) abortAll(code int) { C.abortAll(C.int(code)) }
func (m *library) stop() int32       { return int32(C.stop()) }

// signalAction sets the handler of a signal, and gets the one before; either may be nil.
func signalAction(signal int, set, get *action) bool {
	return C.signalAction(C.int(signal), unsafe.Pointer(set), unsafe.Pointer(get)) == 0
}

// yield lets other threads have the core.
func yield() { C.sched_yield() }
