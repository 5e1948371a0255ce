package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/symgrad/symgrad/benchmarks/workload"
)

// A peer is a process that trains the same problem. It reads lines "step <k>",
// which it answers with the loss, and "time <k> <ms>", which it answers with the
// nanoseconds per step of steps from batch k on for that long and how many
// they were. Its first line is "ready" and maybe a remark, or why it does not run.

// peerCommand is a program in the folder of the peers' module.
type peerCommand struct {
	system   string
	command  []string // starts with the word python, or is what build makes
	build    string   // folder of a program to build first
	settings func(threads int) []setting
}

var peerCommands = []peerCommand{
	{"hand-openblas", nil, "openblas", openBLASSettings},
	{"numpy", []string{"python", "numpy_peer.py"}, "", openBLASSettings},
	{"torch-eager", []string{"python", "torch_peer.py", "eager"}, "", torchSettings},
	{"torch-jit", []string{"python", "torch_peer.py", "jit"}, "", torchSettings},
	{"torch-compile", []string{"python", "torch_peer.py", "compile"}, "", torchSettings},
	{"gomlx", nil, "gomlx", fewerThreads},
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
			binary, err := buildPeer(dir, temp, c.build)
			if err != nil {
				note(fmt.Sprintf("%s is left out: %v", c.system, err))
				continue
			}
			command = []string{binary}
		}
		noted := false
		s := system{name: c.system, settings: c.settings}
		s.start = func(p *workload.Problem, dtype string, s setting) (*process, error) {
			file := filepath.Join(temp, "problem")
			if err := p.WriteFile(file); err != nil {
				return nil, err
			}
			arguments := []string{p.Text, file, dtype, strconv.Itoa(s.threads)}
			q, remark, err := start(dir, s, append(command[:len(command):len(command)], arguments...)...)
			if err == nil && remark != "" && !noted {
				noted = true
				note(c.system + ": " + remark)
			}
			return q, err
		}
		out = append(out, s)
	}
	return out
}

// buildPeer builds a program in a folder of the peers, which may be a module of
// its own, and returns the path of its binary in the folder temp. It is built with
// the SIMD package that Go has as an experiment where that works, for the peers
// that have kernels in it.
func buildPeer(dir, temp, folder string) (string, error) {
	binary := filepath.Join(temp, folder)
	build := func(env ...string) error {
		b := exec.Command("go", "build", "-o", binary)
		b.Dir = filepath.Join(dir, folder)
		b.Env = append(os.Environ(), env...)
		if text, err := b.CombinedOutput(); err != nil {
			lines := strings.Split(strings.TrimSpace(string(text)), "\n")
			return fmt.Errorf("%w: %s", err, lines[len(lines)-1])
		}
		return nil
	}
	if runtime.GOARCH == "amd64" && build("GOEXPERIMENT=simd") == nil {
		return binary, nil
	}
	return binary, build()
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
	loss, err := strconv.ParseFloat(answer, 64)
	if err != nil {
		return 0, errors.New(answer)
	}
	return loss, nil
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
