package main

import (
	"bufio"
	"errors"
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
// they were. Its first line is "ready" and maybe a remark, or why it does not run.

// peerCommands are the programs in the folder of the peers' module.
var peerCommands = []struct {
	system  string
	command []string
	build   string // folder of a program to build first; it is the command
}{
	{"hand-openblas", nil, "openblas"},
	{"numpy", []string{"python3", "numpy_peer.py"}, ""},
	{"torch-eager", []string{"python3", "torch_peer.py", "eager"}, ""},
	{"torch-jit", []string{"python3", "torch_peer.py", "jit"}, ""},
	{"gomlx", nil, "gomlx"},
}

// openPeers builds the peers that need it, in the folder temp. One that cannot
// be built is noted and left out.
func openPeers(dir, temp, python string, note func(string)) []system {
	var out []system
	noted := map[string]bool{}
	for _, c := range peerCommands {
		command := append([]string(nil), c.command...)
		if len(command) > 0 {
			command[0] = python
		}
		if c.build != "" {
			binary, err := buildPeer(dir, temp, c.build)
			if err != nil {
				note(fmt.Sprintf("%s is left out: %v", c.system, err))
				continue
			}
			command = []string{binary}
		}
		out = append(out, system{c.system, func(p *workload.Problem, dtype string, threads int) (stepper, error) {
			file := filepath.Join(temp, "problem")
			if err := p.WriteFile(file); err != nil {
				return nil, err
			}
			q, remark, err := start(dir, threads, nil, append(command, p.Text, file, dtype, strconv.Itoa(threads))...)
			if err != nil {
				return nil, err
			}
			if remark != "" && !noted[c.system] {
				noted[c.system] = true
				note(c.system + ": " + remark)
			}
			return &peer{process: q}, nil
		}})
	}
	return out
}

// buildPeer builds a program in a folder of the peers, which may be a module of
// its own, and returns the path of its binary in the folder temp.
func buildPeer(dir, temp, folder string) (string, error) {
	binary := filepath.Join(temp, folder)
	b := exec.Command("go", "build", "-o", binary)
	b.Dir = filepath.Join(dir, folder)
	if text, err := b.CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		return "", fmt.Errorf("%w: %s", err, lines[len(lines)-1])
	}
	return binary, nil
}

// process is a running program that answers lines by lines.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// start runs a command in the folder dir with so many threads. It fails unless the
// first line is "ready", maybe with a remark.
func start(dir string, threads int, env []string, command ...string) (p *process, remark string, err error) {
	n := strconv.Itoa(threads)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "OPENBLAS_NUM_THREADS="+n, "OMP_NUM_THREADS="+n, "MKL_NUM_THREADS="+n, "GOMAXPROCS="+n), env...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, "", err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	p = &process{cmd: cmd, in: in, out: bufio.NewReader(out)}
	answer, err := p.out.ReadString('\n')
	answer = strings.TrimSpace(answer)
	word, remark, _ := strings.Cut(answer, " ")
	if word != "ready" {
		p.Close()
		if answer == "" {
			answer = fmt.Sprint("no answer: ", err)
		}
		return nil, "", errors.New(answer)
	}
	return p, remark, nil
}

func (p *process) ask(format string, args ...any) (string, error) {
	if _, err := fmt.Fprintf(p.in, format+"\n", args...); err != nil {
		return "", err
	}
	answer, err := p.out.ReadString('\n')
	return strings.TrimSpace(answer), err
}

// Close ends the process.
func (p *process) Close() error {
	p.in.Close()
	return p.cmd.Wait()
}

// peer trains in a process.
type peer struct {
	*process
	at int // batches so far
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
