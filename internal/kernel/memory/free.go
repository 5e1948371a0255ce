package memory

import (
	"io/fs"
	"math"
	"os"
	"path"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
)

// Free is how many bytes this process may still take. It is the least of what these leave:
//
//   - the machine: MemAvailable of /proc/meminfo, less a sixteenth;
//   - the control group and all above it: memory.max of version 2,
//     memory.limit_in_bytes of version 1;
//   - the limit of the address space (ulimit -v);
//   - GOMEMLIMIT.
//
// Where the system says nothing, such as outside of Linux, it is what is left of half of
// the address space, or of 64 GiB.
//
// What the garbage collector has not yet returned counts as taken; if there is less
// than want, it is returned first.
func Free(want int64) int64 {
	s := system{root: os.DirFS("/"), page: int64(os.Getpagesize()), used: goMemory(), limit: debug.SetMemoryLimit(-1)}
	n := s.free()
	if n < want {
		debug.FreeOSMemory()
		s.used = goMemory()
		n = s.free()
	}
	return n
}

// goMemory is what the Go runtime has from the system.
func goMemory() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64() - s[1].Value.Uint64())
}

// system is who knows about memory.
type system struct {
	root  fs.FS // the file system
	page  int64 // bytes
	used  int64 // by the Go runtime
	limit int64 // GOMEMLIMIT; math.MaxInt64: none
}

// unknown is what a process may take where nobody knows, and spare what the runtime
// takes of its address space before it needs it.
const (
	unknown = 64 << 30
	spare   = 64 << 20
)

func (s *system) free() int64 {
	n := int64(unknown) - s.used
	if strconv.IntSize == 32 || runtime.GOARCH == "wasm" {
		n = 1<<31 - s.used
	}
	if available, ok := s.field("proc/meminfo", "MemAvailable:"); ok {
		left := available << 10
		left -= left / 16
		if strconv.IntSize == 32 {
			left = min(left, n)
		}
		n = left
	}
	if s.limit < math.MaxInt64 {
		n = min(n, s.limit-s.used)
	}
	n = min(n, s.groups())
	if most, ok := s.field("proc/self/limits", "Max address space"); ok {
		if pages, ok := s.number("proc/self/statm"); ok {
			n = min(n, most-pages*s.page-spare)
		}
	}
	return max(n, 0)
}

// read is the text of a file, or "".
func (s *system) read(name string) string {
	b, err := fs.ReadFile(s.root, name)
	if err != nil {
		return ""
	}
	return string(b)
}

// number is the number that a file begins with.
func (s *system) number(name string) (int64, bool) {
	return first(s.read(name))
}

// first is the number that the text begins with.
func first(text string) (int64, bool) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return 0, false
	}
	n, err := strconv.ParseInt(words[0], 10, 64)
	return n, err == nil
}

// field is the number after a name at the beginning of a line.
func (s *system) field(name, field string) (int64, bool) {
	for line := range strings.Lines(s.read(name)) {
		if rest, ok := strings.CutPrefix(line, field); ok {
			return first(rest)
		}
	}
	return 0, false
}

// groups is the least that a control group of the process leaves it.
func (s *system) groups() int64 {
	least := int64(math.MaxInt64)
	for line := range strings.Lines(s.read("proc/self/cgroup")) {
		id, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, group, _ := strings.Cut(rest, ":")
		root, most, used, cache := "sys/fs/cgroup", "memory.max", "memory.current", "inactive_file "
		switch {
		case id == "0" && controllers == "":
		case strings.Contains(","+controllers+",", ",memory,"):
			root, most, used, cache = "sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "
		default:
			continue
		}
		for dir := path.Clean("/" + group); ; dir = path.Dir(dir) {
			at := root + strings.TrimSuffix(dir, "/") + "/"
			limit, ok := s.number(at + most)
			if taken, there := s.number(at + used); ok && there {
				idle, _ := s.field(at+"memory.stat", cache) // pages of files, which make room
				least = min(least, limit-max(0, taken-idle))
			}
			if dir == "/" {
				break
			}
		}
	}
	return least
}
