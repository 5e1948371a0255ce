//go:build ((linux && !android) || (darwin && !ios)) && (amd64 || arm64) && !(mpi && cgo)

package mpi

import (
	"os"
	"runtime"
	"strings"
	"unsafe"

	"github.com/ebitengine/purego"
	"github.com/pkg/errors"
)

// library is the calls of MPI that the driver makes, in a library loaded at run time. They return
// MPI's code, 0 for success.
type library struct {
	init, dup, handler, rank, size, send, receive, test, count, abort, finalize, text uintptr

	// Handles of MPI are addresses or integers; both are passed as integers.
	world, comm, bytes, errorsReturn uintptr

	anyRank int32
	status  [32]uint64 // larger than any MPI_Status
	out     int32      // what a call returns by a pointer
	handle  uint64
	args    [7]uintptr // of often, so that it allocates nothing
}

// load finds and opens the library for the launcher.
func load(l launch) (*library, error) {
	lib, err := dlopen(l)
	if err != nil {
		return nil, err
	}
	m := &library{}
	for name, f := range map[string]*uintptr{
		"MPI_Init_thread": &m.init, "MPI_Comm_dup": &m.dup, "MPI_Comm_set_errhandler": &m.handler, "MPI_Comm_rank": &m.rank,
		"MPI_Comm_size": &m.size, "MPI_Isend": &m.send, "MPI_Irecv": &m.receive, "MPI_Test": &m.test, "MPI_Get_count": &m.count,
		"MPI_Abort": &m.abort, "MPI_Finalize": &m.finalize, "MPI_Error_string": &m.text,
	} {
		if *f, err = purego.Dlsym(lib, name); err != nil {
			return nil, errors.Wrapf(ErrLibrary, "no %s: %v", name, err)
		}
	}
	return m, m.setHandles(lib)
}

// setHandles tells Open MPI, whose handles are the addresses of variables, from MPICH and its kin,
// whose handles are integers.
func (m *library) setHandles(lib uintptr) error {
	m.anyRank = -1
	world, err := purego.Dlsym(lib, "ompi_mpi_comm_world")
	if err == nil {
		m.world = world
		if m.bytes, err = purego.Dlsym(lib, "ompi_mpi_byte"); err == nil {
			m.errorsReturn, err = purego.Dlsym(lib, "ompi_mpi_errors_return")
		}
		if err != nil {
			return errors.Wrap(ErrLibrary, err.Error())
		}
		return nil
	}
	m.world, m.bytes, m.errorsReturn, m.anyRank = 0x44000000, 0x4c00010d, 0x54000001, -2
	v := version(lib)
	for _, kin := range []string{"MPICH", "Intel(R) MPI", "MVAPICH"} {
		if strings.Contains(v, kin) {
			return nil
		}
	}
	return errors.Wrapf(ErrLibrary, "got the library %q, want Open MPI, MPICH, Intel MPI or MVAPICH", v)
}

// version returns the first line of what the library says of itself.
func version(lib uintptr) string {
	f, err := purego.Dlsym(lib, "MPI_Get_library_version")
	if err != nil {
		return "without MPI_Get_library_version"
	}
	text, n := make([]byte, 8192), new(int32)
	purego.SyscallN(f, uintptr(unsafe.Pointer(&text[0])), uintptr(unsafe.Pointer(n)))
	line, _, _ := strings.Cut(strings.TrimRight(string(text[:min(max(*n, 0), 8192)]), "\x00"), "\n")
	return line
}

// names are those of the library, that of the launcher first.
func names(l launch) []string {
	if runtime.GOOS == "darwin" {
		var list []string
		for _, dir := range []string{"", "/opt/homebrew/lib/", "/usr/local/lib/", "/opt/local/lib/"} {
			for _, name := range []string{"libmpi.40.dylib", "libmpi.12.dylib", "libmpi.dylib"} {
				list = append(list, dir+name)
			}
		}
		return list
	}
	if l.mpich {
		return []string{"libmpi.so.12", "libmpich.so.12", "libmpi.so.40", "libmpi.so"}
	}
	return []string{"libmpi.so.40", "libmpi.so.12", "libmpich.so.12", "libmpi.so"}
}

func dlopen(l launch) (uintptr, error) {
	const flags = purego.RTLD_NOW | purego.RTLD_GLOBAL // the library's own plug-ins look for its names
	if name := os.Getenv("SYMGRAD_LIBMPI"); name != "" {
		lib, err := purego.Dlopen(name, flags)
		if err != nil {
			return 0, errors.Wrapf(ErrLibrary, "SYMGRAD_LIBMPI: %v", err)
		}
		return lib, nil
	}
	var why []string
	for _, name := range names(l) {
		lib, err := purego.Dlopen(name, flags)
		if err == nil {
			return lib, nil
		}
		why = append(why, err.Error())
	}
	return 0, errors.Wrapf(ErrLibrary, "%s says that a launcher of MPI started this process, and its library is not found; "+
		"install Open MPI or MPICH (on Debian libopenmpi3 or libmpich12), or set SYMGRAD_LIBMPI to the file; tried: %s", l.by, strings.Join(why, "; "))
}

