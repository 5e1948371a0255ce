// Package data holds examples, or reads them as they are needed, and hands them out in batches.
//
// A Dataset is a set of named tables with one row an example: numbers, integers or
// bytes, each with the shape of one example. They stay in memory as they are given:
// pixels take one byte each, and are scaled on their way into a batch. A Dataset is
// checked once, when it is made (no missing values, equal lengths, labels in
// range), and not changed afterwards.
// Batches draws the shuffled index lists of an epoch, Rows copies the rows of a
// batch into flat buffers without allocating. A Recipe prepares fields for a model: it
// fills missing cells, scales, encodes categories, as it was fitted on the training part.
//
// View, Filter, Repeat, the splits and the folds of cross-validation share the values of the
// dataset that they are made of, and so do Zip and Only. Map makes new rows of a field.
//
// Where examples come from: ReadCSV reads tables strictly: numbers, texts, truth values,
// times and missing cells. ReadCSVPlan also says how a table was read, and its CSVPlan
// reads test and production data in the same way. ReadJSONLines reads objects, one a
// line, by the same words. ReadIDX and ReadNPY read an array, ReadNPZ and
// ReadSafetensors several of a file. MNIST and FashionMNIST find their files. Vocabulary
// makes windows of a text, and Sequences pads sequences of different lengths. Iris,
// Wine, BreastCancer and Digits need no file. Shapes, Brackets and Waves are drawn from
// a seed.
//
// A Source is where a training takes its examples from: a Dataset, or what reads some at a time
// and may be larger than memory. OpenCSV makes one of a file. Loader hands out its batches, and
// reads ahead. Through changes its examples, Take brings the first ones into memory.
//
// OpenImages is a Source of the images in a folder.
//
// It owns examples, their order and their preparation. It does not own graphs,
// training or metrics. It is imported by train and by programs.
//
// Rows, columns and elements are counted from 0; lines and columns of a text
// file from 1.
//
// Read first: New, then Rows and Batches.
package data
