package mpi

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/dist"
)

func TestLaunched(t *testing.T) {
	for _, c := range []struct {
		env  string
		want launch
	}{
		{"", launch{}},
		{"SLURM_PROCID=0 SLURM_NTASKS=4", launch{}}, // of a batch script too
		{"PMI_RANK=0 PMI_SIZE=1", launch{}},
		{"PMI_RANK=0 PMI_SIZE=1 PMI_FD=7", launch{"PMI_RANK", 1, true}},
		{"PMI_RANK=1 PMI_SIZE=2", launch{"PMI_RANK", 2, true}},
		{"PMIX_RANK=0 PMIX_NAMESPACE=slurm", launch{"PMIX_RANK", 0, false}},
		{"PMIX_RANK=0 OMPI_COMM_WORLD_SIZE=1", launch{"OMPI_COMM_WORLD_SIZE", 1, false}},
		{"MV2_COMM_WORLD_SIZE=3 PMI_RANK=0 PMI_SIZE=3", launch{"MV2_COMM_WORLD_SIZE", 3, true}},
	} {
		got := launched(func(name string) string {
			for _, f := range strings.Fields(c.env) {
				if v, ok := strings.CutPrefix(f, name+"="); ok {
					return v
				}
			}
			return ""
		})
		if got != c.want {
			t.Errorf("%q: got %+v, want %+v", c.env, got, c.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for set, want := range map[string]time.Duration{"": time.Minute, "90s": 90 * time.Second, "0s": 0, "-1s": 0, "5": 0, "soon": 0} {
		got, err := duration(func(string) string { return set }, "SYMGRAD_DIST_WAIT", time.Minute)
		if (err != nil) != (want == 0) || err == nil && got != want {
			t.Errorf("%q: got %v and the error %v, want %v", set, got, err, want)
		}
		if err != nil && !strings.Contains(err.Error(), "SYMGRAD_DIST_WAIT") {
			t.Errorf("%q: the error %q names no variable", set, err)
		}
	}
}

// TestAlone checks that a process that no launcher has started has no Engine and loads no MPI.
func TestAlone(t *testing.T) {
	if e, err := dist.Default(); e != nil || err != nil {
		t.Fatalf("got the Engine %v and the error %v, want none", e, err)
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err == nil && !linked && strings.Contains(string(maps), "libmpi") {
		t.Error("the library of MPI is loaded")
	}
	if err := dist.Close(); err != nil {
		t.Error(err)
	}
}

// TestNoLibrary checks what a process of a launcher says that finds no library.
func TestNoLibrary(t *testing.T) {
	if linked {
		t.Skip("the program is linked with the library")
	}
	t.Setenv("OMPI_COMM_WORLD_SIZE", "2")
	for _, name := range []string{"/nowhere/libmpi.so", "libc.so.6"} {
		t.Setenv("SYMGRAD_LIBMPI", name)
		e, err := open()
		if e != nil || !errors.Is(err, ErrLibrary) {
			t.Errorf("%s: got the Engine %v and the error %v, want ErrLibrary", name, e, err)
		}
	}
}
