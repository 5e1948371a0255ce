package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// process is a program that answers each line with a line. It runs only while
// it is asked: between two questions it is stopped, with all of its threads, so
// that none of them takes time from whoever is measured then.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// start runs a command in the folder dir with the setting, whose variables
// without a value are removed from the environment. It fails unless the
// first line of the command is "ready", which a remark may follow.
func start(dir string, s setting, command ...string) (p *process, remark string, err error) {
	n := strconv.Itoa(s.threads)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "OPENBLAS_NUM_THREADS="+n, "OMP_NUM_THREADS="+n, "MKL_NUM_THREADS="+n, "GOMAXPROCS="+n)
	for _, v := range s.env {
		if name, unset := strings.CutSuffix(v, "="); unset {
			cmd.Env = slices.DeleteFunc(cmd.Env, func(w string) bool { return strings.HasPrefix(w, name+"=") })
			continue
		}
		cmd.Env = append(cmd.Env, v)
	}
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
	return p, remark, stop(cmd.Process)
}

// ask lets the process run until it has answered.
func (p *process) ask(format string, args ...any) (string, error) {
	if err := resume(p.cmd.Process); err != nil {
		return "", err
	}
	if _, err := fmt.Fprintf(p.in, format+"\n", args...); err != nil {
		return "", err
	}
	answer, err := p.out.ReadString('\n')
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(answer), stop(p.cmd.Process)
}

// Close ends the process.
func (p *process) Close() error {
	p.in.Close()
	if err := resume(p.cmd.Process); err != nil {
		return err
	}
	return p.cmd.Wait()
}
