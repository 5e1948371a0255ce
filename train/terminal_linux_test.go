package train_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
)

// terminal is a pseudo terminal of so many columns, with what is written to it.
func terminal(t *testing.T, columns uint16) (tty *os.File, written func() string) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo terminals:", err)
	}
	control := func(what uintptr, p unsafe.Pointer) {
		if _, _, err := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), what, uintptr(p)); err != 0 {
			t.Skip("no pseudo terminals:", err)
		}
	}
	var number, unlocked uint32
	size := [4]uint16{24, columns}
	control(syscall.TIOCSPTLCK, unsafe.Pointer(&unlocked))
	control(syscall.TIOCGPTN, unsafe.Pointer(&number))
	control(syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo terminals:", err)
	}
	text := make(chan string)
	go func() {
		all, _ := io.ReadAll(master) // ends with an error when the terminal is closed
		text <- string(all)
	}()
	return tty, func() string {
		tty.Close()
		defer master.Close()
		return <-text
	}
}

// TestProgressOnTerminal checks that the line on a terminal fits its width, narrow
// or wide, and that the last one stays.
func TestProgressOnTerminal(t *testing.T) {
	t.Setenv("TERM", "xterm")
	for _, columns := range []uint16{20, 200} {
		tty, written := terminal(t, columns)
		tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Epochs: 3, BatchSize: 8, Progress: tty, Metrics: []train.Metric{train.Accuracy()},
			Schedule: schedule.Func(func(int) float64 {
				time.Sleep(20 * time.Millisecond) // slow enough for several lines
				return 0.01
			})})
		if _, err := tr.Fit(context.Background(), blobs(t, 64)); err != nil {
			t.Fatal(err)
		}
		got := written()
		lines := strings.Split(strings.ReplaceAll(got, "\r\n", "\n"), "\r")
		last, after, ended := strings.Cut(lines[len(lines)-1], "\n")
		if len(lines) < 5 || !ended || after != "" || !strings.HasPrefix(last, "epoch 3/3  loss ") {
			t.Errorf("%d columns: got %q, want several lines, the last of which stays", columns, got)
		}
		for _, l := range lines {
			if n := utf8.RuneCountInString(strings.TrimSuffix(l, "\n")); n >= int(columns) {
				t.Errorf("%d columns: the line %q has %d", columns, l, n)
			}
		}
		if columns > 100 && (!strings.Contains(got, " left") || !strings.Contains(last, "accuracy")) {
			t.Errorf("%d columns: got %q, want the time that is left and the accuracy in it", columns, got)
		}
	}
}

// TestProgressUnderMPI checks that the lines under a launcher of MPI are plain: the terminal that it
// gives a process is not where the lines end.
func TestProgressUnderMPI(t *testing.T) {
	t.Setenv("TERM", "xterm")
	t.Setenv("OMPI_COMM_WORLD_RANK", "0")
	tty, written := terminal(t, 80)
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Epochs: 3, Progress: tty})
	if _, err := tr.Fit(context.Background(), blobs(t, 64)); err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(written(), "\r\n", "\n")
	if strings.Count(got, "\n") != 3 || strings.Contains(got, "\r") {
		t.Errorf("got %q, want a line for each of three epochs", got)
	}
}
