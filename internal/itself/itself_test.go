package itself_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/itself"
)

// TestCommand starts this test again, also by a command before it.
func TestCommand(t *testing.T) {
	if os.Getenv("SYMGRAD_TEST_ITSELF") != "" {
		fmt.Println("of", os.Getenv("SYMGRAD_TEST_ITSELF"))
		return
	}
	for emulator, want := range map[string]string{
		os.Getenv("SYMGRAD_EMULATOR"): "of test",
		"echo  with a word":           "with a word " + os.Args[0] + " -test.run=^TestCommand$",
	} {
		t.Setenv("SYMGRAD_EMULATOR", emulator)
		cmd := itself.Command(t, "-test.run=^TestCommand$")
		cmd.Env = append(os.Environ(), "SYMGRAD_TEST_ITSELF=test")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), want) {
			t.Errorf("%q: got %q and %v, want %q", emulator, out, err, want)
		}
	}
}
