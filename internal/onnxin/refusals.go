package onnxin

import "slices"

// Reasons why operators have no rule.
const (
	noSequence = "a sequence of tensors, which a graph does not have"
	noOptional = "a value that may be missing, which a graph does not have"
	noText     = "texts, which a graph does not have"
	noShape    = "a result whose shape depends on elements that are computed"
)

// refusals are the operators of ONNX that have no rule, with the reasons.
var refusals = map[string]string{
	"SequenceAt": noSequence, "SequenceConstruct": noSequence, "SequenceEmpty": noSequence, "SequenceErase": noSequence,
	"SequenceInsert": noSequence, "SequenceLength": noSequence, "SequenceMap": noSequence, "SplitToSequence": noSequence,
	"ConcatFromSequence": noSequence,

	"Optional": noOptional,

	"StringNormalizer": noText, "StringConcat": noText, "StringSplit": noText, "RegexFullMatch": noText, "TfIdfVectorizer": noText,

	"Unique": noShape, "NonMaxSuppression": noShape,
	"ImageDecoder": "the bytes of an image file, which are decoded before a model reads them",
	"MaxRoiPool":   "pools whose windows depend on elements that are computed",
}

// Operators returns the names of the operators of ONNX that are read, sorted, and those that are
// refused with the reasons.
func Operators() (read []string, refused map[string]string) {
	for name := range rules {
		read = append(read, name)
	}
	slices.Sort(read)
	return read, refusals
}
