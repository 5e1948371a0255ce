package record

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Fields of TensorFlow's messages (tensorflow/core/util/event.proto and
// tensorflow/core/framework/summary.proto).
const (
	eventTime    protowire.Number = 1 // double
	eventStep    protowire.Number = 2 // int64
	eventVersion protowire.Number = 3 // string
	eventSummary protowire.Number = 5 // Summary
	eventSession protowire.Number = 7 // SessionLog

	sessionStatus protowire.Number = 1 // enum

	summaryValue protowire.Number = 1 // repeated Value

	valueTag    protowire.Number = 1 // string
	valueSimple protowire.Number = 2 // float
	valueHisto  protowire.Number = 5 // HistogramProto

	histoMin     protowire.Number = 1 // double, and so are the others
	histoMax     protowire.Number = 2
	histoNum     protowire.Number = 3
	histoSum     protowire.Number = 4
	histoSquares protowire.Number = 5
	histoLimits  protowire.Number = 6 // repeated, packed
	histoCounts  protowire.Number = 7 // repeated, packed
)

// sessionStarts is the value of sessionStatus in the first record after a start.
const sessionStarts = 1

// epochLoss is the tag of the loss of an epoch.
const epochLoss = "loss"

// fileVersion is the first record of every event file.
const fileVersion = "brain.Event:2"

func appendDouble(b []byte, n protowire.Number, v float64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, n, protowire.Fixed64Type), math.Float64bits(v))
}

func appendVarint(b []byte, n protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), uint64(v))
}

func appendMessage(b []byte, n protowire.Number, message []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), message)
}

func appendText(b []byte, n protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, n, protowire.BytesType), s)
}

// appendEvent appends an Event without content.
func appendEvent(b []byte, seconds float64, step int) []byte {
	b = appendDouble(b, eventTime, seconds)
	return appendVarint(b, eventStep, int64(step))
}

// appendScalar appends a Value of a Summary: a number.
func appendScalar(b []byte, tag string, v float64) []byte {
	size := protowire.SizeTag(valueTag) + protowire.SizeBytes(len(tag)) + protowire.SizeTag(valueSimple) + protowire.SizeFixed32()
	b = protowire.AppendVarint(protowire.AppendTag(b, summaryValue, protowire.BytesType), uint64(size))
	b = appendText(b, valueTag, tag)
	return protowire.AppendFixed32(protowire.AppendTag(b, valueSimple, protowire.Fixed32Type), math.Float32bits(float32(v)))
}

// appendHistogram appends a Value of a Summary: a distribution.
func appendHistogram(b []byte, tag string, d distribution) []byte {
	var h, packed []byte
	h = appendDouble(h, histoMin, d.min)
	h = appendDouble(h, histoMax, d.max)
	h = appendDouble(h, histoNum, float64(d.n))
	h = appendDouble(h, histoSum, d.sum)
	h = appendDouble(h, histoSquares, d.squares)
	for _, x := range d.limits {
		packed = protowire.AppendFixed64(packed, math.Float64bits(x))
	}
	h = appendMessage(h, histoLimits, packed)
	packed = packed[:0]
	for _, x := range d.counts {
		packed = protowire.AppendFixed64(packed, math.Float64bits(float64(x)))
	}
	h = appendMessage(h, histoCounts, packed)
	value := appendMessage(appendText(nil, valueTag, tag), valueHisto, h)
	return appendMessage(b, summaryValue, value)
}

// header is what is read of an Event again.
type header struct {
	step  int64
	start bool // of a session
	loss  bool // it has the loss of an epoch
}

// headerOf returns the header of an Event, and whether it is one.
func headerOf(event []byte) (h header, ok bool) {
	ok = fields(event, func(n protowire.Number, v uint64, message []byte) {
		switch n {
		case eventStep:
			h.step = int64(v)
		case eventSession:
			h.start = true
		case eventSummary:
			fields(message, func(n protowire.Number, _ uint64, value []byte) {
				if n == summaryValue {
					fields(value, func(n protowire.Number, _ uint64, tag []byte) {
						h.loss = h.loss || n == valueTag && string(tag) == epochLoss
					})
				}
			})
		}
	})
	return h, ok
}

// fields calls f for each field of a message, with its number or its bytes. It reports
// whether the message is whole.
func fields(message []byte, f func(n protowire.Number, v uint64, b []byte)) bool {
	for len(message) > 0 {
		n, t, size := protowire.ConsumeTag(message)
		if size < 0 {
			return false
		}
		message = message[size:]
		var v uint64
		var b []byte
		switch t {
		case protowire.VarintType:
			v, size = protowire.ConsumeVarint(message)
		case protowire.BytesType:
			b, size = protowire.ConsumeBytes(message)
		default:
			size = protowire.ConsumeFieldValue(n, t, message)
		}
		if size < 0 {
			return false
		}
		f(n, v, b)
		message = message[size:]
	}
	return true
}
