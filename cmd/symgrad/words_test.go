package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/pkg/errors"
)

// goWords are words that a user of the command has no use for.
var goWords = regexp.MustCompile(`\b(AllowNonFinite|NoHeader|OnMissing|DropUnlabelled|MaxCategories|SkipLines|TargetIndex|DecimalComma|BatchSize|ModelFile|CSVPlan|PredictCSV|SaveModel)\b|\b(Names|Drop|Rename|Labels|Classes|Comma|Layout|Columns|Text|Other)\)|\bOptions\.\w|(^|[ (])(data|train|graph|gosource|onnx|serve|atomicfile|safetensors): [A-Za-z]|\(\S*\w\.go:\d+\)|\w\.go:\d+: `)

// verbFirst is what each message begins with.
var verbFirst = regexp.MustCompile(`(?m)^symgrad \w+: `)

// badWords collects the messages of all tests that have such words.
var badWords struct {
	sync.Mutex
	found []string
}

// listen looks at what the command has said.
func listen(args []string, errs string) {
	if !goWords.MatchString(verbFirst.ReplaceAllString(errs, "")) || strings.Contains(errs, "got the unknown key") { // which are those of a file
		return
	}
	badWords.Lock()
	defer badWords.Unlock()
	badWords.found = append(badWords.found, fmt.Sprintf("%.300q: %s", args, errs))
}

// TestMain looks at the messages of all tests.
func TestMain(m *testing.M) {
	code := m.Run()
	for _, text := range badWords.found {
		fmt.Printf("words of a program in %s\n", text)
		code = 1
	}
	os.Exit(code)
}

// TestInWords turns errors of the library into words of the command.
func TestInWords(t *testing.T) {
	all := flag.NewFlagSet("all", flag.ContinueOnError)
	for _, name := range []string{"no-header", "header", "drop", "batch", "comma", "package"} {
		all.String(name, "", "")
	}
	none := flag.NewFlagSet("none", flag.ContinueOnError)
	for _, c := range []struct {
		flags    *flag.FlagSet
		is, want string
	}{
		{all, "data: ReadCSVPlanFile: got 1", "got 1"},
		{all, "train: Predictor.PredictCSV: data: CSVPlan.Stream: got 1", "got 1"},
		{all, "t.csv: train: Predictor.PredictCSV: data: t.csv:3: column 2: got 1", "t.csv: t.csv:3: column 2: got 1"},
		{none, "got one column, want more; is the separator another one (Comma)?", "got one column, want more; is the separator another one?"},
		{all, "got one column, want more; is the separator another one (Comma)?", "got one column, want more; is the separator another one (-comma)?"},
		{all, "PredictorOptions.BatchSize: got -1", "-batch: got -1"},
		{all, "model (main.go:12): got 1", "model: got 1"},
		{all, "a train: b", "a train: b"},
		{all, "dir/m.onnx: onnx: ReadFile: m.onnx: m.onnx: got 1", "dir/m.onnx: got 1"},
		{all, `got no column "Drop" (Header), want "data: train: Comma" of Drop.csv`, `got no column "Drop" (-header), want "data: train: Comma" of Drop.csv`},
		{all, `data: ReadCSV: got "a \"NoHeader\" (main.go:1)", set NoHeader`, `got "a \"NoHeader\" (main.go:1)", set -no-header`},
		{all, "/tmp/foreign.onnx: got 1", "/tmp/foreign.onnx: got 1"},
		{none, "graph: Input \"x\": got 1 (graph.go:155)", "Input \"x\": got 1"},
	} {
		if got := strings.TrimSpace(inWords(c.flags, errors.New(c.is))); got != c.want {
			t.Errorf("%q: got %q, want %q", c.is, got, c.want)
		}
	}
}
