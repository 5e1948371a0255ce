// Package safetensors reads and writes the safetensors file format: eight bytes
// of little-endian header length, a JSON header that names every tensor with its
// element type, shape and byte range, and the bytes of the tensors.
//
// It owns strict parsing (a file is either exactly what the format describes or
// an error), reading on demand, writing through atomicfile without a copy, CRC-32C
// checksums of every byte, and conversion to and from Go slices. It does not own model state: what the names mean is for
// its importers (checkpoints, model files) to say. A tensor name is a key and
// never becomes a path.
//
// Read first: WriteTensors in write.go and Reader in reader.go, then header.go for
// the grammar and checksum.go for what finds damage.
//
// Source: the format description in the README of the safetensors library.
package safetensors
