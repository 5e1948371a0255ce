package record

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// The names of event files: between the two are the Unix time at which the file was
// made, in seconds, and a number, so that names sort by age.
const (
	eventsPrefix = "events.out.tfevents."
	eventsSuffix = ".symgrad"
)

// events is an event file that is written.
type events struct {
	file        *os.File
	event, data []byte
	last        int // the step of the last epoch in the file
}

// open opens the last event file of dir and cuts off what comes after the given number of
// steps. Without steps, or a file, it makes a new one.
//
// A new file begins with its version. Then, at every opening, comes the start of a session,
// which tells TensorBoard that events of other files from the next step on are out of date.
func (f *events) open(dir string, steps int, now time.Time) error {
	if err := f.end(); err != nil { // of a Fit that had no last event
		return err
	}
	err := os.MkdirAll(dir, 0o777)
	last := ""
	if err == nil && steps > 0 {
		last, err = lastEvents(dir)
	}
	size := int64(0)
	f.last = 0
	if err == nil && last != "" {
		f.file, size, f.last, err = goOn(last, steps)
	} else if err == nil {
		f.file, err = newEvents(dir, now)
	}
	if err != nil {
		f.file = nil
		return errors.Wrap(err, "record: TensorBoard")
	}
	f.data = f.data[:0]
	if size == 0 {
		f.data = appendRecord(f.data, appendText(appendDouble(nil, eventTime, seconds(now)), eventVersion, fileVersion))
	}
	start := appendMessage(appendEvent(nil, seconds(now), steps+1), eventSession, appendVarint(nil, sessionStatus, sessionStarts))
	return f.put(appendRecord(f.data, start))
}

// lastEvents returns the path of the newest event file of dir, "" for none.
func lastEvents(dir string) (string, error) {
	list, err := os.ReadDir(dir)
	last := ""
	for _, e := range list {
		if n := e.Name(); strings.HasPrefix(n, eventsPrefix) && strings.HasSuffix(n, eventsSuffix) && e.Type().IsRegular() {
			last = max(last, n)
		}
	}
	if err != nil || last == "" {
		return "", err
	}
	return filepath.Join(dir, last), nil
}

// newEvents makes a new file in dir.
func newEvents(dir string, now time.Time) (file *os.File, err error) {
	for i := range 1000 {
		path := filepath.Join(dir, fmt.Sprintf("%s%010d.%03d%s", eventsPrefix, now.Unix(), i, eventsSuffix))
		if file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666); !os.IsExist(err) {
			return file, err
		}
	}
	return nil, errors.Wrap(err, "got 1000 event files of one second, want a folder for each run")
}

// goOn opens the file at path for appending, and cuts off what comes after the given
// number of steps. It returns the bytes that are left, and the step of the last epoch.
func goOn(path string, steps int) (file *os.File, size int64, last int, err error) {
	if file, err = os.OpenFile(path, os.O_RDWR, 0); err != nil {
		return nil, 0, 0, err
	}
	size, last, err = wholeEvents(file, steps)
	if err == nil {
		err = file.Truncate(size)
	}
	if err == nil {
		_, err = file.Seek(size, io.SeekStart)
	}
	if err != nil {
		file.Close()
	}
	return file, size, last, err
}

// wholeEvents returns the bytes of the first records of r that are whole and belong to the
// first steps, and the step of the last epoch among them.
func wholeEvents(r *os.File, steps int) (size int64, last int, err error) {
	info, err := r.Stat()
	if err != nil {
		return 0, 0, err
	}
	in := bufio.NewReader(r)
	var data []byte
	at := int64(0) // behind the last record
	for {
		data, err = readRecord(in, data[:cap(data)], info.Size()-at-recordHead)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return size, last, nil
		case err != nil:
			return 0, 0, err
		}
		at += recordHead + int64(len(data)) + recordTail
		h, ok := headerOf(data)
		switch {
		case !ok || !h.start && h.step > int64(steps):
			return size, last, nil
		case !h.start: // a start stays if an event after it does
			size = at
		}
		if h.loss {
			last = int(h.step)
		}
	}
}

// opened reports whether events can be written.
func (f *events) opened() bool { return f.file != nil }

// summary writes an event with the Values of a Summary.
func (f *events) summary(now time.Time, step int, values []byte) error {
	if f.file == nil {
		return outside("TensorBoard")
	}
	f.event = appendMessage(appendEvent(f.event[:0], seconds(now), step), eventSummary, values)
	f.data = appendRecord(f.data[:0], f.event)
	return f.put(f.data)
}

// put writes whole records.
func (f *events) put(b []byte) error {
	f.data = b
	_, err := f.file.Write(b)
	return errors.Wrap(err, "record: TensorBoard")
}

// end brings the file to the disk and closes it.
func (f *events) end() error {
	file := f.file
	f.file = nil
	if file == nil {
		return nil
	}
	err := file.Sync()
	if bad := file.Close(); err == nil {
		err = bad
	}
	return errors.Wrap(err, "record: TensorBoard")
}

// seconds returns the time as event files have it.
func seconds(t time.Time) float64 { return float64(t.UnixNano()) / 1e9 }
