package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/symgrad/symgrad/benchmarks/workload"
)

// A peer is a process that trains the same problem. It reads lines "step <k>",
// which it answers with the loss, and "time <k> <ms>", which it answers with the
// nanoseconds per step of steps from batch k on for that long and how many
// they were. Its first line is "ready", or why it does not run.

// peerCommands are the programs in the folder of the peers' module.
var peerCommands = []struct {
	system  string
	command []string
	build   string // package to build first; its binary is the command
}{
	{"hand-openblas", nil, "./openblas"},
	{"numpy", []string{"python3", "numpy_peer.py"}, ""},
	{"torch-eager", []string{"python3", "torch_peer.py", "eager"}, ""},
	{"torch-jit", []string{"python3", "torch_peer.py", "jit"}, ""},
}

// openPeers builds the peers that need it, in the folder temp. One that cannot
// be built is noted and left out.
func openPeers(dir, temp, python string, note func(string)) []system {
	var out []system
	for _, c := range peerCommands {
		command := append([]string(nil), c.command...)
		if len(command) > 0 {
			command[0] = python
		}
		if c.build != "" {
			binary := filepath.Join(temp, c.system)
			b := exec.Command("go", "build", "-o", binary, c.build)
			b.Dir = dir
			if text, err := b.CombinedOutput(); err != nil {
				note(fmt.Sprintf("%s is left out: %v: %s", c.system, err, lastLine(text)))
				continue
			}
			command = []string{binary}
		}
		out = append(out, system{c.system, func(p *workload.Problem, dtype string, threads int) (stepper, error) {
			return startPeer(p, dir, temp, command, dtype, threads)
		}})
	}
	return out
}

func lastLine(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}

// peer is a running process.
type peer struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	at  int // batches so far
}

func startPeer(p *workload.Problem, dir, temp string, command []string, dtype string, threads int) (stepper, error) {
	file := filepath.Join(temp, "problem")
	if err := p.WriteFile(file); err != nil {
		return nil, err
	}
	n := strconv.Itoa(threads)
	cmd := exec.Command(command[0], append(command[1:], p.Text, file, dtype, n)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "OPENBLAS_NUM_THREADS="+n, "OMP_NUM_THREADS="+n, "MKL_NUM_THREADS="+n, "GOMAXPROCS="+n)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	q := &peer{cmd: cmd, in: in, out: bufio.NewReader(out)}
	answer, err := q.out.ReadString('\n')
	if answer = strings.TrimSpace(answer); answer != "ready" {
		q.Close()
		return nil, fmt.Errorf("%q (%v)", answer, err)
	}
	return q, nil
}

func (q *peer) ask(format string, args ...any) (string, error) {
	if _, err := fmt.Fprintf(q.in, format+"\n", args...); err != nil {
		return "", err
	}
	answer, err := q.out.ReadString('\n')
	return strings.TrimSpace(answer), err
}

// Step makes a step in the process.
func (q *peer) Step(k int) (float64, error) {
	answer, err := q.ask("step %d", k)
	if err != nil {
		return 0, err
	}
	q.at = k + 1
	return strconv.ParseFloat(answer, 64)
}

// Measure lets the process time itself.
func (q *peer) Measure(millis float64) (ns float64, err error) {
	answer, err := q.ask("time %d %g", q.at, millis)
	if err != nil {
		return 0, err
	}
	var steps int
	if _, err := fmt.Sscan(answer, &ns, &steps); err != nil {
		return 0, fmt.Errorf("got the answer %q", answer)
	}
	q.at += steps
	return ns, nil
}

// Close ends the process.
func (q *peer) Close() error {
	q.in.Close()
	return q.cmd.Wait()
}