// start calls MPI_Init_thread for one thread, and makes a communicator of the package's own whose
// errors are returned.
func (m *library) start() int32 {
	if code := invoke(m.init, 0, 0, 1, uintptr(unsafe.Pointer(&m.out))); code != 0 { // 1 is MPI_THREAD_FUNNELED
		return code
	}
	if code := invoke(m.handler, m.world, m.errorsReturn); code != 0 {
		return code
	}
	m.handle = 0
	if code := invoke(m.dup, m.world, uintptr(unsafe.Pointer(&m.handle))); code != 0 {
		return code
	}
	m.comm = uintptr(m.handle)
	return invoke(m.handler, m.comm, m.errorsReturn)
}

func (m *library) commRank() (int, int32) {
	code := invoke(m.rank, m.comm, uintptr(unsafe.Pointer(&m.out)))
	return int(m.out), code
}

func (m *library) commSize() (int, int32) {
	code := invoke(m.size, m.comm, uintptr(unsafe.Pointer(&m.out)))
	return int(m.out), code
}

// isend starts to send n bytes at p, and sets r to the handle of that.
func (m *library) isend(p unsafe.Pointer, n, to, tag int, r *uint64) int32 {
	m.args = [...]uintptr{uintptr(p), uintptr(n), m.bytes, uintptr(to), uintptr(tag), m.comm, uintptr(unsafe.Pointer(r))}
	return m.often(m.send, 7, p, r)
}

// irecv starts to receive at most n bytes at p; from is a rank, or -1 for any.
func (m *library) irecv(p unsafe.Pointer, n, from, tag int, r *uint64) int32 {
	if from < 0 {
		from = int(m.anyRank)
	}
	m.args = [7]uintptr{uintptr(p), uintptr(n), m.bytes, uintptr(from), uintptr(tag), m.comm, uintptr(unsafe.Pointer(r))}
	return m.often(m.receive, 7, p, r)
}

// testOf returns whether what r stands for is done.
func (m *library) testOf(r *uint64) (bool, int32) {
	m.args = [7]uintptr{uintptr(unsafe.Pointer(r)), uintptr(unsafe.Pointer(&m.out)), uintptr(unsafe.Pointer(&m.status))}
	code := m.often(m.test, 3, nil, r)
	return m.out != 0, code
}

// received returns the number of bytes of the receive that testOf has just found done.
func (m *library) received() (int, int32) {
	m.args = [7]uintptr{uintptr(unsafe.Pointer(&m.status)), m.bytes, uintptr(unsafe.Pointer(&m.out))}
	code := m.often(m.count, 3, nil, nil)
	return int(m.out), code
}

// often calls f with n of m.args. What they point to is p, r and parts of m, which are all on the
// heap and do not move.
func (m *library) often(f uintptr, n int, p unsafe.Pointer, r *uint64) int32 {
	code, _, _ := purego.SyscallN(f, m.args[:n]...)
	runtime.KeepAlive(p)
	runtime.KeepAlive(r)
	return int32(code)
}

func (m *library) errorText(code int32) string {
	text := make([]byte, 8192)
	if invoke(m.text, uintptr(code), uintptr(unsafe.Pointer(&text[0])), uintptr(unsafe.Pointer(&m.out))) != 0 {
		return "unknown"
	}
	return string(text[:min(max(m.out, 0), 8192)])
}

func (m *library) abortAll(code int) { invoke(m.abort, m.comm, uintptr(code)) }
func (m *library) stop() int32       { return invoke(m.finalize) }

// Functions of C's library, which every program has.
var (
	sigaction, _  = purego.Dlsym(purego.RTLD_DEFAULT, "sigaction")
	schedYield, _ = purego.Dlsym(purego.RTLD_DEFAULT, "sched_yield")
)

// yield lets other threads have the core.
func yield() {
	if schedYield != 0 {
		purego.SyscallN(schedYield)
	}
}

// signalAction sets the handler of a signal, and gets the one before; either may be nil.
func signalAction(signal int, set, get *action) bool {
	return sigaction != 0 && invoke(sigaction, uintptr(signal), uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(get))) == 0
}

// invoke returns the int that a C function returns.
//
//go:uintptrescapes
func invoke(f uintptr, args ...uintptr) int32 {
	code, _, _ := purego.SyscallN(f, args...)
	return int32(code)
}
