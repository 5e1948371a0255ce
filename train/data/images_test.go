package data_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/symgrad/symgrad/train/data"
)

// speckled returns an image of w by h pixels that differ.
func speckled(w, h, seed int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = uint8((i + seed) * 37)
		if i%4 == 3 {
			m.Pix[i] = 255
		}
	}
	return m
}

// pngOf returns an image as a file.
func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// folderOf returns a file system with the files of the given names.
func folderOf(files map[string][]byte) fstest.MapFS {
	out := fstest.MapFS{}
	for name, b := range files {
		out[name] = &fstest.MapFile{Data: b}
	}
	return out
}

// pets returns a folder of n images of 5 by 4 pixels for each of three classes, and of other files.
func pets(t testing.TB, n int) fstest.MapFS {
	files := map[string][]byte{"readme.txt": []byte("pets"), ".hidden/a.png": nil, "cat/notes.txt": nil, "cat/._1.png": nil}
	for c, class := range []string{"cat", "dog", "10"} {
		for i := range n {
			files[class+"/"+string(rune('a'+i%26))+strings.Repeat("x", i/26)+".PNG"] = pngOf(t, speckled(5, 4, 100*c+i))
		}
	}
	return folderOf(files)
}

// writeImages writes the files into a folder.
func writeImages(t testing.TB, files fstest.MapFS) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	return dir
}

