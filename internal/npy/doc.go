// Package npy reads NumPy's files, an array (npy) and a zip archive of arrays (npz), and writes npz.
//
// It owns strict parsing of both. A header is read as data and never as Python; an
// object array, which is a pickle, is refused. What a file says about its sizes is
// compared with what it has before memory is allocated or anything inflated. It does
// not own what the names mean: a name is a key and never becomes a path.
//
// Read first: Archive in archive.go, then header.go for the header of an array.
//
// Source: the format description in NumPy's numpy/lib/format.py, "NEP 1".
package npy
