package report_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/report"
)

// keep is where the pages and their pictures stay, to be looked at.
var keep = flag.String("keep", "", "a folder to keep pages and pictures in")

// browser returns the path of a browser, or skips the test.
func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no browser here")
	return ""
}

// folder returns where the files of a test go.
func folder(t *testing.T) string {
	if *keep == "" {
		return t.TempDir()
	}
	if err := os.MkdirAll(*keep, 0o755); err != nil {
		t.Fatal(err)
	}
	return *keep
}

// browse runs the browser on a file. It returns what it writes to both outputs.
func browse(t *testing.T, path, profile string, args ...string) (out, errs string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 4*time.Minute)
	defer stop()
	args = append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions", "--hide-scrollbars",
		"--enable-logging=stderr", "--user-data-dir=" + profile, "--virtual-time-budget=3000"}, args...)
	cmd := exec.CommandContext(ctx, path, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	return stdout.String(), stderr.String()
}

var attribute = regexp.MustCompile(`<html[^>]*>`)

// TestBrowser opens reports of a table, of images and of sequences in a browser, wide and narrow,
// light and dark. The page must report no error, and not be wider than the screen.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a browser")
	}
	path := browser(t)
	dir := folder(t)
	for _, m := range []trained{iris(t, train.Options{}), digits(t), waves(t)} {
		r, err := report.Of(t.Context(), m.t, report.Options{Title: m.name, Data: m.test, DataName: "test"})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, m.name+".html")
		if err := r.WriteFile(file); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int{1200, 390} {
			look(t, path, dir, m.name, width)
		}
	}
}

// look opens a page in a frame of a width.
func look(t *testing.T, path, dir, name string, width int) {
	t.Helper()
	profile := t.TempDir()
	address := "file://" + filepath.ToSlash(filepath.Join(dir, name+".html"))
	size := fmt.Sprintf("--window-size=%d,2400", width)
	dom, errs := browse(t, path, profile, size, "--dump-dom", address)
	head := attribute.FindString(dom)
	if !strings.Contains(head, `data-ready="yes"`) || !strings.Contains(head, `data-errors=""`) || !strings.Contains(head, `data-overflow="0"`) {
		t.Errorf("%s at %d: got %s", name, width, head)
	}
	for line := range strings.Lines(errs) {
		if strings.Contains(line, "CONSOLE") {
			t.Errorf("%s at %d: %s", name, width, line)
		}
	}
	for _, mode := range []string{"light", "dark"} {
		picture := filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, width, mode))
		args := []string{size, "--screenshot=" + picture, address}
		if mode == "dark" {
			args = append([]string{"--blink-settings=preferredColorScheme=0"}, args...)
		}
		browse(t, path, profile, args...)
		b, err := os.ReadFile(picture)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		r, g, bl, _ := img.At(2, img.Bounds().Dy()-2).RGBA()
		if bright := (r + g + bl) / 3 >> 8; (bright > 128) != (mode == "light") {
			t.Errorf("%s at %d, %s: the page has the brightness %d", name, width, mode, bright)
		}
	}
}
