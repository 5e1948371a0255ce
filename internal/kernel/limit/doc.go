// Package limit measures what the processor can do at most: its rate of
// multiply-adds and of memory traffic. Shares of the limit, in profiles and
// benchmarks, are of these figures.
//
// It owns the two loops. Importers: what reports shares. All functions take some
// milliseconds and measure the calling goroutine and those they start.
package limit
