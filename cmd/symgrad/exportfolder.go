package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/symgrad/symgrad/graph/gosource"
	"github.com/symgrad/symgrad/internal/atomicfile"
)

// packageOf returns a name for the package in a folder: the lower-case letters and digits of the folder's
// name.
func packageOf(folder string) (string, error) {
	path, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(filepath.Base(path)))
	name = strings.TrimLeft(name, "0123456789")
	if name == "" || name == "main" || !token.IsIdentifier(name) {
		name = "model"
	}
	return name, nil
}

// otherPackage returns an error if the folder has Go source of another package.
func otherPackage(folder, name string) error {
	sources, err := filepath.Glob(filepath.Join(globbed(folder), "*.go"))
	if err != nil {
		return nil
	}
	for _, path := range sources {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.PackageClauseOnly)
		if err != nil || f.Name.Name == name || f.Name.Name == name+"_test" {
			continue
		}
		return unclearf("%s: got source of the package %s in the folder, want a folder without, or -package %s", path, f.Name.Name, f.Name.Name)
	}
	return nil
}

// globbed returns a path that filepath.Glob reads as it is.
func globbed(path string) string {
	return strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]").Replace(path)
}

// writeFiles writes files into a folder, which it makes, and says so.
func writeFiles(folder string, files []gosource.File, w writing, log io.Writer) error {
	if info, err := os.Stat(folder); err == nil && !info.IsDir() {
		return unclearf("%s: got a file, want a folder", folder)
	}
	made := os.MkdirAll(folder, 0o777)
	if made != nil {
		return made
	}
	var paths []string
	for _, f := range files {
		paths = append(paths, filepath.Join(folder, f.Name))
	}
	if err := w.check(paths...); err != nil {
		return err
	}
	for i, f := range files {
		err := atomicfile.WriteFile(paths[i], func(out io.Writer) error {
			_, err := out.Write(f.Data)
			return err
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(log, "Wrote %s.\n", paths[i])
	}
	return nil
}
