// Package data holds examples in memory and hands them out in batches.
//
// A Dataset is a set of named tables with one row an example: numbers, integers or
// bytes, each with the shape of one example. They stay in memory as they are given:
// pixels take one byte each, and are scaled on their way into a batch. A Dataset is
// checked once, when it is made (no missing values, equal lengths, labels in
// range), and not changed afterwards.
// Batches draws the shuffled index lists of an epoch, Rows copies the rows of a
// batch into flat buffers without allocating, and Scaler and MinMax normalise what
// they were fitted for on the training part.
//
// Where examples come from: ReadCSV reads tables strictly, and ReadIDX arrays. MNIST
// and FashionMNIST find their files. Vocabulary makes windows of a text, and Sequences
// pads sequences of different lengths. Iris, Wine, BreastCancer and Digits need no
// file. Shapes, Brackets and Waves are drawn from a seed.
//
// It owns examples, their order and their preparation. It does not own graphs,
// training or metrics. It is imported by train and by programs.
//
// Rows, columns and elements are counted from 0; lines and columns of a text
// file from 1.
//
// Read first: New, then Rows and Batches.
package data
