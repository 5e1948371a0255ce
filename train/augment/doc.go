// Package augment changes training examples on their way into a batch, so that the model
// never sees the same example twice: more data from the data there is.
//
//	train.Options{Augment: augment.Fields{"x": {augment.Shift{Pixels: 2}, augment.Flip{Horizontal: 0.5}}}}
//
//	Transform    what it changes                       on
//	Shift        moves, as a crop of a padded image    images
//	Flip         mirrors                               images
//	Rotate       turns about the centre                images of numbers
//	Erase        overwrites a rectangle                images of numbers
//	Noise        adds normal noise                     numbers of any shape
//	DropTokens   overwrites tokens                     integers of any shape
//	Func         whatever your function does           anything
//
// Images are [C, H, W] or [H, W]. All planes of an image change in the same way. Numbers
// are those of the batch, after the Scale and Shift of the field, whatever type they have
// in memory.
//
// What is drawn for an example depends on the seed, the epoch, the index of the example in
// its data set and the position of the Transform in its list alone. So it is the same in
// every order of the examples, for any number of workers, and in a training that was
// stopped and goes on. Fields with equal lists change in the same way, such as an image and
// its mask.
//
// The package owns what happens to an example. It does not own the data set, which stays as
// it is, nor when it happens: package train does it in Fit, and neither in Evaluate nor in
// Predict. Importers: train and programs. Read transform.go first.
package augment
