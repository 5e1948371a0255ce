package safetensors

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// stock reads a file as any reader of the format does, with numpy alone.
const stock = `
import json, struct, sys
import numpy as np
with open(sys.argv[1], "rb") as f:
    head = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
    data = f.read()
print(sorted(head.pop("__metadata__").keys()))
for name, t in head.items():
    begin, end = t["data_offsets"]
    kind = {"F32": "<f4", "F64": "<f8", "I64": "<i8"}[t["dtype"]]
    print(name, np.frombuffer(data[begin:end], kind).reshape(t["shape"]).tolist())
`

func TestPythonReadsWhatIsWritten(t *testing.T) {
	python := ""
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import numpy").Run() == nil {
			python = name
			break
		}
	}
	if python == "" {
		t.Skip("there is no python3 with numpy")
	}
	path := filepath.Join(t.TempDir(), "a.safetensors")
	err := WriteTensors(path, map[string]string{"k": "v"}, []View{
		FloatsView("w", []int{2, 2}, []float32{1, 2, -0.5, 4}), FloatsView("слой/b", nil, []float64{0.1}), FromInts("n", []int{2}, []int{3, -4}),
	}, WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", stock, path)
	cmd.Env = append(cmd.Environ(), "PYTHONIOENCODING=utf-8")
	out, err := cmd.CombinedOutput()
	want := "['k', 'symgrad.crc32c', 'symgrad.header.crc32c']\nw [[1.0, 2.0], [-0.5, 4.0]]\nслой/b 0.1\nn [3, -4]\n"
	if err != nil || strings.ReplaceAll(string(out), "\r", "") != want {
		t.Errorf("python reads %s, %v; want %s", out, err, want)
	}
}
