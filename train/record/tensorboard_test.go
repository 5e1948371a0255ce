package record_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/record"
	"google.golang.org/protobuf/encoding/protowire"
)

// event is what a strict reader finds in a record.
type event struct {
	time    float64
	step    int64
	version string
	start   bool
	scalars map[string]float32
	histos  map[string]histo
}

type histo struct {
	min, max, num, sum, squares float64
	limits, counts              []float64
}

// message splits a protobuf message into its fields. It fails for what is not one, and for
// fields that are not in types.
func message(t *testing.T, b []byte, types map[protowire.Number]protowire.Type, f func(n protowire.Number, v uint64, b []byte)) {
	t.Helper()
	for len(b) > 0 {
		n, typ, size := protowire.ConsumeTag(b)
		if size < 0 || types[n] != typ {
			t.Fatalf("got the field %d of type %d, want one of %v", n, typ, types)
		}
		b = b[size:]
		var v uint64
		var bytes []byte
		switch typ {
		case protowire.VarintType:
			v, size = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var w uint32
			w, size = protowire.ConsumeFixed32(b)
			v = uint64(w)
		case protowire.Fixed64Type:
			v, size = protowire.ConsumeFixed64(b)
		case protowire.BytesType:
			bytes, size = protowire.ConsumeBytes(b)
		}
		if size < 0 {
			t.Fatalf("got the field %d cut off", n)
		}
		f(n, v, bytes)
		b = b[size:]
	}
}

// events reads an event file strictly: every length and checksum must be right, and
// nothing may be left over.
func events(t *testing.T, file []byte) (out []event) {
	t.Helper()
	mask := func(b []byte) uint32 {
		c := crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))
		return bitsTurned(c) + 0xa282ead8
	}
	for len(file) > 0 {
		if len(file) < 12 {
			t.Fatalf("got %d bytes left over", len(file))
		}
		n := binary.LittleEndian.Uint64(file)
		if c := binary.LittleEndian.Uint32(file[8:]); c != mask(file[:8]) {
			t.Fatalf("got the checksum %x of a length, want %x", c, mask(file[:8]))
		}
		if uint64(len(file)) < 16+n {
			t.Fatalf("got a record of %d bytes cut off", n)
		}
		b := file[12 : 12+n]
		if c := binary.LittleEndian.Uint32(file[12+n:]); c != mask(b) {
			t.Fatalf("got the checksum %x of data, want %x", c, mask(b))
		}
		out = append(out, eventOf(t, b))
		file = file[16+n:]
	}
	return out
}

func bitsTurned(c uint32) uint32 { return c>>15 | c<<17 }

func eventOf(t *testing.T, b []byte) event {
	t.Helper()
	e := event{scalars: map[string]float32{}, histos: map[string]histo{}}
	message(t, b, map[protowire.Number]protowire.Type{1: protowire.Fixed64Type, 2: protowire.VarintType, 3: protowire.BytesType, 5: protowire.BytesType, 7: protowire.BytesType},
		func(n protowire.Number, v uint64, b []byte) {
			switch n {
			case 1:
				e.time = math.Float64frombits(v)
			case 2:
				e.step = int64(v)
			case 3:
				e.version = string(b)
			case 5:
				message(t, b, map[protowire.Number]protowire.Type{1: protowire.BytesType}, func(_ protowire.Number, _ uint64, b []byte) { valueOf(t, &e, b) })
			case 7:
				message(t, b, map[protowire.Number]protowire.Type{1: protowire.VarintType}, func(_ protowire.Number, v uint64, _ []byte) { e.start = v == 1 })
			}
		})
	return e
}

func valueOf(t *testing.T, e *event, b []byte) {
	t.Helper()
	tag := ""
	message(t, b, map[protowire.Number]protowire.Type{1: protowire.BytesType, 2: protowire.Fixed32Type, 5: protowire.BytesType}, func(n protowire.Number, v uint64, b []byte) {
		switch n {
		case 1:
			tag = string(b)
		case 2:
			e.scalars[tag] = math.Float32frombits(uint32(v))
		case 5:
			var h histo
			types := map[protowire.Number]protowire.Type{6: protowire.BytesType, 7: protowire.BytesType}
			for i := range 5 {
				types[protowire.Number(i+1)] = protowire.Fixed64Type
			}
			message(t, b, types, func(n protowire.Number, v uint64, b []byte) {
				switch n {
				case 6:
					h.limits = doubles(b)
				case 7:
					h.counts = doubles(b)
				default:
					*[]*float64{&h.min, &h.max, &h.num, &h.sum, &h.squares}[n-1] = math.Float64frombits(v)
				}
			})
			e.histos[tag] = h
		}
	})
}

func doubles(b []byte) (out []float64) {
	for ; len(b) >= 8; b = b[8:] {
		out = append(out, math.Float64frombits(binary.LittleEndian.Uint64(b)))
	}
	return out
}

