package onnxtest

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Job is a file to run on inputs.
type Job struct {
	File   []byte
	Inputs map[string]Tensor
}

const checker = `
import glob, os, sys
import onnx
for name in sorted(glob.glob(os.path.join(sys.argv[1], "*.onnx"))):
    try:
        onnx.checker.check_model(onnx.load(name), full_check=True)
    except Exception as e:
        print(os.path.basename(name)[:-5], str(e).replace("\n", " "))
`

// Python returns a python3 that has onnx, or "".
func Python() string {
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import onnx.checker").Run() == nil {
			return name
		}
	}
	return ""
}

// Check returns what onnx.checker says of files, with its full check, by their numbers. dir is a
// folder for them.
func Check(python, dir string, files [][]byte) (wrong map[int]string, err error) {
	for i, b := range files {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.onnx", i)), b, 0o600); err != nil {
			return nil, err
		}
	}
	out, err := exec.Command(python, "-c", checker, dir).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	wrong = map[int]string{}
	for line := range strings.Lines(string(out)) {
		var i int
		if _, err := fmt.Sscan(line, &i); err != nil {
			return nil, fmt.Errorf("the checker says %s", out)
		}
		wrong[i] = strings.TrimSpace(line)
	}
	return wrong, nil
}

const runner = `
const ort = require("onnxruntime-node"), fs = require("fs");
const arrays = {1: ["float32", Float32Array], 11: ["float64", Float64Array], 7: ["int64", null], 6: ["int32", Int32Array], 9: ["bool", Uint8Array], 2: ["uint8", Uint8Array], 3: ["int8", Int8Array]};
const number = x => typeof x === "string" ? ({"NaN": NaN, "+Inf": Infinity, "-Inf": -Infinity})[x] : x;
const text = x => Number.isFinite(x) ? x : Number.isNaN(x) ? "NaN" : x > 0 ? "+Inf" : "-Inf";
(async () => {
  for (const job of JSON.parse(fs.readFileSync(process.argv[2]))) {
    let out;
    try {
      const s = await ort.InferenceSession.create(job.model, {logSeverityLevel: 3, intraOpNumThreads: 1});
      const feeds = {};
      for (const [name, t] of Object.entries(job.inputs)) {
        const [kind, array] = arrays[t.Kind];
        const data = (t.Data || []).map(number);
        feeds[name] = new ort.Tensor(kind, array ? array.from(data) : BigInt64Array.from(data.map(BigInt)), t.Shape || []);
      }
      const got = await s.run(feeds);
      out = {outputs: {}};
      for (const [name, t] of Object.entries(got)) out.outputs[name] = {Shape: [...t.dims], Data: Array.from(t.data, x => text(Number(x)))};
      await s.release();
    } catch (e) {
      out = {error: String(e.message || e)};
    }
    console.log(JSON.stringify(out));
  }
})();
`

// HasRuntime reports whether there is a node that finds onnxruntime-node, such as by NODE_PATH.
func HasRuntime() bool {
	return exec.Command("node", "-e", `require("onnxruntime-node")`).Run() == nil
}

// Result is what ONNX Runtime makes of a Job.
type Result struct {
	Outputs map[string]Tensor
	Err     error
}

// number is a float that may be infinite or NaN in JSON.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if x := float64(n); math.IsNaN(x) || math.IsInf(x, 0) {
		return json.Marshal(fmt.Sprintf("%+v", x))
	}
	return json.Marshal(float64(n))
}

func (n *number) UnmarshalJSON(b []byte) error {
	var x any
	if err := json.Unmarshal(b, &x); err != nil {
		return err
	}
	switch x {
	case "NaN":
		*n = number(math.NaN())
	case "+Inf":
		*n = number(math.Inf(1))
	case "-Inf":
		*n = number(math.Inf(-1))
	default:
		v, _ := x.(float64)
		*n = number(v)
	}
	return nil
}

type array struct {
	Kind  int
	Shape []int
	Data  []number
}

// Runtime runs jobs by ONNX Runtime. dir is a folder for their files.
func Runtime(dir string, jobs []Job) ([]Result, error) {
	type task struct {
		Model  string           `json:"model"`
		Inputs map[string]array `json:"inputs"`
	}
	var tasks []task
	for i, j := range jobs {
		m, err := Read(j.File)
		if err != nil {
			return nil, err
		}
		t := task{filepath.Join(dir, fmt.Sprintf("%d.onnx", i)), map[string]array{}}
		if err := os.WriteFile(t.Model, j.File, 0o600); err != nil {
			return nil, err
		}
		for _, p := range m.Inputs {
			x := j.Inputs[p.Name]
			a := array{Kind: p.Kind, Shape: x.Shape}
			for _, v := range x.Data {
				a.Data = append(a.Data, number(v))
			}
			t.Inputs[p.Name] = a
		}
		tasks = append(tasks, t)
	}
	text, err := json.Marshal(tasks)
	if err != nil {
		return nil, err
	}
	list, script := filepath.Join(dir, "jobs.json"), filepath.Join(dir, "run.js")
	if err := os.WriteFile(list, text, 0o600); err != nil {
		return nil, err
	}
	if err := os.WriteFile(script, []byte(runner), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command("node", script, list)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, errs.String())
	}
	var results []Result
	for line := range strings.Lines(string(out)) {
		var r struct {
			Error   string
			Outputs map[string]array
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return nil, err
		}
		one := Result{Outputs: map[string]Tensor{}}
		if r.Error != "" {
			one.Err = fmt.Errorf("%s", r.Error)
		}
		for name, a := range r.Outputs {
			t := Tensor{Shape: a.Shape}
			for _, v := range a.Data {
				t.Data = append(t.Data, float64(v))
			}
			one.Outputs[name] = t
		}
		results = append(results, one)
	}
	if len(results) != len(jobs) {
		return nil, fmt.Errorf("got %d results of %d jobs: %s", len(results), len(jobs), errs.String())
	}
	return results, nil
}
