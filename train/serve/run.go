package serve

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/pkg/errors"
)

// Run answers the connections of the listener until ctx is done. Then it takes no new requests, and
// returns when those under way have their answers. It closes the listener. A request must send its
// head within 5 seconds and its body within 10.
//
// Errors: those of the listener; one that says that requests were cut off, which are not answered
// within the time grace.
func (s *Server) Run(ctx context.Context, l net.Listener, grace time.Duration) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      s.o.Timeout + 10*time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          s.o.Log,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return errors.Wrap(err, "serve: Run")
	case <-ctx.Done():
	}
	s.ending.Store(true)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := server.Shutdown(last); err != nil {
		server.Close()
		<-ended
		return errors.Wrapf(err, "serve: Run: requests were cut off after %v", grace)
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return errors.Wrap(err, "serve: Run")
	}
	return nil
}
