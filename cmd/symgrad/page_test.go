package main

import (
	"path/filepath"
	"testing"

	"github.com/symgrad/symgrad/internal/browsertest"
)

// TestPageInBrowser looks at the page of the compiler on a phone and on a wide screen, light and
// dark: no text is faint, on a phone no line is cut, and a heading folds its phase by the keyboard.
func TestPageInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a browser")
	}
	b := browsertest.Start(t)
	file := filepath.Join(t.TempDir(), "page.html")
	if status, out, errs := symgrad("graph", "-html", file, "mlp"); status != done {
		t.Fatal(status, out, errs)
	}
	for _, width := range []int{1200, 390} {
		for _, dark := range []bool{false, true} {
			p := b.Open(t, "file://"+filepath.ToSlash(file), browsertest.View{Width: width, Height: 900, Phone: width < 600, Dark: dark})
			var faint []string
			p.Eval(faintTexts, &faint)
			if len(faint) > 0 {
				t.Errorf("at %d, dark %v: got faint texts: %q", width, dark, faint)
			}
			var cut int
			p.Eval("[...document.querySelectorAll('html, section')].filter(e => e.scrollWidth > e.clientWidth + 1).length", &cut)
			if width < 600 && cut > 0 {
				t.Errorf("at %d: %d phases are cut", width, cut)
			}
			p.Eval("document.querySelector('h2 button').focus()", nil)
			p.Press("Enter")
			p.Wait("document.querySelector('section.closed h2 [aria-expanded=false]')")
		}
	}
}

// faintTexts is a script for the texts whose contrast with what is behind the page is less than 4.5.
const faintTexts = `(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const light = c => c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = light(dark ? [18, 18, 18] : [255, 255, 255]), out = [];
  for (const e of document.querySelectorAll('body p, h1, h2, small, pre')) {
    const own = light(getComputedStyle(e).color.match(/[\d.]+/g).slice(0, 3).map(Number));
    const contrast = (Math.max(own, behind) + 0.05) / (Math.min(own, behind) + 0.05);
    if (contrast < 4.5) out.push(e.tagName + ' ' + contrast.toFixed(1));
  }
  return [...new Set(out)];
})()`
