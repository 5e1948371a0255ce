package gosource

// Why there is no counterpart.
const (
	noDraw      = "its random numbers are those of a seed and a step"
	noMatrix    = "it decomposes a matrix"
	noSpecial   = "package math has no function of this kind"
	noBackwards = "it is of a gradient or of a layer in training"
)

// withoutRules are the operators that are not written. Applied to weights alone they are: what
// they make is a weight then.
var withoutRules = map[string]rule{
	"bernoulli": without(noDraw), "categorical": without(noDraw), "dropmask": without(noDraw), "gumbel": without(noDraw),
	"normal": without(noDraw), "permutation": without(noDraw), "uniform": without(noDraw),

	"cholesky": without(noMatrix), "det": without(noMatrix), "eigh": without(noMatrix), "inverse": without(noMatrix), "logabsdet": without(noMatrix),
	"matrixexp": without(noMatrix), "orthonormal": without(noMatrix), "pinv": without(noMatrix), "solve": without(noMatrix), "svd": without(noMatrix),

	"besseli": without(noSpecial), "digamma": without(noSpecial), "erfcx": without(noSpecial), "normalquantile": without(noSpecial),
	"polygamma": without(noSpecial),

	"convweight": without(noBackwards), "maxpoolgather": without(noBackwards), "maxpoolscatter": without(noBackwards), "shardsum": without(noBackwards),
}
