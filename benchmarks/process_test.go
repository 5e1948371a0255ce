//go:build linux

package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// worker answers each line with what its environment says.
const worker = `
echo ready and eager
while read line; do echo "$line $COLOUR ${SIZE-none}"; done
`

// TestProcessStopsBetweenQuestions: a process is stopped, not only idle, until the
// next question. It has the environment of its setting.
func TestProcessStopsBetweenQuestions(t *testing.T) {
	t.Setenv("SIZE", "3")
	p, remark, err := start("", setting{threads: 1, env: []string{"COLOUR=red", "SIZE="}}, "sh", "-c", worker)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if remark != "and eager" {
		t.Errorf("got the remark %q", remark)
	}
	for i := range 3 {
		if s := state(t, p.cmd.Process.Pid); s != "T" {
			t.Errorf("before question %d the process is in state %s, want T", i, s)
		}
		answer, err := p.ask("%d", i)
		if want := fmt.Sprint(i, " red none"); err != nil || answer != want {
			t.Fatalf("got %q, %v, want %q", answer, err, want)
		}
	}
}

// state is the letter that Linux has for what a process does.
func state(t *testing.T, pid int) string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return strings.Fields(rest)[0]
}

func TestStartSaysWhyNot(t *testing.T) {
	if _, _, err := start("", setting{threads: 1}, "sh", "-c", "echo no library"); err == nil || err.Error() != "no library" {
		t.Errorf("got the error %v, want: no library", err)
	}
}

func TestSettings(t *testing.T) {
	t.Setenv(coreType, "")
	t.Setenv(levelVariable, "")
	for _, c := range []struct {
		name string
		of   func(threads int) []setting
		one  []string
		two  []string
	}{
		{"threads", fewerThreads, []string{"1 thread"}, []string{"2 threads", "1 thread"}},
		{"OpenBLAS", openBLASSettings, []string{"1 thread"}, []string{"2 threads", "1 thread"}},
		{"PyTorch", torchSettings, []string{"1 thread"}, []string{"2 threads", "1 thread", "2 threads OMP_WAIT_POLICY=passive", "2 threads OMP_WAIT_POLICY=active"}},
	} {
		for n, want := range [][]string{1: c.one, 2: c.two} {
			if n == 0 {
				continue
			}
			var got []string
			for _, s := range c.of(n) {
				got = append(got, s.String())
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s on %d threads: got %q, want %q", c.name, n, got, want)
			}
		}
	}
}

// TestTorchSettings keeps PyTorch to AVX2 where this module is, unless the environment says a level.
func TestTorchSettings(t *testing.T) {
	for _, c := range [][3]string{
		{"", "", "1 thread"},
		{"avx2", "", "1 thread ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2"},
		{"avx2", "default", "1 thread ONEDNN_MAX_CPU_ISA=AVX2"},
	} {
		t.Setenv(levelVariable, c[0])
		t.Setenv("ATEN_CPU_CAPABILITY", c[1])
		t.Setenv(oneDNNVariable, "")
		if got := torchSettings(1); len(got) != 1 || got[0].String() != c[2] {
			t.Errorf("%q: got %v", c, got)
		}
		for _, s := range torchSettings(2) {
			if want := strings.TrimPrefix(c[2], "1 thread"); !strings.HasSuffix(s.String(), want) {
				t.Errorf("%q: got %v on 2 threads, want%s at the end", c, s, want)
			}
		}
	}
}

// TestOpenBLASSettings tries OpenBLAS's own choice of kernels too, but not where it could have wider
// vectors than this module.
func TestOpenBLASSettings(t *testing.T) {
	for _, c := range [][3]string{
		{"", "Haswell", "1 thread, 1 thread OPENBLAS_CORETYPE="},
		{"avx2", "Haswell", "1 thread, 1 thread OPENBLAS_CORETYPE=Zen"},
		{"avx2", "Zen", "1 thread, 1 thread OPENBLAS_CORETYPE=Haswell"},
		{"avx2", "", "1 thread OPENBLAS_CORETYPE=Haswell, 1 thread OPENBLAS_CORETYPE=Zen"},
	} {
		t.Setenv(levelVariable, c[0])
		t.Setenv(coreType, c[1])
		var got []string
		for _, s := range openBLASSettings(1) {
			got = append(got, s.String())
		}
		if text := strings.Join(got, ", "); text != c[2] {
			t.Errorf("%q: got %q", c, text)
		}
	}
}
