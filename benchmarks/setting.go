package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/benchmarks/workload"
)

// setting is one way to run a system: on how many threads, and with which
// variables in its environment. A variable without a value is one that is removed.
type setting struct {
	threads int
	env     []string
}

func (s setting) String() string {
	text := fmt.Sprintf("%d threads", s.threads)
	if s.threads == 1 {
		text = "1 thread"
	}
	return strings.Join(append([]string{text}, s.env...), " ")
}

// fewerThreads are the settings of a system that may be faster on one thread
// than on as many as the race allows.
func fewerThreads(threads int) []setting {
	if threads == 1 {
		return []setting{{threads: 1}}
	}
	return []setting{{threads: threads}, {threads: 1}}
}

// torchSettings are those of PyTorch. Its threads wait for work as OpenMP's do: as the library chooses, asleep, or
// awake. Where this module is lowered to AVX2, so are its kernels and those of oneDNN.
func torchSettings(threads int) []setting {
	out := fewerThreads(threads)
	if threads > 1 {
		out = append(out, setting{threads, []string{"OMP_WAIT_POLICY=passive"}}, setting{threads, []string{"OMP_WAIT_POLICY=active"}})
	}
	var lower []string
	if os.Getenv(levelVariable) == "avx2" {
		lower = append(lowerUnlessSet("ATEN_CPU_CAPABILITY", "avx2"), lowerUnlessSet(oneDNNVariable, "AVX2")...)
	}
	for i := range out {
		out[i].env = append(out[i].env, lower...)
	}
	return out
}

// oneDNNVariable is the environment variable that bounds oneDNN's level.
const oneDNNVariable = "ONEDNN_MAX_CPU_ISA"

// lowerUnlessSet gives an environment variable a value, unless the environment has one.
func lowerUnlessSet(name, value string) []string {
	if os.Getenv(name) != "" {
		return nil
	}
	return []string{name + "=" + value}
}

// coreType is the environment variable that chooses OpenBLAS's kernels.
const coreType = "OPENBLAS_CORETYPE"

// avx2Cores are the values for processors of the level avx2. Which is faster depends on the processor.
var avx2Cores = [2]string{"Haswell", "Zen"}

// levelVariable is the one that lowers this module's level.
const levelVariable = "SYMGRAD_CPU"

// openBLASSettings are those of a system whose products are OpenBLAS's. Where
// the environment chooses its kernels, one more leaves the choice to OpenBLAS. Where
// this module is lowered to AVX2, both kernels of AVX2 are tried: OpenBLAS would choose AVX-512.
func openBLASSettings(threads int) []setting {
	out := fewerThreads(threads)
	own, lowered := os.Getenv(coreType), os.Getenv(levelVariable) == "avx2"
	var cores []string // "" is OpenBLAS's own choice
	switch {
	case own == "" && lowered:
		cores, out = avx2Cores[:], nil
	case own == avx2Cores[0] && lowered:
		cores = avx2Cores[1:]
	case own != "" && lowered:
		cores = avx2Cores[:1]
	case own != "":
		cores = []string{""}
	}
	for _, s := range fewerThreads(threads) {
		for _, core := range cores {
			out = append(out, setting{s.threads, []string{coreType + "=" + core}})
		}
	}
	return out
}

// trial is how many milliseconds a setting is tried for, and tries how often.
const (
	trial = 60
	tries = 3
)

// best tries the settings of a system on the problem, one after the other, and
// returns the fastest. A setting that does not run is passed over, unless none
// does.
func (s system) best(p *workload.Problem, dtype string, threads int) (best setting, err error) {
	settings := s.settings(threads)
	if len(settings) == 1 {
		return settings[0], nil
	}
	var fastest float64
	var failed error
	for _, x := range settings {
		ns, err := s.alone(p, dtype, x, tries, trial)
		if err != nil {
			failed = fmt.Errorf("%v: %w", x, err)
			continue
		}
		if least := slices.Min(ns); fastest == 0 || least < fastest {
			best, fastest = x, least
		}
	}
	if fastest == 0 {
		return best, failed
	}
	return best, nil
}

// alone measures a system in a new process while nothing else of the benchmarks
// runs: so many times, for so many milliseconds each.
func (s system) alone(p *workload.Problem, dtype string, x setting, times int, millis float64) ([]float64, error) {
	q, err := s.start(p, dtype, x)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	e := peer{process: q}
	var out []float64
	for range times {
		ns, err := e.Measure(millis)
		if err != nil {
			return nil, err
		}
		out = append(out, ns)
	}
	return out, nil
}
