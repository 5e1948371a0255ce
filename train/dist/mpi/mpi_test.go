//go:build ((linux && !android) || (darwin && !ios)) && (amd64 || arm64)

package mpi

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/symgrad/symgrad/train/dist"
)

func TestMain(m *testing.M) {
	if part := os.Getenv("SYMGRAD_MPI_TEST"); part != "" {
		os.Exit(play(part))
	}
	os.Exit(m.Run())
}

// mpirun returns the launcher of MPI and what it must be told.
func mpirun(t *testing.T) []string {
	t.Helper()
	path, err := exec.LookPath("mpirun")
	if err != nil {
		t.Skip("no mpirun to start ranks with: install Open MPI or MPICH")
	}
	said, err := exec.Command(path, "--version").CombinedOutput()
	if err != nil {
		t.Skipf("mpirun --version: %v: %s", err, said)
	}
	if strings.Contains(string(said), "Open MPI") {
		return []string{path, "--oversubscribe", "--allow-run-as-root", "--bind-to", "none"}
	}
	return []string{path}
}

// output is what ranks write, while they do.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// ranks are the processes of one test.
type ranks struct {
	cmd  *exec.Cmd
	said output // of all, both outputs
	pids []int
	over chan struct{} // closed when the launcher has ended
}

// begin starts n ranks that play a part, and returns when all have started.
func begin(t *testing.T, n int, part string, env ...string) *ranks {
	t.Helper()
	l := mpirun(t)
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	t.Cleanup(cancel)
	rs := &ranks{cmd: exec.CommandContext(ctx, l[0], append(l[1:], "-n", strconv.Itoa(n), os.Args[0])...), over: make(chan struct{})}
	rs.cmd.Env = append(append(os.Environ(), "SYMGRAD_MPI_TEST="+part), env...)
	rs.cmd.Stdout, rs.cmd.Stderr = &rs.said, &rs.said
	rs.cmd.WaitDelay = time.Second
	if err := rs.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(rs.over)
		rs.cmd.Wait()
	}()
	started := regexp.MustCompile(`process (\d+) is rank (\d+)`)
	for over := false; !over; time.Sleep(5 * time.Millisecond) {
		select {
		case <-rs.over:
			over = true // and look once more
		default:
		}
		if found := started.FindAllStringSubmatch(rs.said.String(), -1); len(found) == n {
			rs.pids = make([]int, n)
			for _, f := range found {
				r, _ := strconv.Atoi(f[2])
				rs.pids[r], _ = strconv.Atoi(f[1])
			}
			t.Cleanup(func() {
				for _, pid := range rs.pids {
					syscall.Kill(pid, syscall.SIGKILL)
				}
			})
			return rs
		}
	}
	t.Fatalf("the ranks have not started: %s", &rs.said)
	return nil
}

// end waits for the launcher and all ranks, and returns the exit status of the launcher.
func (rs *ranks) end(t *testing.T) int {
	t.Helper()
	<-rs.over
	rs.mustGo(t, 5*time.Second)
	return rs.cmd.ProcessState.ExitCode()
}

// mustEnd fails if the exit status is not the one that the ranks end with. The launcher of MPICH may
// tell 9 instead, as it kills those that are left.
func (rs *ranks) mustEnd(t *testing.T, want int) {
	t.Helper()
	if got := rs.end(t); got != want && (rs.openMPI() || got == 0) {
		t.Errorf("got exit status %d, want %d: %s", got, want, &rs.said)
	}
}

// openMPI returns whether the launcher is of Open MPI.
func (rs *ranks) openMPI() bool { return slices.Contains(rs.cmd.Args, "--oversubscribe") }

// mustGo fails if ranks are there after d.
func (rs *ranks) mustGo(t *testing.T, d time.Duration) {
	t.Helper()
	end := time.Now().Add(d)
	for r, pid := range rs.pids {
		for ; there(pid); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("rank %d, process %d, is there after %v: %s", r, pid, d, &rs.said)
			}
		}
	}
}

// there returns whether a process is, and does not only wait to be taken note of.
func there(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return syscall.Kill(pid, 0) == nil && !(err == nil && bytes.Contains(stat, []byte(") Z ")))
}

func TestExchange(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4} {
		if testing.Short() && n != 2 {
			continue
		}
		for _, part := range []string{"exchange", "twice"} {
			rs := begin(t, n, part)
			if status := rs.end(t); status != 0 {
				t.Errorf("%s of %d ranks: got exit status %d, want 0: %s", part, n, status, &rs.said)
			}
		}
	}
}

// TestComputing checks that a rank may be busy for longer than it may give no sign of life.
func TestComputing(t *testing.T) {
	rs := begin(t, 2, "compute", "SYMGRAD_DIST_TIMEOUT=6s", "GOMAXPROCS=1")
	if status := rs.end(t); status != 0 {
		t.Errorf("got exit status %d, want 0: %s", status, &rs.said)
	}
}

