package onnx

// Why there is no counterpart.
const (
	noDraw      = "ONNX has no random numbers that a seed and a step determine"
	noMatrix    = "ONNX has no decompositions of matrices"
	noSpecial   = "ONNX has no special functions of this kind"
	noBackwards = "it is of a gradient or of a layer in training"
)

// withoutRules are the operators that ONNX has nothing for.
var withoutRules = map[string]rule{
	"bernoulli": without(noDraw), "categorical": without(noDraw), "dropmask": without(noDraw), "gumbel": without(noDraw),
	"normal": without(noDraw), "permutation": without(noDraw), "uniform": without(noDraw),

	"cholesky": without(noMatrix), "eigh": without(noMatrix), "inverse": without(noMatrix), "logabsdet": without(noMatrix),
	"matrixexp": without(noMatrix), "orthonormal": without(noMatrix), "pinv": without(noMatrix), "solve": without(noMatrix), "svd": without(noMatrix),

	"besseli": without(noSpecial), "digamma": without(noSpecial), "erfcx": without(noSpecial), "erfinv": without(noSpecial),
	"lgamma": without(noSpecial), "normalquantile": without(noSpecial), "polygamma": without(noSpecial),

	"convweight": without(noBackwards), "maxpoolgather": without(noBackwards), "maxpoolscatter": without(noBackwards),

	"shardsum":       without(noBackwards),
	"argrunning":     without("ONNX has no running index of an extreme"),
	"scatterextreme": without("ONNX scatters by extremes from opset 18 on"),
}
