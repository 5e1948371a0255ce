package graph_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/linalg"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/special"
)

// rooms are the functions of the packages beside graph that add nodes to a Builder.
var rooms = map[string]any{
	"linalg.Cholesky":                     linalg.Cholesky,
	"linalg.CholeskyInverse":              linalg.CholeskyInverse,
	"linalg.CholeskySolve":                linalg.CholeskySolve,
	"linalg.Correlation":                  linalg.Correlation,
	"linalg.Covariance":                   linalg.Covariance,
	"linalg.Cross":                        linalg.Cross,
	"linalg.Det":                          linalg.Det,
	"linalg.Eigh":                         linalg.Eigh,
	"linalg.Exp":                          linalg.Exp,
	"linalg.HouseholderProduct":           linalg.HouseholderProduct,
	"linalg.Inverse":                      linalg.Inverse,
	"linalg.Kron":                         linalg.Kron,
	"linalg.LeastSquares":                 linalg.LeastSquares,
	"linalg.LogDet":                       linalg.LogDet,
	"linalg.MultiDot":                     linalg.MultiDot,
	"linalg.Norm":                         linalg.Norm,
	"linalg.Pinv":                         linalg.Pinv,
	"linalg.Power":                        linalg.Power,
	"linalg.QR":                           linalg.QR,
	"linalg.SVD":                          linalg.SVD,
	"linalg.SlogDet":                      linalg.SlogDet,
	"linalg.Solve":                        linalg.Solve,
	"linalg.TriangularSolve":              linalg.TriangularSolve,
	"linalg.Vandermonde":                  linalg.Vandermonde,
	"loss.BCE":                            loss.BCE,
	"loss.BCEWithLogits":                  loss.BCEWithLogits,
	"loss.CTC":                            loss.CTC,
	"loss.CosineEmbedding":                loss.CosineEmbedding,
	"loss.CourseCrossEntropy":             loss.CourseCrossEntropy,
	"loss.CrossEntropy":                   loss.CrossEntropy,
	"loss.ElasticNet":                     loss.ElasticNet,
	"loss.GaussianNLL":                    loss.GaussianNLL,
	"loss.Hinge":                          loss.Hinge,
	"loss.HingeEmbedding":                 loss.HingeEmbedding,
	"loss.Huber":                          loss.Huber,
	"loss.KLDivergence":                   loss.KLDivergence,
	"loss.L1":                             loss.L1,
	"loss.L2":                             loss.L2,
	"loss.MAE":                            loss.MAE,
	"loss.MSE":                            loss.MSE,
	"loss.MarginRanking":                  loss.MarginRanking,
	"loss.MeanOf":                         loss.MeanOf,
	"loss.MeanOver":                       loss.MeanOver,
	"loss.MultiLabelMargin":               loss.MultiLabelMargin,
	"loss.MultiLabelSoftMargin":           loss.MultiLabelSoftMargin,
	"loss.MultiMargin":                    loss.MultiMargin,
	"loss.NLL":                            loss.NLL,
	"loss.PoissonNLL":                     loss.PoissonNLL,
	"loss.SmoothL1":                       loss.SmoothL1,
	"loss.SoftCrossEntropy":               loss.SoftCrossEntropy,
	"loss.SoftMargin":                     loss.SoftMargin,
	"loss.TripletMargin":                  loss.TripletMargin,
	"nn.Activate":                         nn.Activate,
	"nn.AdaptiveAvgPool":                  nn.AdaptiveAvgPool,
	"nn.AdaptiveMaxPool":                  nn.AdaptiveMaxPool,
	"nn.AffineGrid":                       nn.AffineGrid,
	"nn.AlphaDropout":                     nn.AlphaDropout,
	"nn.Attention":                        nn.Attention,
	"nn.AvgPool":                          nn.AvgPool,
	"nn.BatchNorm":                        nn.BatchNorm,
	"nn.BatchNormFixed":                   nn.BatchNormFixed,
	"nn.Bilinear":                         nn.Bilinear,
	"nn.BilinearForm":                     nn.BilinearForm,
	"nn.CELU":                             nn.CELU,
	"nn.CausalMask":                       nn.CausalMask,
	"nn.CellStep":                         nn.CellStep,
	"nn.ChannelShuffle":                   nn.ChannelShuffle,
	"nn.Conv":                             nn.Conv,
	"nn.ConvTranspose":                    nn.ConvTranspose,
	"nn.Convolve":                         nn.Convolve,
	"nn.ConvolveTranspose":                nn.ConvolveTranspose,
	"nn.CutMix":                           nn.CutMix,
	"nn.Dense":                            nn.Dense,
	"nn.DropPath":                         nn.DropPath,
	"nn.Dropout":                          nn.Dropout,
	"nn.Embedding":                        nn.Embedding,
	"nn.EmbeddingBag":                     nn.EmbeddingBag,
	"nn.FromPatches":                      nn.FromPatches,
	"nn.GLU":                              nn.GLU,
	"nn.GaussianDropout":                  nn.GaussianDropout,
	"nn.GaussianNoise":                    nn.GaussianNoise,
	"nn.GlobalAvgPool":                    nn.GlobalAvgPool,
	"nn.GlobalMaxPool":                    nn.GlobalMaxPool,
	"nn.GridSample":                       nn.GridSample,
	"nn.GroupNorm":                        nn.GroupNorm,
	"nn.HardShrink":                       nn.HardShrink,
	"nn.HardSigmoid":                      nn.HardSigmoid,
	"nn.HardSwish":                        nn.HardSwish,
	"nn.HardTanh":                         nn.HardTanh,
	"nn.HardTanhTo":                       nn.HardTanhTo,
	"nn.InstanceNorm":                     nn.InstanceNorm,
	"nn.LPPool":                           nn.LPPool,
	"nn.LayerNorm":                        nn.LayerNorm,
	"nn.LearnedPositions":                 nn.LearnedPositions,
	"nn.LengthMask":                       nn.LengthMask,
	"nn.Linear":                           nn.Linear,
	"nn.LocalResponseNorm":                nn.LocalResponseNorm,
	"nn.Lookup":                           nn.Lookup,
	"nn.LookupBags":                       nn.LookupBags,
	"nn.MaxPool":                          nn.MaxPool,
	"nn.Mish":                             nn.Mish,
	"nn.Mixup":                            nn.Mixup,
	"nn.MultiHeadAttention":               nn.MultiHeadAttention,
	"nn.MultiHeadAttentionStep":           nn.MultiHeadAttentionStep,
	"nn.Normalize":                        nn.Normalize,
	"nn.NormalizeRMS":                     nn.NormalizeRMS,
	"nn.PReLU":                            nn.PReLU,
	"nn.PaddingMask":                      nn.PaddingMask,
	"nn.Patches":                          nn.Patches,
	"nn.PixelShuffle":                     nn.PixelShuffle,
	"nn.PixelUnshuffle":                   nn.PixelUnshuffle,
	"nn.RMSNorm":                          nn.RMSNorm,
	"nn.ReLU6":                            nn.ReLU6,
	"nn.Recurrent":                        nn.Recurrent,
	"nn.RecurrentStep":                    nn.RecurrentStep,
	"nn.Residual":                         nn.Residual,
	"nn.Resize":                           nn.Resize,
	"nn.Rotary":                           nn.Rotary,
	"nn.RunningStats":                     nn.RunningStats,
	"nn.SELU":                             nn.SELU,
	"nn.Sequential":                       nn.Sequential,
	"nn.SinusoidalPositions":              nn.SinusoidalPositions,
	"nn.SlopedReLU":                       nn.SlopedReLU,
	"nn.SoftShrink":                       nn.SoftShrink,
	"nn.SoftplusBeta":                     nn.SoftplusBeta,
	"nn.Softsign":                         nn.Softsign,
	"nn.SpatialDropout":                   nn.SpatialDropout,
	"nn.Standardize":                      nn.Standardize,
	"nn.SpectralNorm":                     nn.SpectralNorm,
	"nn.SumPool":                          nn.SumPool,
	"nn.TanhShrink":                       nn.TanhShrink,
	"nn.Threshold":                        nn.Threshold,
	"nn.TransformerDecoderBlock":          nn.TransformerDecoderBlock,
	"nn.TransformerDecoderStep":           nn.TransformerDecoderStep,
	"nn.TransformerEncoderBlock":          nn.TransformerEncoderBlock,
	"nn.TransformerEncoderStep":           nn.TransformerEncoderStep,
	"nn.Unroll":                           nn.Unroll,
	"nn.WeightNorm":                       nn.WeightNorm,
	"special.AddCDiv":                     special.AddCDiv,
	"special.AddCMul":                     special.AddCMul,
	"special.AddFlat":                     special.AddFlat,
	"special.BesselI":                     special.BesselI,
	"special.BesselIScaled":               special.BesselIScaled,
	"special.BlockDiagonal":               special.BlockDiagonal,
	"special.CartesianProduct":            special.CartesianProduct,
	"special.Combinations":                special.Combinations,
	"special.CombinationsWithReplacement": special.CombinationsWithReplacement,
	"special.CopySign":                    special.CopySign,
	"special.CosineSimilarity":            special.CosineSimilarity,
	"special.CrossDistances":              special.CrossDistances,
	"special.CumulativeTrapezoid":         special.CumulativeTrapezoid,
	"special.Degrees":                     special.Degrees,
	"special.DiagonalMatrices":            special.DiagonalMatrices,
	"special.Differences":                 special.Differences,
	"special.Digamma":                     special.Digamma,
	"special.Entropy":                     special.Entropy,
	"special.Erfc":                        special.Erfc,
	"special.Erfcx":                       special.Erfcx,
	"special.Erfinv":                      special.Erfinv,
	"special.FMax":                        special.FMax,
	"special.FMin":                        special.FMin,
	"special.Frac":                        special.Frac,
	"special.GatherBroadcast":             special.GatherBroadcast,
	"special.Heaviside":                   special.Heaviside,
	"special.IndexAdd":                    special.IndexAdd,
	"special.IndexCopy":                   special.IndexCopy,
	"special.IndexFill":                   special.IndexFill,
	"special.IndexReduce":                 special.IndexReduce,
	"special.KthValue":                    special.KthValue,
	"special.Ldexp":                       special.Ldexp,
	"special.Lgamma":                      special.Lgamma,
	"special.LogAddExp":                   special.LogAddExp,
	"special.LogAddExp2":                  special.LogAddExp2,
	"special.LogCumSumExp":                special.LogCumSumExp,
	"special.LogNormalCDF":                special.LogNormalCDF,
	"special.Logit":                       special.Logit,
	"special.MaskedScatter":               special.MaskedScatter,
	"special.MaskedSelect":                special.MaskedSelect,
	"special.Meshgrid":                    special.Meshgrid,
	"special.Mode":                        special.Mode,
	"special.MultivariateLgamma":          special.MultivariateLgamma,
	"special.NaNMean":                     special.NaNMean,
	"special.NaNMedian":                   special.NaNMedian,
	"special.NaNQuantile":                 special.NaNQuantile,
	"special.NaNSum":                      special.NaNSum,
	"special.NaNToNum":                    special.NaNToNum,
	"special.NormalCDF":                   special.NormalCDF,
	"special.NormalQuantile":              special.NormalQuantile,
	"special.OffDiagonal":                 special.OffDiagonal,
	"special.PairwiseDistance":            special.PairwiseDistance,
	"special.Polygamma":                   special.Polygamma,
	"special.PutFlat":                     special.PutFlat,
	"special.Quantile":                    special.Quantile,
	"special.Radians":                     special.Radians,
	"special.Renorm":                      special.Renorm,
	"special.Rot90":                       special.Rot90,
	"special.RoundDecimals":               special.RoundDecimals,
	"special.RowDistances":                special.RowDistances,
	"special.ScatterReduce":               special.ScatterReduce,
	"special.Sinc":                        special.Sinc,
	"special.Strided":                     special.Strided,
	"special.TakeFlat":                    special.TakeFlat,
	"special.Trapezoid":                   special.Trapezoid,
	"special.Windows":                     special.Windows,
	"special.Xlog1py":                     special.Xlog1py,
	"special.Xlogy":                       special.Xlogy,
}