// TestLengths checks that messages of other lengths than wanted are errors at all ranks.
func TestLengths(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	for _, kind := range []string{"short", "long", "piece"} {
		const n = 3
		rs := begin(t, n, "lengths", "SYMGRAD_MPI_LENGTH="+kind)
		rs.mustEnd(t, 3)
		if got := strings.Count(rs.said.String(), "has the error: mpi: "); got != n {
			t.Errorf("%s: %d ranks have an error, want %d: %s", kind, got, n, &rs.said)
		}
	}
}

// TestClosed checks that the ranks which go on after one has called Close say so.
func TestClosed(t *testing.T) {
	rs := begin(t, 2, "closed")
	rs.mustEnd(t, 3)
	if !regexp.MustCompile(`from rank 1 .+ to rank 0 .+: got 0 bytes, want 416; rank 1 .+ has called dist.Close, or `).MatchString(rs.said.String()) {
		t.Errorf("the ranks do not say that rank 1 has called Close: %s", &rs.said)
	}
}

// TestCrowd checks that a second call at the same time is refused, and does no harm to the first.
func TestCrowd(t *testing.T) {
	rs := begin(t, 2, "crowd")
	rs.mustEnd(t, 0)
}

// TestLate checks that a rank says that it waits for others to start.
func TestLate(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	rs := begin(t, 2, "late")
	rs.mustEnd(t, 0)
	if !regexp.MustCompile(`symgrad: rank 0 \(process \d+ on .+\) waits in MPI_Init for 300ms`).MatchString(rs.said.String()) {
		t.Errorf("rank 0 does not say that it waits: %s", &rs.said)
	}
}

// TestKilled and the tests below let a rank be lost in several ways; all must be gone soon after.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	rs := begin(t, 4, "work")
	time.Sleep(100 * time.Millisecond)
	syscall.Kill(rs.pids[rand.IntN(4)], syscall.SIGKILL)
	rs.mustGo(t, 30*time.Second)
	if status := rs.end(t); status == 0 {
		t.Errorf("got exit status 0 after a rank was killed: %s", &rs.said)
	}
}

func TestStopped(t *testing.T) {
	n := 4
	if testing.Short() {
		n = 2
	}
	rs := begin(t, n, "work", "SYMGRAD_DIST_TIMEOUT=2s")
	time.Sleep(100 * time.Millisecond)
	r := rand.IntN(n)
	syscall.Kill(rs.pids[r], syscall.SIGSTOP)
	rs.mustGo(t, 30*time.Second)
	rs.mustEnd(t, dist.ExitLost)
	want := regexp.MustCompile(fmt.Sprintf(`symgrad: rank %d \(.+, process %d\) has given no sign of life for 2s`, r, rs.pids[r]))
	if !want.MatchString(rs.said.String()) {
		t.Errorf("the ranks do not say that rank %d is lost: %s", r, &rs.said)
	}
}

// TestLauncherKilled stops a rank and kills the launcher, so that the ranks are on their own.
func TestLauncherKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	rs := begin(t, 3, "work", "SYMGRAD_DIST_TIMEOUT=2s")
	time.Sleep(100 * time.Millisecond)
	rs.cmd.Process.Kill()
	syscall.Kill(rs.pids[1], syscall.SIGSTOP)
	<-rs.over
	syscall.Kill(rs.pids[1], syscall.SIGCONT)
	rs.mustGo(t, 30*time.Second)
}

func TestMissing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	rs := begin(t, 3, "missing", "SYMGRAD_DIST_TIMEOUT=2s", "SYMGRAD_DIST_WAIT=3s")
	rs.mustEnd(t, dist.ExitLost)
	want := regexp.MustCompile(fmt.Sprintf(`symgrad: rank [02] .* has waited for 3s; not there are: rank 1 \(.+, process %d\);`, rs.pids[1]))
	if !want.MatchString(rs.said.String()) {
		t.Errorf("the ranks do not say that rank 1 alone is missing: %s", &rs.said)
	}
}

func TestLeftWithoutClose(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	rs := begin(t, 3, "leave", "SYMGRAD_DIST_TIMEOUT=2s")
	if status := rs.end(t); status == 0 && rs.openMPI() { // MPICH's may tell nothing
		t.Errorf("got exit status 0 after a rank has left without Close: %s", &rs.said)
	}
}

func TestAbort(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	rs := begin(t, 3, "abort")
	rs.mustEnd(t, 7)
	if !strings.Contains(rs.said.String(), "symgrad: the test ends") {
		t.Errorf("no rank says why: %s", &rs.said)
	}
}

// allocations returns how many allocations n calls of f make.
func allocations(n int, f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		f()
	}
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs
}
