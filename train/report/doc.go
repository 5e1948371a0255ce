// Package report writes what a training was as one HTML file: the model, the curves, the memory,
// the time, what the compiler did, the derivatives, and the worst predicted examples.
//
//	history, err := trainer.Fit(ctx, set)
//	r, err := report.Of(ctx, trainer, report.Options{Title: "digits", Data: test})
//	err = r.WriteFile("report.html")
//
// The file needs no other: it makes no request, and its Content-Security-Policy allows none. It has
// less than 2 MB. What is left out to stay below that is counted on the page. It works without
// scripts and with the keyboard, on a light or dark screen, and on a phone.
//
// A Report is a struct, whose parts may also be made one by one. A part that is empty has no
// section. The same Report is written as the same bytes.
//
// The package owns the page. It measures nothing itself: package train and package graph do.
// Importers: programs. Read report.go first, then of.go.
package report
