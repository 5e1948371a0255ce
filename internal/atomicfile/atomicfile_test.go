package atomicfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symgrad/symgrad/internal/itself"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// wantDir fails unless dir holds exactly the files of want.
func wantDir(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		got, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if w, ok := want[e.Name()]; !ok || w != string(got) {
			t.Errorf("file %q holds %q, want %q (expected: %v)", e.Name(), got, w, ok)
		}
	}
	if len(entries) != len(want) {
		t.Errorf("%d files in the directory, want %d", len(entries), len(want))
	}
}

func TestWriteFileCreatesAndReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.bin")
	for _, s := range []string{"first", "", strings.Repeat("long ", 1<<15)} {
		if err := WriteFile(path, text(s)); err != nil {
			t.Fatal(err)
		}
		wantDir(t, dir, map[string]string{"a.bin": s})
	}
}

func TestWriteFileRelativePath(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := WriteFile("plain", text("x")); err != nil {
		t.Fatal(err)
	}
	wantDir(t, dir, map[string]string{"plain": "x"})
}

func TestWriteFileKeepsPermissions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, text("x")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode().Perm())
	}
}

// A link, or a chain of them, to a file that does not exist yet stays, and the file is
// made where it points; a circle is an error.
func TestWriteFileThroughDanglingLinks(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{"first": "sub/second", "sub/second": "../sub/target", "a": "b", "b": "a"} {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			t.Fatal(err)
		}
	}
	if err := WriteFile(filepath.Join(dir, "first"), text("new")); err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{"first", "sub/second"} {
		if info, err := os.Lstat(filepath.Join(dir, link)); err != nil || info.Mode().Type() != fs.ModeSymlink {
			t.Errorf("the link %s became %v, error %v", link, info, err)
		}
	}
	if got, err := os.ReadFile(filepath.Join(dir, "sub", "target")); err != nil || string(got) != "new" {
		t.Errorf("the target holds %q, error %v", got, err)
	}
	if err := WriteFile(filepath.Join(dir, "a"), text("new")); err == nil {
		t.Error("a circle of links: no error")
	}
	for _, path := range []string{"", dir} {
		if err := WriteFile(path, text("new")); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("path %q: error %v, want ErrInvalid", path, err)
		}
	}
}

func TestWriteFileKeepsSymbolicLink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("target", link); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(link, text("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(link)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Type() != fs.ModeSymlink {
		t.Errorf("the link became %v", info.Mode())
	}
	wantDir(t, dir, map[string]string{"target": "new", "link": "new"})
}

func TestWriteFileRefusesDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := WriteFile(dir, text("x")); err == nil {
		t.Error("a directory was accepted")
	}
	if err := WriteFile(filepath.Join(dir, "missing", "a"), text("x")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing directory: %v", err)
	}
	wantDir(t, dir, nil)
}

// faulty fails the call that its name selects.
type faulty struct {
	File
	call string
	err  error
}

func (f faulty) Write(p []byte) (int, error) {
	switch f.call {
	case "write":
		n, _ := f.File.Write(p[:len(p)/2])
		return n, f.err
	case "short write":
		return f.File.Write(p[:len(p)/2])
	}
	return f.File.Write(p)
}

func (f faulty) Sync() error {
	if f.call == "sync" {
		return f.err
	}
	return f.File.Sync()
}

func (f faulty) Chmod(m fs.FileMode) error {
	if f.call == "chmod" {
		return f.err
	}
	return f.File.Chmod(m)
}

func (f faulty) Close() error {
	err := f.File.Close()
	if f.call == "close" {
		return f.err
	}
	return err
}

// broken is a disk on which one call fails.
type broken struct {
	Disk
	call string
	err  error
}

func (b broken) Create(path string) (File, error) {
	if b.call == "create" {
		return nil, b.err
	}
	f, err := b.Disk.Create(path)
	if err != nil {
		return nil, err
	}
	return faulty{f, b.call, b.err}, nil
}

func (b broken) Rename(from, to string) error {
	if b.call == "rename" {
		return b.err
	}
	return b.Disk.Rename(from, to)
}

func (b broken) SyncDir(dir string) error {
	if b.call == "syncDir" {
		return b.err
	}
	return b.Disk.SyncDir(dir)
}

// on saves what write writes on a disk on which one call fails.
func on(call string, failure error, path string, write func(io.Writer) error) error {
	return Replace(broken{OS, call, failure}, path, write)
}

