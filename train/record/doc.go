// Package record writes down what happens in a training: losses, metrics, learning rates,
// and statistics of weights and gradients.
//
// Its types are train.Callbacks, to be listed in train.Options.Callbacks:
//
//	train.Options{Callbacks: []train.Callback{
//		&record.CSV{Path: "run.csv"},
//		&record.TensorBoard{Dir: "runs/1", EverySteps: 20},
//		record.Log(slog.Default()),
//	}}
//
//	CSV          a table with a row for each epoch
//	JSONLines    a JSON object in each line: steps, epochs, evaluations, values
//	TensorBoard  an event file for the program of that name
//	Log          facts for log/slog: start, epochs, checkpoints, the end
//	Statistics   norms of weights and gradients, for JSONLines and TensorBoard
//
// Files survive what happens to the program. Each line or record is handed to the operating
// system when it is complete, and the disk has all of them when Fit returns. A last line or
// record that a killed program left in part is cut off at the next start.
//
// Files go on where a run goes on. At its start a Fit keeps what the file has about the
// steps that the Trainer has made, and cuts off what comes after them. So a run that was
// restored from a checkpoint has each epoch once. A Trainer that has made no step begins
// CSV and JSONLines files anew, and opens another TensorBoard file.
//
// A write that fails ends the Fit with the error of it. The functions of a recorder are
// for one goroutine, the one of Fit, and one Fit at a time.
//
// The package owns the formats of these files. It does not decide what is measured
// (train). Importers: programs.
package record
