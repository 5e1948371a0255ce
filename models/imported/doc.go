// Package imported makes the models of ONNX files models that a trainer trains and a model file
// holds:
//
//	file, err := onnx.ReadFile("resnet.onnx", onnx.Limits{})
//	m, err := imported.New(file, imported.Options{Loss: imported.CrossEntropy})
//	t, err := train.New(m, train.Options{})
//
// The model has the parameters of the file, and its input is "x" as that of any model. Options say which output
// is used and what its loss is: an ONNX file knows no loss. train.SaveModel writes the model to a
// file that is whole, and train.Open needs the import of this package and nothing else.
//
// It does not read ONNX (graph/onnx), and is a package of its own so that programs without
// ONNX files are smaller. A model's methods are for one goroutine, but several may call Loss with
// Builders of their own. Importers: cmd/symgrad, users.
package imported