// openImages opens the images of a file system.
func openImages(t testing.TB, files fs.FS, o data.ImageOptions) *data.Images {
	t.Helper()
	im, err := data.OpenImagesFS(files, o)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// pixelsOf returns the pixels of example i.
func pixelsOf(t testing.TB, im *data.Images, i int) []uint8 {
	t.Helper()
	d, err := im.View([]int{i})
	if err != nil {
		t.Fatal(err)
	}
	x, _ := d.Field("x")
	return x.Bytes
}

func TestImages(t *testing.T) {
	files := folderOf(map[string][]byte{
		"dog/a/z.png": pngOf(t, speckled(3, 2, 1)), "dog/a-b.png": pngOf(t, speckled(3, 2, 2)), "dog/a/y.jpeg": nil,
		"10/1.png": pngOf(t, speckled(3, 2, 3)), "2/1.png": pngOf(t, speckled(3, 2, 4)),
	})
	var b bytes.Buffer
	if err := jpeg.Encode(&b, speckled(3, 2, 5), nil); err != nil {
		t.Fatal(err)
	}
	files["dog/a/y.jpeg"].Data = b.Bytes()
	im, err := data.OpenImages(writeImages(t, files), data.ImageOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := im.Names(), []string{"10/1.png", "2/1.png", "dog/a-b.png", "dog/a/y.jpeg", "dog/a/z.png"}; !slices.Equal(got, want) {
		t.Errorf("got the names %q, want %q", got, want)
	}
	if got, want := im.Labels(), []int{0, 1, 2, 2, 2}; !slices.Equal(got, want) || !slices.Equal(im.ClassNames(), []string{"10", "2", "dog"}) {
		t.Errorf("got the labels %v of %q, want %v", got, im.ClassNames(), want)
	}
	d, err := data.Take(im, -1)
	if err != nil {
		t.Fatal(err)
	}
	x, _ := d.Field("x")
	y, _ := d.Field("y")
	if !slices.Equal(x.Shape, []int{3, 2, 3}) || x.Scale != 1.0/255 || !slices.Equal(y.Ints, im.Labels()) || y.Classes != 3 || !slices.Equal(y.ClassNames, im.ClassNames()) {
		t.Errorf("got x %v · %v and y %v", x.Shape, x.Scale, y)
	}
	want := speckled(3, 2, 4) // example 1
	for c := range 3 {
		for i := range 6 {
			if got, want := x.Bytes[18+6*c+i], want.Pix[4*i+c]; got != want {
				t.Errorf("channel %d, pixel %d: got %d, want %d", c, i, got, want)
			}
		}
	}
}

// TestImagesLoader: the batches of a folder are those of its images in memory.
func TestImagesLoader(t *testing.T) {
	im := openImages(t, pets(t, 30), data.ImageOptions{Height: 3, Width: 3})
	d, err := data.Take(im, -1)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []data.LoaderOptions{{Batch: 7}, {Batch: 7, Shuffle: true, Seed: 5, Readers: 4}} {
		got, want := batchesOf(t, im, o), batchesOf(t, d, o)
		if !slices.Equal(got, want) || len(got) == 0 {
			t.Errorf("%+v: the batches differ from those in memory", o)
		}
	}
}

// batchesOf returns the numbers of two epochs.
func batchesOf(t *testing.T, src data.Source, o data.LoaderOptions) (out []float32) {
	t.Helper()
	l, err := data.NewLoader(src, o)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for epoch := range 2 {
		l.Begin(epoch, 0)
		for range l.Len() {
			b, err := l.Next()
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"x", "y"} {
				rows, err := b.Set.Rows(name)
				if err != nil {
					t.Fatal(err)
				}
				batch := make([]float32, len(b.Index)*rows.Size())
				if err := rows.F32(batch, b.Index); err != nil {
					t.Fatal(err)
				}
				out = append(out, batch...)
			}
		}
	}
	return out
}

func TestImagesPixels(t *testing.T) {
	clear := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	clear.SetNRGBA(0, 0, color.NRGBA{200, 100, 50, 255})
	clear.SetNRGBA(1, 0, color.NRGBA{200, 100, 50, 51}) // a fifth
	deep := image.NewGray16(image.Rect(0, 0, 2, 1))
	deep.SetGray16(0, 0, color.Gray16{0x80ff})
	deep.SetGray16(1, 0, color.Gray16{0xffff})
	animated := &gif.GIF{ // its first picture is the right one of two pixels
		Config: image.Config{Width: 2, Height: 1, ColorModel: color.Palette{color.Black, color.White}},
		Delay:  []int{0, 0},
		Image: []*image.Paletted{
			image.NewPaletted(image.Rect(1, 0, 2, 1), color.Palette{color.White, color.Black}),
			image.NewPaletted(image.Rect(0, 0, 2, 1), color.Palette{color.Black, color.White}),
		},
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, animated); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		file []byte
		o    data.ImageOptions
		want []uint8
	}{
		{"colour", pngOf(t, clear), data.ImageOptions{}, []uint8{200, 40, 100, 20, 50, 10}},
		{"on white", pngOf(t, clear), data.ImageOptions{Background: 255}, []uint8{200, 244, 100, 224, 50, 214}},
		{"grey", pngOf(t, clear), data.ImageOptions{Channels: 1}, []uint8{124, 25}}, // 0.299·200 + 0.587·100 + 0.114·50 = 124.2, and a fifth
		{"16 bits", pngOf(t, deep), data.ImageOptions{Channels: 1}, []uint8{0x80, 0xff}},
		{"16 bits in colour", pngOf(t, deep), data.ImageOptions{}, []uint8{0x80, 0xff, 0x80, 0xff, 0x80, 0xff}},
		{"animation", b.Bytes(), data.ImageOptions{Channels: 1, Background: 7}, []uint8{7, 255}},
	} {
		c.o.NoLabels = true
		im := openImages(t, folderOf(map[string][]byte{"a.png": c.file}), c.o)
		if got := pixelsOf(t, im, 0); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
		if im.Labels() != nil || im.ClassNames() != nil || len(im.Info()) != 1 {
			t.Errorf("%s: got labels", c.name)
		}
	}
}