func TestWriteFileFaults(t *testing.T) {
	failure := errors.New("injected")
	for _, call := range []string{"create", "chmod", "write", "short write", "sync", "close", "rename", "syncDir"} {
		failure := failure
		if call == "short write" {
			failure = io.ErrShortWrite
		}
		for _, old := range []bool{true, false} {
			if call == "chmod" && !old {
				continue // a new file keeps the mode it was created with
			}
			t.Run(fmt.Sprintf("%s/old=%v", call, old), func(t *testing.T) {
				dir := t.TempDir()
				path := filepath.Join(dir, "a")
				want := map[string]string{}
				if old {
					want["a"] = "old"
					if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				err := on(call, failure, path, text("new content"))
				if !errors.Is(err, failure) {
					t.Fatalf("error %v does not wrap the failure", err)
				}
				if call == "syncDir" {
					want["a"] = "new content"
				}
				wantDir(t, dir, want)
			})
		}
	}
}

func TestWriteFileCallbackFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	failure := errors.New("cannot encode")
	err := WriteFile(path, func(w io.Writer) error {
		if _, err := w.Write(bytes.Repeat([]byte("x"), 3*bufferSize)); err != nil {
			return err
		}
		return failure
	})
	if !errors.Is(err, failure) {
		t.Errorf("error %v does not wrap the failure", err)
	}
	wantDir(t, dir, map[string]string{"a": "old"})

	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = WriteFile(path, func(io.Writer) error { panic("bug in the encoder") })
	}()
	wantDir(t, dir, map[string]string{"a": "old"})
}

// A callback that drops a write error must not lead to a short file.
func TestWriteFileCallbackIgnoresWriteError(t *testing.T) {
	dir := t.TempDir()
	failure := errors.New("no space")
	err := on("write", failure, filepath.Join(dir, "a"), func(w io.Writer) error {
		for range 4 {
			_, _ = w.Write(make([]byte, bufferSize))
		}
		return nil
	})
	if !errors.Is(err, failure) {
		t.Errorf("error %v does not wrap the failure", err)
	}
	wantDir(t, dir, nil)
}

// A save removes what killed saves of the same file left, and nothing else.
func TestLeftoversAreRemoved(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.bin")
	want := map[string]string{".a.bin.tmp-short": "x", ".b.bin.tmp-0123456789abcdef": "x", "a.bin.tmp-0123456789abcdef": "x"}
	for name := range want {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		temp := tempName(path)
		if err := os.WriteFile(temp, []byte("half"), 0o644); err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(-48 * time.Hour) // where there are no locks age decides
		if err := os.Chtimes(temp, old, old); err != nil {
			t.Fatal(err)
		}
	}
	want["a.bin"] = "new"
	if err := WriteFile(path, text("new")); err != nil {
		t.Fatal(err)
	}
	wantDir(t, dir, want)
	removeTemps(filepath.Join(dir, "missing", "a")) // does nothing
	delete(want, ".b.bin.tmp-0123456789abcdef")
	Clean(dir, func(name string) bool { return name == "b.bin" })
	wantDir(t, dir, want)
}

// The temporary file of a save that is running stays, of this process or another.
func TestRunningSavesKeepTheirs(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	err := WriteFile(path, func(w io.Writer) error {
		if err := WriteFile(path, text("inner")); err != nil {
			return err
		}
		_, err := io.WriteString(w, "outer")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	wantDir(t, dir, map[string]string{"a": "outer"})
}

// A process that is killed in the middle of a save leaves the old file, and the
// next save removes what it left.
func TestKilledSave(t *testing.T) {
	if path := os.Getenv("ATOMICFILE_SAVE_FOR_EVER"); path != "" {
		_ = WriteFile(path, func(w io.Writer) error {
			_, _ = w.Write(make([]byte, 2*bufferSize))
			fmt.Println("writing")
			time.Sleep(time.Minute)
			return nil
		})
	}
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("age decides about leftovers here, or no process can be started")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := WriteFile(path, text("old")); err != nil {
		t.Fatal(err)
	}
	cmd := itself.Command(t, "-test.run=^TestKilledSave$")
	cmd.Env = append(os.Environ(), "ATOMICFILE_SAVE_FOR_EVER="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "writing\n" {
		t.Fatalf("the process says %q, %v", line, err)
	}
	count := func() int {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	if err := WriteFile(path, text("newer")); err != nil || count() != 2 {
		t.Errorf("beside a running save: %v, %d files, want 2", err, count())
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if count() != 2 {
		t.Errorf("%d files after the kill, want 2", count())
	}
	if err := WriteFile(path, text("newest")); err != nil {
		t.Fatal(err)
	}
	wantDir(t, dir, map[string]string{"a": "newest"})
}

func TestConcurrentWriters(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			content := strings.Repeat(fmt.Sprint(i), 1<<17)
			for range 5 {
				if err := WriteFile(path, text(content)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wantDir(t, dir, map[string]string{"a": strings.Repeat(string(got[:1]), 1<<17)})
}