// eventFiles returns the paths of the event files in dir, by age.
func eventFiles(t *testing.T, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestTensorBoard: the event file has the version, then the numbers of the history.
func TestTensorBoard(t *testing.T) {
	for _, dtype := range []graph.DType{graph.Float32, graph.Float64} {
		dir := filepath.Join(t.TempDir(), "runs", "1")
		board := &record.TensorBoard{Dir: dir, EverySteps: 2, GradientNorm: true, Weights: true, Gradients: true}
		norms := map[int64]float64{}
		check := train.On(func(e *train.StepEnd) error {
			p, sum := e.Trainer.Model().Params(), 0.0
			for _, q := range p.List() {
				for _, g := range p.Grad(q.Name) {
					sum += g * g
				}
			}
			norms[int64(e.Step)] = math.Sqrt(sum)
			return nil
		})
		tr := trainerOf(t, dtype, train.Options{Optimizer: train.SGD{}, Metrics: []train.Metric{train.Accuracy()}, Validation: circles(t, 8), Callbacks: []train.Callback{board, check}})
		h := fit(t, tr, circles(t, 10), 2)
		files := eventFiles(t, dir)
		if len(files) != 1 {
			t.Fatalf("got the files %q, want one", files)
		}
		list := events(t, read(t, files[0]))
		if list[0].version != "brain.Event:2" || list[0].time < 1e9 || !list[1].start || list[1].step != 1 {
			t.Errorf("got %+v, want the version and the start of a session", list[:2])
		}
		list = list[2:]
		if len(list) != 3+2 {
			t.Fatalf("got %d events, want 3 of steps and 2 of epochs", len(list))
		}
		epochs := 0
		for _, e := range list {
			if norm, ok := e.scalars["gradients/norm"]; ok {
				if want := norms[e.step]; e.step%2 != 0 || want == 0 || math.Abs(float64(norm)-want) > 1e-6*want || e.scalars["batch/rate"] != 0.001 || e.scalars["batch/loss"] == 0 {
					t.Errorf("got the step %+v, want the norm %v", e, want)
				}
				continue
			}
			w := h.Epochs[epochs]
			epochs++
			acc, _ := w.Metric("accuracy")
			want := map[string]float32{"loss": float32(w.Loss), "rate": float32(w.LearningRate), "validation/loss": float32(*w.Validation), "validation/accuracy": float32(acc)}
			if fmt.Sprint(e.scalars) != fmt.Sprint(want) || e.step != int64(w.Step) {
				t.Errorf("got %v at %d, want %v at %d", e.scalars, e.step, want, w.Step)
			}
			checkHistograms(t, e.histos, tr, epochs == 2)
		}
	}
}

// checkHistograms: there is one for each parameter and its gradient; now: they are those
// of the Trainer.
func checkHistograms(t *testing.T, got map[string]histo, tr *train.Trainer, now bool) {
	t.Helper()
	p := tr.Model().Params()
	if len(got) != 2*len(p.List()) {
		t.Errorf("got %d histograms, want 2 for each parameter", len(got))
	}
	for _, q := range p.List() {
		for name, v := range map[string][]float64{"weights/" + q.Name: p.Values(q.Name), "gradients/" + q.Name: p.Grad(q.Name)} {
			h, ok := got[name]
			n, sum := 0.0, 0.0
			for _, c := range h.counts {
				n += c
			}
			for _, x := range v {
				sum += x
			}
			if !ok || n != float64(len(v)) || h.num != n || len(h.limits) != len(h.counts) || !slices.IsSorted(h.limits) || h.limits[len(h.limits)-1] != h.max {
				t.Fatalf("%s: got %+v, want all %d elements in buckets", name, h, len(v))
			}
			if now && (h.min != slices.Min(v) || h.max != slices.Max(v) || math.Abs(h.sum-sum) > 1e-9) {
				t.Errorf("%s: got %+v, want the elements %v", name, h, v)
			}
			if now {
				for i, c := range h.counts { // each bucket has the elements between its limits, up to rounding
					lo := h.min
					if i > 0 {
						lo = h.limits[i-1]
					}
					least, most := 0.0, 0.0
					for _, x := range v {
						e := 1e-12 * (h.max - h.min)
						if x > lo+e && x < h.limits[i]-e {
							least++
						}
						if x >= lo-e && x <= h.limits[i]+e {
							most++
						}
					}
					if c < least || c > most {
						t.Errorf("%s: bucket %d: got %v elements, want %v to %v", name, i, c, least, most)
					}
				}
			}
		}
	}
}

// TestTensorBoardGoesOn: a run that goes on appends to its file, whatever a killed program
// has left of the last record, and has no event twice. A new run opens another file.
func TestTensorBoardGoesOn(t *testing.T) {
	dir, d := t.TempDir(), circles(t, 8)
	tr := trainer(t, train.Options{Callbacks: []train.Callback{&record.TensorBoard{Dir: dir, EverySteps: 1}, stopAt(3)}})
	fit(t, tr, d, 3)
	path := eventFiles(t, dir)[0]
	half := read(t, path)
	fit(t, tr, d, 3)
	whole := read(t, path)
	if !bytes.HasPrefix(whole, half) || len(eventFiles(t, dir)) != 1 {
		t.Fatalf("got the file rewritten, or another one: %q", eventFiles(t, dir))
	}
	if got := stepsOf(events(t, whole)); got != "1 2 2e 3 4 4e 5 6 6e" {
		t.Errorf("got the steps %s", got)
	}
	early := trainer(t, train.Options{})
	fit(t, early, d, 2) // 4 steps
	for cut := range len(whole) + 1 {
		if err := os.WriteFile(path, whole[:cut], 0o666); err != nil {
			t.Fatal(err)
		}
		c := &record.TensorBoard{Dir: dir, EverySteps: 1}
		if err := c.On(&train.FitStart{Trainer: early}); err != nil {
			t.Fatal(err)
		}
		if err := c.On(&train.EpochEnd{Trainer: early, Epoch: train.Epoch{Epoch: 2, Step: 4}}); err != nil { // it may be there
			t.Fatal(err)
		}
		if err := c.On(&train.StepEnd{Trainer: early, Step: 5}); err != nil {
			t.Fatal(err)
		}
		if err := c.On(&train.FitEnd{}); err != nil {
			t.Fatal(err)
		}
		list := events(t, read(t, path))
		if list[0].version != "brain.Event:2" {
			t.Fatalf("cut at %d: got %+v first, want the version", cut, list[0])
		}
		if got, ok := strings.CutSuffix(stepsOf(list), "4e 5"); !ok || !strings.HasPrefix("1 2 2e 3 4 ", got) {
			t.Fatalf("cut at %d: got the steps %s", cut, stepsOf(list))
		}
	}
	for i, b := range whole { // a damaged record is cut off with what follows
		if i%7 != 0 {
			continue
		}
		damaged := slices.Clone(whole)
		damaged[i] = b ^ 0x10
		if err := os.WriteFile(path, damaged, 0o666); err != nil {
			t.Fatal(err)
		}
		c := &record.TensorBoard{Dir: dir}
		if err := c.On(&train.FitStart{Trainer: tr}); err != nil {
			t.Fatal(err)
		}
		if err := c.On(&train.FitEnd{}); err != nil {
			t.Fatal(err)
		}
		events(t, read(t, path))
	}
	again := trainer(t, train.Options{Callbacks: []train.Callback{&record.TensorBoard{Dir: dir}}})
	fit(t, again, d, 1)
	if n := len(eventFiles(t, dir)); n != 2 {
		t.Errorf("got %d files, want another one for another run", n)
	}
}

// stepsOf lists the steps of the events with numbers, with an e for those of epochs.
func stepsOf(list []event) string {
	var out []string
	for _, e := range list {
		s := fmt.Sprint(e.step)
		if _, ok := e.scalars["loss"]; ok {
			s += "e"
		}
		if len(e.scalars) > 0 {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

// TestProtoc: protoc reads the events, if it is installed.
func TestProtoc(t *testing.T) {
	protoc, err := exec.LookPath("protoc")
	if err != nil {
		t.Skip("protoc is not installed")
	}
	dir := t.TempDir()
	tr := trainer(t, train.Options{Callbacks: []train.Callback{&record.TensorBoard{Dir: dir, Weights: true}}})
	fit(t, tr, circles(t, 8), 1)
	file := read(t, eventFiles(t, dir)[0])
	want := []string{`3: "brain.Event:2"`, "7 {", `1: "loss"`}
	for i := 0; len(file) > 0; i++ {
		n := binary.LittleEndian.Uint64(file)
		cmd := exec.Command(protoc, "--decode_raw")
		cmd.Stdin = bytes.NewReader(file[12 : 12+n])
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), want[i]) {
			t.Errorf("record %d: %v: got %s, want %s", i, err, out, want[i])
		}
		file = file[16+n:]
	}
}

// TestSameBits: recorders that read gradients change no bit of a training.
func TestSameBits(t *testing.T) {
	d := circles(t, 8)
	want := fit(t, trainer(t, train.Options{Optimizer: train.SGD{}}), d, 3).Losses()
	var out bytes.Buffer
	j := &record.JSONLines{Writer: &out}
	got := fit(t, trainer(t, train.Options{Optimizer: train.SGD{}, Callbacks: []train.Callback{j, &record.Statistics{EverySteps: 1, To: []record.Recorder{j}}}}), d, 3).Losses()
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
