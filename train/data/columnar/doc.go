// Package columnar reads tables in the formats Parquet and Arrow, some rows at a time.
//
// OpenParquet and OpenArrow return a File. It is a data.Sequential: a training takes its
// examples from it without holding them in memory, and data.Take brings them there. Options
// says which columns make which fields. Numbers, truth values, lists of the same length and
// class labels can be read.
//
// The package is a module of its own, because it needs github.com/apache/arrow-go, which reads
// the formats. Programs that do not import it do not need that module.
//
// Rows are counted from 0.
package columnar