func TestImagesSplit(t *testing.T) {
	im := openImages(t, pets(t, 10), data.ImageOptions{})
	d, err := data.Take(im, -1)
	if err != nil {
		t.Fatal(err)
	}
	type splits interface {
		data.Indexed
		Fingerprint() string
	}
	for name, parts := range map[string]func() (a, b splits, wantA, wantB *data.Dataset, err, wantErr error){
		"Split": func() (a, b splits, wantA, wantB *data.Dataset, err, wantErr error) {
			a, b, err = im.Split(0.3, 4)
			wantA, wantB, wantErr = d.Split(0.3, 4)
			return
		},
		"SplitStratified": func() (a, b splits, wantA, wantB *data.Dataset, err, wantErr error) {
			a, b, err = im.SplitStratified(0.3, 4)
			wantA, wantB, wantErr = d.SplitStratified(0.3, 4)
			return
		},
	} {
		a, b, wantA, wantB, err, wantErr := parts()
		if err != nil || wantErr != nil {
			t.Fatal(name, err, wantErr)
		}
		o := data.LoaderOptions{Batch: 4}
		if !slices.Equal(batchesOf(t, a, o), batchesOf(t, wantA, o)) || !slices.Equal(batchesOf(t, b, o), batchesOf(t, wantB, o)) {
			t.Errorf("%s: the parts are not those of the Dataset", name)
		}
		if a.Fingerprint() == b.Fingerprint() || a.Fingerprint() == im.Fingerprint() {
			t.Errorf("%s: the parts have the same fingerprint", name)
		}
	}
	part, err := im.Subset([]int{29, 0, 29})
	if err != nil || !slices.Equal(part.Labels(), []int{2, 0, 2}) {
		t.Errorf("got %v, %v, want the labels 2, 0, 2", part.Labels(), err)
	}
	for _, index := range [][]int{nil, {30}, {-1}} {
		_, err1 := im.Subset(index)
		_, err2 := im.View(index)
		want := data.ErrIndex
		if index == nil {
			want = data.ErrEmpty
		}
		if !errors.Is(err1, want) || !errors.Is(err2, want) {
			t.Errorf("%v: got %v and %v, want %v", index, err1, err2, want)
		}
	}
	unlabelled := openImages(t, pets(t, 3), data.ImageOptions{NoLabels: true})
	if _, _, err := unlabelled.SplitStratified(0.5, 1); !errors.Is(err, data.ErrField) {
		t.Errorf("got %v, want ErrField", err)
	}
	if a, b, err := unlabelled.Split(0.5, 1); err != nil || a.Len()+b.Len() != 9 {
		t.Errorf("got %v", err)
	}
}

// TestImagesFingerprint changes one thing at a time.
func TestImagesFingerprint(t *testing.T) {
	files := func() fstest.MapFS {
		return folderOf(map[string][]byte{"a/1.png": pngOf(t, image.NewGray(image.Rect(0, 0, 2, 2))), "b/2.png": pngOf(t, image.NewGray(image.Rect(0, 0, 2, 2)))})
	}
	want := openImages(t, files(), data.ImageOptions{}).Fingerprint()
	if golden := "832920b47111a618"; want[:16] != golden { // on every system
		t.Errorf("got the fingerprint %s, want %s…", want, golden)
	}
	onDisk, err := data.OpenImages(writeImages(t, files()), data.ImageOptions{MaxPixels: 100, SkipBad: true})
	if err != nil || onDisk.Fingerprint() != want {
		t.Errorf("got %v and another fingerprint for the same files", err)
	}
	seen := map[string]string{want: "nothing"}
	check := func(name string, f fstest.MapFS, o data.ImageOptions) {
		t.Helper()
		got := openImages(t, f, o).Fingerprint()
		if other, ok := seen[got]; ok {
			t.Errorf("a change of %s has the fingerprint of %s", name, other)
		}
		seen[got] = name
	}
	renamed, grown := files(), files()
	renamed["a/3.png"] = renamed["a/1.png"]
	delete(renamed, "a/1.png")
	grown["b/2.png"].Data = append(grown["b/2.png"].Data, 0)
	check("a name", renamed, data.ImageOptions{})
	check("a size", grown, data.ImageOptions{})
	for name, o := range map[string]data.ImageOptions{
		"channels": {Channels: 1}, "height": {Height: 3, Width: 2}, "width": {Height: 2, Width: 3}, "the option size": {Height: 2, Width: 2},
		"crop": {Height: 2, Width: 3, Crop: true}, "background": {Background: 1}, "labels": {NoLabels: true},
		"the order of classes": {Classes: []string{"b", "a"}}, "a class": {Classes: []string{"a", "b", "c"}},
	} {
		check(name, files(), o)
	}
}

func TestImagesClasses(t *testing.T) {
	im := openImages(t, pets(t, 1), data.ImageOptions{Classes: []string{"fish", "dog", "10", "cat"}})
	if !slices.Equal(im.Labels(), []int{1, 2, 3}) || !slices.Equal(im.Names(), []string{"dog/a.PNG", "10/a.PNG", "cat/a.PNG"}) || im.Info()[1].Classes != 4 {
		t.Errorf("got the labels %v of %q", im.Labels(), im.Names())
	}
}