// TestRooms finds a function of a room that rooms does not have.
func TestRooms(t *testing.T) {
	found := map[string]bool{}
	for _, room := range []string{"linalg", "loss", "nn", "special"} {
		files, err := filepath.Glob(filepath.Join(room, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", room, len(files), err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.IsExported() && takesBuilder(fn) {
					found[room+"."+fn.Name.Name] = true
				}
			}
		}
	}
	if got, want := slices.Sorted(maps.Keys(rooms)), slices.Sorted(maps.Keys(found)); !slices.Equal(got, want) {
		t.Errorf("rooms lists %q, want %q", got, want)
	}
}

// takesBuilder says whether the first parameter is called b, as a Builder is.
func takesBuilder(fn *ast.FuncDecl) bool {
	p := fn.Type.Params.List
	if len(p) == 0 {
		return false
	}
	star, ok := p[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	sel, ok := star.X.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Builder"
}

// operator is a method of Builder or a function of a room: its first argument is the
// Builder.
type operator struct {
	Name string
	Type reflect.Type
	Func reflect.Value
}

// operators are all of them: Builder's methods by their names, and those of rooms as
// "nn.Dense".
func operators() []operator {
	var all []operator
	typ := reflect.TypeFor[*graph.Builder]()
	for i := range typ.NumMethod() {
		m := typ.Method(i)
		all = append(all, operator{m.Name, m.Type, m.Func})
	}
	for _, name := range slices.Sorted(maps.Keys(rooms)) {
		f := reflect.ValueOf(rooms[name])
		all = append(all, operator{name, f.Type(), f})
	}
	return all
}
