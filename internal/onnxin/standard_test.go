package onnxin

import (
	"slices"
	"strings"
	"testing"
)

// standard are the operators of the domain ai.onnx up to version 21.
const standard = `
Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization Bernoulli
BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Cast CastLike Ceil Celu CenterCropPad Clip
Col2Im Compress Concat ConcatFromSequence Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh
CumSum DFT DeformConv DepthToSpace DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf
Exp Expand EyeLike Flatten Floor GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool
GlobalMaxPool Greater GreaterOrEqual GridSample GroupNormalization HammingWindow HannWindow HardSigmoid
HardSwish Hardmax Identity If ImageDecoder InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization
LeakyRelu Less LessOrEqual Log LogSoftmax Loop LpNormalization LpPool MatMul MatMulInteger Max MaxPool
MaxRoiPool MaxUnpool Mean MeanVarianceNormalization MelWeightMatrix Min Mish Mod Mul Multinomial Neg
NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Optional OptionalGetElement OptionalHasElement
Or PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear RNN RandomNormal RandomNormalLike RandomUniform
RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean
ReduceMin ReduceProd ReduceSum ReduceSumSquare RegexFullMatch Relu Reshape Resize ReverseSequence RoiAlign
Round STFT Scan Scatter ScatterElements ScatterND Selu SequenceAt SequenceConstruct SequenceEmpty
SequenceErase SequenceInsert SequenceLength SequenceMap Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax
SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze StringConcat
StringNormalizer StringSplit Sub Sum Tan Tanh TfIdfVectorizer ThresholdedRelu Tile TopK Transpose Trilu Unique
Unsqueeze Upsample Where Xor
`

// later are operators of versions after 21 that have rules.
var later = []string{"Attention", "CumProd", "RMSNormalization", "RotaryEmbedding", "Swish", "TensorScatter"}

// TestStandard checks that every operator of the standard has a rule, or a reason why it has none.
func TestStandard(t *testing.T) {
	names := strings.Fields(standard)
	for _, name := range names {
		_, has := rules[name]
		if why := refusals[name]; has == (why != "") {
			t.Errorf("%s: got a rule (%v) and the reason %q, want one of both", name, has, why)
		}
	}
	read, refused := Operators()
	for _, name := range read {
		if !slices.Contains(names, name) && !slices.Contains(later, name) {
			t.Errorf("the rule %s is for no operator", name)
		}
	}
	for name := range refused {
		if !slices.Contains(names, name) {
			t.Errorf("the reason of %s is for no operator", name)
		}
	}
	if len(names) != 193 || len(read) < 160 {
		t.Errorf("got %d operators of the standard and %d rules", len(names), len(read))
	}
}