// TestImagesLinks: a link within the folder is followed, one out of it only if that is asked for.
func TestImagesLinks(t *testing.T) {
	dir, out := writeImages(t, pets(t, 1)), writeImages(t, pets(t, 1))
	link := func(to, from string) {
		t.Helper()
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			t.Skip("no links here:", err)
		}
	}
	open := func(o data.ImageOptions) (*data.Images, error) { return data.OpenImages(dir, o) }
	link(filepath.Join("..", "dog", "a.PNG"), "cat/within.png")
	if im, err := open(data.ImageOptions{}); err != nil || im.Len() != 4 {
		t.Fatalf("got %v, want the link within the folder", err)
	}
	link(filepath.Join(out, "dog", "a.PNG"), "cat/without.png")
	if _, err := open(data.ImageOptions{}); !errors.Is(err, data.ErrImage) || !strings.Contains(err.Error(), `"cat/without.png"`) {
		t.Errorf("got %v, want ErrImage about cat/without.png", err)
	}
	if im, err := open(data.ImageOptions{SkipBad: true}); err != nil || im.Len() != 4 || len(im.Skipped()) != 1 {
		t.Errorf("got %v, want the link out of the folder skipped", err)
	}
	im, err := open(data.ImageOptions{FollowLinks: true})
	if err != nil || im.Len() != 5 {
		t.Fatalf("got %v, want the link out of the folder", err)
	}
	if len(pixelsOf(t, im, 3)) != 60 {
		t.Error("the link cannot be read")
	}
	link(".", "cat/round")
	if _, err := open(data.ImageOptions{FollowLinks: true}); !errors.Is(err, data.ErrImage) || !strings.Contains(err.Error(), "cat/round") {
		t.Errorf("got %v, want ErrImage about a folder in itself", err)
	}
}

func TestImagesMistakes(t *testing.T) {
	one := pngOf(t, speckled(2, 2, 0))
	for _, c := range []struct {
		name  string
		files map[string][]byte
		o     data.ImageOptions
		kind  error
		part  string
	}{
		{"nothing", nil, data.ImageOptions{NoLabels: true}, data.ErrEmpty, "no image"},
		{"no classes", map[string][]byte{"a.png": one}, data.ImageOptions{}, data.ErrImage, "beside the folders"},
		{"one class", map[string][]byte{"a/1.png": one}, data.ImageOptions{}, data.ErrLabel, "1 classes"},
		{"an empty class", map[string][]byte{"a/1.png": one, "b/1.txt": nil}, data.ImageOptions{}, data.ErrEmpty, `"b"`},
		{"an unknown class", map[string][]byte{"a/1.png": one, "b/1.png": one}, data.ImageOptions{Classes: []string{"a", "c"}}, data.ErrLabel, `"b"`},
		{"no known class", map[string][]byte{"a.txt": nil}, data.ImageOptions{Classes: []string{"a", "c"}}, data.ErrEmpty, "no image"},
		{"a class twice", nil, data.ImageOptions{Classes: []string{"a", "a"}}, data.ErrOption, "twice"},
		{"one class of options", nil, data.ImageOptions{Classes: []string{"a"}}, data.ErrLabel, "1 classes"},
		{"no width", nil, data.ImageOptions{Height: 3}, data.ErrOption, "Width 0"},
		{"a huge size", nil, data.ImageOptions{Height: 60000, Width: 60000}, data.ErrOption, "MaxPixels"},
		{"crop to nothing", nil, data.ImageOptions{Crop: true}, data.ErrOption, "Crop"},
		{"two channels", nil, data.ImageOptions{Channels: 2}, data.ErrOption, "channels"},
		{"MaxPixels", nil, data.ImageOptions{MaxPixels: -1}, data.ErrOption, "MaxPixels"},
		{"labels and none", nil, data.ImageOptions{NoLabels: true, Classes: []string{"a", "b"}}, data.ErrOption, "NoLabels"},
		{"an extension", nil, data.ImageOptions{Extensions: []string{"png"}}, data.ErrOption, `"png"`},
		{"links", nil, data.ImageOptions{FollowLinks: true}, data.ErrOption, "FollowLinks"},
	} {
		if _, err := data.OpenImagesFS(folderOf(c.files), c.o); !errors.Is(err, c.kind) || !strings.HasPrefix(err.Error(), "data: OpenImagesFS: ") || !strings.Contains(err.Error(), c.part) {
			t.Errorf("%s: got %v, want %v with %q", c.name, err, c.kind, c.part)
		}
	}
	if _, err := data.OpenImagesFS(nil, data.ImageOptions{}); !errors.Is(err, data.ErrOption) {
		t.Errorf("got %v for no file system", err)
	}
	for _, links := range []bool{false, true} {
		if _, err := data.OpenImages(filepath.Join(t.TempDir(), "none"), data.ImageOptions{FollowLinks: links}); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v, want fs.ErrNotExist", err)
		}
	}
	im := openImages(t, folderOf(map[string][]byte{"1.png": one, "2.png": pngOf(t, speckled(3, 2, 0))}), data.ImageOptions{NoLabels: true})
	if _, err := im.View([]int{0, 1}); !errors.Is(err, data.ErrShape) || !strings.Contains(err.Error(), `"2.png"`) {
		t.Errorf("got %v, want ErrShape about 2.png", err)
	}
}

