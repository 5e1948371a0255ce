//go:build !js

// Browser serves a page that trains XOR in the browser: symgrad itself runs there, as
// WebAssembly, and the page draws what the network has learned while it learns.
//
//	go run ./examples/browser
//
// It builds the program of the page with the go tool. With -folder it writes the page to a folder
// and ends; any web server can serve that folder.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/symgrad/symgrad/train"
)

func main() {
	addr := flag.String("addr", "localhost:8081", "where to listen")
	folder := flag.String("folder", "", "write the page to this folder, and serve nothing")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, *addr, *folder); err != nil {
		fmt.Fprintln(os.Stderr, "browser:", err)
		os.Exit(train.ExitCode(err))
	}
}

// run writes the page to a folder, a temporary one for "", and serves that until ctx is done.
func run(ctx context.Context, w io.Writer, addr, folder string) error {
	if folder != "" {
		return build(ctx, w, folder)
	}
	folder, err := os.MkdirTemp("", "browser")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := build(ctx, w, folder); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "open http://%s in a browser, Ctrl-C ends\n", listener.Addr())
	return serve(ctx, listener, folder)
}

// serve serves a folder until ctx is done.
func serve(ctx context.Context, listener net.Listener, folder string) error {
	server := &http.Server{Handler: http.FileServer(http.Dir(folder)), ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
