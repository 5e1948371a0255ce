package report_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/browsertest"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/report"
)

// keep is where the pages and their pictures stay, to be looked at.
var keep = flag.String("keep", "", "a folder to keep pages and pictures in")

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

// TestBrowser opens reports of tables, of images and of sequences in a browser, wide and narrow,
// light and dark. The page must report no error, ask for nothing, and not be wider than the screen.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a browser")
	}
	b := browsertest.Start(t)
	dir := folder(t)
	for _, m := range []trained{iris(t, train.Options{}), digits(t), waves(t), prices(t), kinds(t)} {
		r, err := report.Of(t.Context(), m.t, report.Options{Title: m.name, Data: m.test, DataName: "test", Table: m.table})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, m.name+".html")
		if err := r.WriteFile(file); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int{1200, 390} {
			look(t, b, file, width)
		}
	}
}

// look opens a page in a window of a width.
func look(t *testing.T, b *browsertest.Browser, file string, width int) {
	t.Helper()
	view := browsertest.View{Width: width, Height: 900, Phone: width < 600}
	p := b.Open(t, "file://"+filepath.ToSlash(file), view)
	p.Wait("document.documentElement.dataset.ready === 'yes'")
	for _, dark := range []bool{false, true} {
		view.Dark = dark
		p.View(view)
		mode := map[bool]string{false: "light", true: "dark"}[dark]
		img := p.Picture(fmt.Sprintf("%s-%d-%s.png", strings.TrimSuffix(file, ".html"), width, mode))
		r, g, bl, _ := img.At(2, img.Bounds().Dy()-2).RGBA()
		if bright := (r + g + bl) / 3 >> 8; (bright < 128) != dark {
			t.Errorf("%s at %d, %s: the page has the brightness %d", file, width, mode, bright)
		}
	}
	var head struct {
		Errors   string
		Overflow int
	}
	p.Eval("({errors: document.documentElement.dataset.errors, overflow: document.documentElement.scrollWidth - innerWidth})", &head)
	if head.Errors != "" || head.Overflow > 0 || len(p.Complaints()) > 0 {
		t.Errorf("%s at %d: got %+v and %q", file, width, head, p.Complaints())
	}
	var wrong []string
	p.Eval(misplaced, &wrong)
	for _, w := range wrong {
		t.Errorf("%s at %d: %s", file, width, w)
	}
	for _, r := range p.Requests()[1:] {
		if !strings.HasPrefix(r, "data:") {
			t.Errorf("%s at %d: the page asks for %s", file, width, r)
		}
	}
}

// misplaced is a script that says what lies where it should not: beside the screen, without a sign
// that its box scrolls, on another cell of a card, half outside of its picture.
const misplaced = `(async () => {
  for (const d of document.querySelectorAll('details')) d.open = true;
  for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
  const out = [], say = (e, what) => out.push(what + ': ' + e.tagName + ' ' + e.textContent.trim().slice(0, 60));
  for (const e of document.querySelectorAll('body *')) {
    if (!e.closest('.scroll, .skip, svg, math') && e.getBoundingClientRect().right > innerWidth + 1) say(e, 'wider than the screen');
  }
  for (const e of document.querySelectorAll('.scroll')) {
    const right = e.scrollWidth - e.clientWidth, below = e.scrollHeight - e.clientHeight;
    if (right > 1 && !e.matches('.more.right')) say(e, 'scrolls without a sign');
    if (right > 1 && (e.tabIndex < 0 || !e.getAttribute('aria-label'))) say(e, 'scrolls by touch alone');
    if (below > 0 && below < 100) say(e, 'scrolls by ' + below + ' pixels');
  }
  for (const card of document.querySelectorAll('.cards li')) {
    const cells = [...card.querySelectorAll('th, td')], box = card.getBoundingClientRect();
    cells.forEach((e, i) => {
      if (e.scrollWidth > e.clientWidth + 1) say(e, 'runs out of its cell');
      const r = e.getBoundingClientRect();
      if (r.left < box.left || r.right > box.right) say(e, 'runs out of its card');
      const text = new Range();
      text.selectNodeContents(e);
      for (const other of cells.slice(i + 1)) {
        const a = text.getBoundingClientRect(), b = new Range();
        b.selectNodeContents(other);
        const c = b.getBoundingClientRect();
        if (a.left < c.right - 1 && c.left < a.right - 1 && a.top < c.bottom - 1 && c.top < a.bottom - 1) say(e, 'lies on ' + other.textContent);
      }
    });
  }
  for (const e of document.querySelectorAll('svg text')) {
    const r = e.getBoundingClientRect(), box = e.ownerSVGElement.getBoundingClientRect();
    if (r.width > 0 && (r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 1 || r.bottom > box.bottom + 1)) say(e, 'cut by its picture');
  }
  return out;
})()`