// hostileImages are files that are no images, with what is to be said of them.
func hostileImages(t testing.TB) map[string]struct {
	file []byte
	part string
} {
	good := pngOf(t, speckled(40, 30, 0))
	damaged := slices.Clone(good)
	damaged[len(damaged)/2] ^= 1
	claim := func(w, h int) []byte { // the header of a PNG without pixels
		b := pngOf(t, image.NewGray(image.Rect(0, 0, 1, 1)))
		return resized(b, w, h)
	}
	var j bytes.Buffer
	if err := jpeg.Encode(&j, speckled(40, 30, 0), nil); err != nil {
		t.Fatal(err)
	}
	return map[string]struct {
		file []byte
		part string
	}{
		"nothing":             {nil, "no image of a format"},
		"text":                {[]byte("this is no image at all, but a text"), "no image of a format"},
		"half a PNG":          {good[:len(good)/2], "cannot be decoded"},
		"the header of a PNG": {good[:33], "end of the file"},
		"a damaged PNG":       {damaged, "cannot be decoded"},
		"half a JPEG":         {j.Bytes()[:j.Len()/2], "cannot be decoded"},
		"2^31 pixels a side":  {claim(1<<31-1, 1<<31-1), "cannot be decoded"},
		"10^5 pixels a side":  {claim(100000, 1), "sides"},
		"2·10^8 pixels":       {claim(15000, 15000), "MaxPixels"},
		"6·10^7 pixels of 70": {claim(8000, 8000), "8000x8000 pixels in a file of"},
		"no pixels":           {claim(0, 5), "cannot be decoded"},
	}
}

// TestImagesHostile: what is no image is an error that names the file, or is skipped, and takes
// little memory.
func TestImagesHostile(t *testing.T) {
	files := pets(t, 2)
	bad := hostileImages(t)
	for name, c := range bad {
		files["dog/"+name+".png"] = &fstest.MapFile{Data: c.file}
	}
	im := openImages(t, files, data.ImageOptions{Height: 4, Width: 4})
	for i, name := range im.Names() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := im.View([]int{i})
		runtime.ReadMemStats(&after)
		c, hostile := bad[strings.TrimSuffix(filepath.Base(name), ".png")]
		if hostile != (err != nil) {
			t.Errorf("%s: got %v", name, err)
		} else if hostile && (!errors.Is(err, data.ErrImage) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), c.part)) {
			t.Errorf("%s: got %v, want ErrImage with the name and %q", name, err, c.part)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
			t.Errorf("%s: got %d bytes of memory, want fewer than 2^20", name, used)
		}
	}
	for _, o := range []data.ImageOptions{{SkipBad: true}, {SkipBad: true, Height: 4, Width: 4}, {SkipBad: true, NoLabels: true}} {
		im := openImages(t, files, o)
		skipped := im.Skipped()
		if im.Len() != 6 || len(skipped) != len(bad) || !slices.IsSortedFunc(skipped, func(a, b data.SkippedImage) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("got %d images and %d skipped, want 6 and %d in the order of their names", im.Len(), len(skipped), len(bad))
		}
		for _, s := range skipped {
			if !errors.Is(s.Err, data.ErrImage) || !strings.Contains(s.Err.Error(), s.Name) {
				t.Errorf("%s: got %v", s.Name, s.Err)
			}
		}
	}
	if _, err := data.OpenImagesFS(folderOf(map[string][]byte{"1.png": bad["text"].file}), data.ImageOptions{SkipBad: true, NoLabels: true}); !errors.Is(err, data.ErrEmpty) || !strings.Contains(err.Error(), "1.png") {
		t.Errorf("got %v, want ErrEmpty about 1.png", err)
	}
}
