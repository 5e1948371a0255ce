package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/symgrad/symgrad/internal/kernel/cpu"
)

// machine is the first line of a result in JSON: where, with what and of what it
// was measured.
type machine struct {
	Machine   string `json:"machine"` // the processor, as the system names it
	Level     string `json:"level"`   // of vector instructions
	Cores     int    `json:"cores"`
	OS        string `json:"os"` // with the architecture: linux/amd64
	Go        string `json:"go"`
	Commit    string `json:"commit"` // "dirty" is added where files differ from it
	Arguments string `json:"arguments"`
}

// thisMachine describes the machine and the commit of the current directory.
func thisMachine(args []string) machine {
	return machine{
		Machine: processor(), Level: cpu.Level(), Cores: runtime.NumCPU(), OS: runtime.GOOS + "/" + runtime.GOARCH,
		Go: runtime.Version(), Commit: commit(), Arguments: strings.Join(args, " "),
	}
}

// String returns the line that stands below a table.
func (m machine) String() string {
	return fmt.Sprintf("%s, %s, %d cores, %s, %s, commit %s", m.Machine, m.Level, m.Cores, m.OS, m.Go, m.Commit)
}

// head prints m as the first line of a result, in JSON or for readers.
func (m machine) head(w io.Writer, inJSON bool) error {
	text := []byte(strings.TrimSuffix("# "+m.String()+": "+m.Arguments, ": "))
	if inJSON {
		var err error
		if text, err = json.Marshal(m); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%s\n", text)
	return err
}

// processor returns the processor's name, or the architecture where the system
// does not tell.
func processor() string {
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if name := describe(string(b)); name != "" {
			return name
		}
	}
	if b, err := exec.Command("sysctl", "-n", "machdep.cpu.brand_string").Output(); err == nil {
		if name := strings.TrimSpace(string(b)); name != "" {
			return name
		}
	}
	if name := os.Getenv("PROCESSOR_IDENTIFIER"); name != "" {
		return name
	}
	return runtime.GOARCH
}

// describe reads Linux's text about the processors: the name of the first, with
// family and model, since virtual machines shorten the name.
func describe(cpuinfo string) string {
	value := map[string]string{}
	for line := range strings.Lines(cpuinfo) {
		key, v, ok := strings.Cut(line, ":")
		if key = strings.TrimSpace(key); ok && value[key] == "" {
			value[key] = strings.TrimSpace(v)
		}
	}
	name := value["model name"]
	if name != "" && value["cpu family"] != "" {
		name += fmt.Sprintf(" (family %s, model %s)", value["cpu family"], value["model"])
	}
	return name
}

// commit returns the short hash of the commit that is checked out, or "unknown".
// Files of results do not count as different: one is being written.
func commit() string {
	hash, err := exec.Command("git", "rev-parse", "--short=12", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	text := strings.TrimSpace(string(hash))
	if exec.Command("git", "diff", "--quiet", "HEAD", "--", ":/", ":(exclude,top)benchmarks/results").Run() != nil {
		text += "-dirty"
	}
	return text
}
