package memory

import (
	"math"
	"runtime"
	"strconv"
	"testing"
	"testing/fstest"
)

// TestFree asks systems that are made of files.
func TestFree(t *testing.T) {
	if strconv.IntSize == 32 || runtime.GOARCH == "wasm" {
		t.Skip("the address space is less than these systems have")
	}
	const gib = int64(1 << 30)
	meminfo := "MemTotal:       33554432 kB\nMemFree:         1048576 kB\nMemAvailable:   16777216 kB\n"
	v2 := func(path, limit string, used int64) map[string]string {
		return map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::" + path + "\n",
			"sys/fs/cgroup/pod/memory.max": limit, "sys/fs/cgroup/pod/memory.current": strconv.FormatInt(used, 10),
			"sys/fs/cgroup/pod/memory.stat":  "anon 5\ninactive_file " + strconv.FormatInt(gib/2, 10) + "\n",
			"sys/fs/cgroup/pod/a/memory.max": "max\n", "sys/fs/cgroup/pod/a/memory.current": "1\n"}
	}
	for _, c := range []struct {
		name        string
		files       map[string]string
		used, limit int64
		want        int64
	}{
		{"a machine", map[string]string{"proc/meminfo": meminfo}, gib, math.MaxInt64, 15 * gib},
		{"a system that says nothing", nil, gib, math.MaxInt64, 63 * gib},
		{"GOMEMLIMIT", map[string]string{"proc/meminfo": meminfo}, gib, 3 * gib, 2 * gib},
		{"GOMEMLIMIT that is reached", map[string]string{"proc/meminfo": meminfo}, gib, gib / 2, 0},
		{"a group of version 2", v2("/pod", strconv.FormatInt(4*gib, 10), 3*gib), 0, math.MaxInt64, 3 * gib / 2},
		{"a group above", v2("/pod/a", strconv.FormatInt(4*gib, 10), 3*gib), 0, math.MaxInt64, 3 * gib / 2},
		{"a group without a limit", v2("/pod/a", "max\n", 3*gib), 0, math.MaxInt64, 15 * gib},
		{"a group that is full", v2("/pod", strconv.FormatInt(2*gib, 10), 3*gib), 0, math.MaxInt64, 0},
		{"a group of version 1", map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/docker/1\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": strconv.FormatInt(2*gib, 10), "sys/fs/cgroup/memory/memory.usage_in_bytes": strconv.FormatInt(gib, 10),
			"sys/fs/cgroup/memory/memory.stat": "inactive_file 7\ntotal_inactive_file 100\n"}, 0, math.MaxInt64, gib + 100},
		{"ulimit -v", map[string]string{"proc/meminfo": meminfo, "proc/self/statm": "262144 1 1 1\n",
			"proc/self/limits": "Limit  Soft Limit  Hard Limit  Units\nMax address space         4294967296           unlimited            bytes\n"},
			0, math.MaxInt64, 3*gib - spare},
		{"no ulimit", map[string]string{"proc/meminfo": meminfo, "proc/self/statm": "262144 1 1 1\n",
			"proc/self/limits": "Max address space         unlimited            unlimited            bytes\n"}, 0, math.MaxInt64, 15 * gib},
		{"files that say nonsense", map[string]string{"proc/meminfo": "MemAvailable: much\n", "proc/self/cgroup": "?\n::\n0\n"}, 0, math.MaxInt64, 64 * gib},
	} {
		root := fstest.MapFS{}
		for name, text := range c.files {
			root[name] = &fstest.MapFile{Data: []byte(text)}
		}
		s := system{root: root, page: 4096, used: c.used, limit: c.limit}
		if got := s.free(); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
	if got := Free(1); got <= 0 {
		t.Errorf("this machine: got %d, want more than nothing", got)
	}
}
