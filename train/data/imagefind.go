package data

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// find lists the images, in their order.
func (im *Images) find() error {
	top, err := im.folder(".")
	if err != nil {
		return err
	}
	if im.o.NoLabels {
		err = im.walk(top, 0)
	} else {
		err = im.findClasses(top)
	}
	if err != nil {
		return err
	}
	if n := im.Len(); n > mostExamples {
		return mistake.Optionf("got %d images, want at most %d", n, mostExamples)
	}
	return im.checkSome()
}

// checkSome returns an error if no image is left.
func (im *Images) checkSome() error {
	switch {
	case im.Len() > 0:
		return nil
	case len(im.skipped) > 0:
		return mistake.Newf(ErrEmpty, "got %d images that cannot be read, want one that can: %v", len(im.skipped), im.skipped[0].Err)
	}
	return mistake.Newf(ErrEmpty, "got no image with one of the extensions %q, want at least one", im.o.Extensions)
}

// entry is a file or a folder.
type entry struct {
	name string // from the root on
	link bool
	fs.FileInfo
}

// folder returns what is in a folder, but for what is hidden.
func (im *Images) folder(name string) ([]entry, error) {
	list, err := fs.ReadDir(im.files, name)
	if err != nil {
		return nil, err
	}
	var out []entry
	for _, d := range list {
		if strings.HasPrefix(d.Name(), ".") {
			continue
		}
		e := entry{name: path.Join(name, d.Name()), link: d.Type()&fs.ModeSymlink != 0}
		if e.link {
			e.FileInfo, err = fs.Stat(im.files, e.name)
			if err != nil {
				err = mistake.Newf(ErrImage, "got a link that cannot be followed (%v), want one to a file in the folder; FollowLinks follows others", err)
			}
		} else {
			e.FileInfo, err = d.Info()
		}
		if err == nil {
			out = append(out, e)
		} else if err := im.bad(e.name, err); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// findClasses lists the images of the folders in the order of the classes.
func (im *Images) findClasses(top []entry) error {
	folders := map[string][]entry{}
	var names []string
	for _, e := range top {
		switch {
		case e.IsDir():
			list, err := im.folder(e.name)
			if err != nil {
				return err
			}
			folders[e.name], names = list, append(names, e.name)
		case im.isImage(e.name):
			if err := im.bad(e.name, mistake.Newf(ErrImage, "got an image beside the folders of classes, want it in one of them; NoLabels reads images without classes")); err != nil {
				return err
			}
		}
	}
	slices.Sort(names)
	if im.o.Classes == nil {
		if err := checkClassCount(len(names)); err != nil {
			return errors.WithMessage(err, "the folders of classes")
		}
		im.o.Classes = slices.Clone(names)
	}
	label := map[string]int{}
	for c, class := range im.o.Classes {
		label[class] = c
	}
	for _, name := range names {
		if _, ok := label[name]; !ok {
			return mistake.Newf(ErrLabel, "got the folder %q, want one of the classes %s", name, mistake.Names(im.o.Classes))
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(label[a], label[b]) })
	for _, name := range names {
		before := im.Len() + len(im.skipped)
		if err := im.walk(folders[name], label[name]); err != nil {
			return err
		}
		if im.Len()+len(im.skipped) == before {
			return mistake.Newf(ErrEmpty, "%q: got a class without an image with one of the extensions %q, want at least one", name, im.o.Extensions)
		}
	}
	return nil
}

// isImage says whether a file has the extension of an image.
func (im *Images) isImage(name string) bool {
	return slices.Contains(im.o.Extensions, strings.ToLower(path.Ext(name)))
}

// walk adds the images in list and in the folders below it, sorted by their names.
func (im *Images) walk(list []entry, label int) error {
	from := im.Len()
	for len(list) > 0 {
		e := list[len(list)-1]
		list = list[:len(list)-1]
		if e.IsDir() && !e.link {
			more, err := im.folder(e.name)
			if err != nil {
				return err
			}
			list = append(list, more...)
		} else if err := im.add(e, label); err != nil {
			return err
		}
	}
	slices.SortFunc(im.list[from:], func(a, b imageFile) int { return strings.Compare(a.name, b.name) })
	return nil
}

// add adds a file if it is an image. A link to a folder is refused: it may lead to one that it is
// in.
func (im *Images) add(e entry, label int) error {
	switch {
	case e.IsDir():
		return im.bad(e.name, mistake.Newf(ErrImage, "got a link to a folder, want a folder, or links to files"))
	case !im.isImage(e.name):
		return nil
	case !e.Mode().IsRegular():
		return im.bad(e.name, mistake.Newf(ErrImage, "got a file of the type %v, want a regular file", e.Mode().Type()))
	}
	im.list = append(im.list, imageFile{e.name, e.Size(), label})
	return nil
}

// bad returns the error about a file, or skips the file.
func (im *Images) bad(name string, err error) error {
	err = errors.WithMessagef(err, "%q", name)
	if !im.o.SkipBad {
		return err
	}
	im.skipped = append(im.skipped, SkippedImage{name, err})
	return nil
}
