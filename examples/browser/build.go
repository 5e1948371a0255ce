//go:build !js

package main

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// web has the files of the page that are not made by the go tool.
//
//go:embed web
var web embed.FS

// build writes the page to a folder: the files of web, this package as WebAssembly, and the
// script that starts such programs, which comes with Go.
func build(ctx context.Context, w io.Writer, folder string) error {
	files, err := fs.Sub(web, "web")
	if err != nil {
		return err
	}
	names, err := fs.ReadDir(files, ".")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, name.Name()), text, 0o644); err != nil {
			return err
		}
	}
	root, err := tool(ctx, "env", "GOROOT")
	if err != nil {
		return err
	}
	start, err := os.ReadFile(filepath.Join(strings.TrimSpace(root), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "wasm_exec.js"), start, 0o644); err != nil {
		return err
	}
	fmt.Fprintln(w, "building the program of the page; the first time takes minutes")
	program := filepath.Join(folder, "xor.wasm")
	if _, err := tool(ctx, "build", "-ldflags=-s -w", "-o", program, "github.com/symgrad/symgrad/examples/browser"); err != nil {
		return err
	}
	info, err := os.Stat(program)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "xor.wasm has %.1f MB\n", float64(info.Size())/1e6)
	return nil
}

// tool runs the go tool for WebAssembly and returns what it prints.
func tool(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, errs.String())
	}
	return out.String(), nil
}
