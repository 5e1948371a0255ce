// Package itself lets a test start its own program again as another process, on the
// processor that it runs on.
package itself

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// Line is the command line of this program, without arguments. The environment variable
// SYMGRAD_EMULATOR holds the command that runs programs of this processor, with blanks
// between its words; it is empty where the system runs them itself. Without it the child of
// an emulated program would run on the real processor, whose last bits may differ.
func Line() []string {
	return append(strings.Fields(os.Getenv("SYMGRAD_EMULATOR")), os.Args[0])
}

// Command is this program with arguments. It skips the test where no process can be started.
func Command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	if runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		t.Skip("no process can be started")
	}
	line := append(Line(), args...)
	return exec.Command(line[0], line[1:]...)
}
