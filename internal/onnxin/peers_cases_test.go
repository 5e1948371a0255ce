package onnxin_test

import "github.com/symgrad/symgrad/internal/onnxtest"

type a = map[string]any

const (
	i32 = onnxtest.Int32
	i64 = onnxtest.Int64
	u8  = onnxtest.Uint8
	s8  = onnxtest.Int8
)

// peers are the nodes of TestPeers.
func peers() (all []peer) {
	for _, more := range [][]peer{windowPeers(), recurrentPeers(), resizePeers(), indexPeers(), otherPeers()} {
		all = append(all, more...)
	}
	return all
}

func windowPeers() (all []peer) {
	add := func(op string, at a, in ...operand) { all = append(all, peer{op, 17, at, in, 1}) }
	for _, auto := range []string{"SAME_UPPER", "SAME_LOWER", "VALID"} {
		add("Conv", a{"auto_pad": auto, "strides": []int{2, 2}}, x(1, 2, 7, 6), x(3, 2, 3, 2))
		add("MaxPool", a{"auto_pad": auto, "kernel_shape": []int{3, 2}, "strides": []int{2, 2}}, x(1, 2, 7, 6))
		add("AveragePool", a{"auto_pad": auto, "kernel_shape": []int{3, 2}, "strides": []int{2, 2}}, x(1, 2, 7, 6))
		add("LpPool", a{"auto_pad": auto, "kernel_shape": []int{3, 2}, "strides": []int{2, 2}}, x(1, 2, 7, 6))
		add("ConvTranspose", a{"auto_pad": auto, "strides": []int{2, 2}}, x(1, 2, 4, 5), x(2, 3, 3, 3))
	}
	add("Conv", a{"pads": []int{0, 1, 2, 1}, "dilations": []int{2, 1}, "group": 2, "kernel_shape": []int{3, 2}}, x(2, 4, 7, 6), x(6, 2, 3, 2), x(6))
	add("Conv", a{"pads": []int{1, 0}}, x(2, 3, 7), x(4, 3, 3))
	add("Conv", nil, x(1, 2, 4, 5, 3), x(3, 2, 2, 3, 2))
	add("ConvTranspose", a{"output_shape": []int{10, 8}, "strides": []int{3, 2}}, x(1, 1, 3, 3), x(1, 2, 3, 3))
	add("ConvTranspose", a{"pads": []int{1, 2, 0, 1}, "output_padding": []int{1, 0}, "strides": []int{2, 1}, "dilations": []int{1, 2}, "group": 2}, x(2, 4, 4, 5), x(4, 3, 3, 3), x(6))
	add("ConvTranspose", a{"strides": []int{2}, "pads": []int{1, 1}}, x(1, 2, 5), x(2, 2, 4))
	for _, ceil := range []int{0, 1} {
		for _, s := range []int{2, 3} {
			at := func(more a) a {
				m := a{"kernel_shape": []int{3, 3}, "strides": []int{s, s}, "pads": []int{1, 0, 1, 1}, "ceil_mode": ceil}
				for k, v := range more {
					m[k] = v
				}
				return m
			}
			all = append(all, peer{"MaxPool", 12, at(nil), []operand{x(2, 2, 8, 7)}, 2})
			all = append(all, peer{"MaxPool", 12, at(a{"storage_order": 1, "dilations": []int{2, 1}}), []operand{x(1, 2, 8, 7)}, 2})
			add("AveragePool", at(nil), x(2, 2, 8, 7))
			add("AveragePool", at(a{"count_include_pad": 1}), x(2, 2, 8, 7))
			all = append(all, peer{"AveragePool", 19, at(a{"dilations": []int{2, 1}}), []operand{x(2, 2, 8, 7)}, 1})
		}
	}
	all = append(all, peer{"DeformConv", 19, a{"pads": []int{1, 0, 1, 2}, "strides": []int{2, 1}, "offset_group": 2, "group": 2},
		[]operand{x(2, 4, 5, 4), x(6, 2, 3, 2), x(2, 24, 3, 5), x(6), x(2, 12, 3, 5)}, 1})
	all = append(all, peer{"DeformConv", 19, a{"dilations": []int{2, 1}}, []operand{x(1, 2, 6, 4), x(3, 2, 2, 2), x(1, 8, 4, 3)}, 1})
	add("MaxPool", a{"kernel_shape": []int{2}, "pads": []int{1, 1}}, x(1, 2, 6))
	add("MaxPool", a{"kernel_shape": []int{2, 2, 2}}, x(1, 2, 4, 3, 3))
	add("LpPool", a{"kernel_shape": []int{2, 2}, "p": 3}, x(1, 2, 4, 3))
	add("GlobalLpPool", a{"p": 2}, x(2, 3, 4, 3))
	add("GlobalAveragePool", nil, x(2, 3, 4, 3, 2))
	add("MaxUnpool", a{"kernel_shape": []int{2, 2}, "strides": []int{2, 2}}, x(1, 1, 2, 2), of(i64, []int{1, 1, 2, 2}, 5, 7, 13, 15))
	all = append(all, peer{"Col2Im", 18, a{"strides": []int{1, 2}, "pads": []int{1, 0, 0, 1}, "dilations": []int{2, 1}}, []operand{x(2, 12, 8), setting(5, 4), setting(2, 3)}, 1})
	add("RoiAlign", a{"output_height": 3, "output_width": 2, "sampling_ratio": 2, "spatial_scale": 0.5, "coordinate_transformation_mode": "half_pixel"}, x(2, 2, 8, 7),
		of(onnxtest.Float, []int{3, 4}, 0, 0, 9, 9, 2, 3, 12, 17, -3, 1, 5, 6), of(i64, []int{3}, 0, 1, 0))
	add("RoiAlign", a{"output_height": 2, "output_width": 2, "sampling_ratio": 3, "coordinate_transformation_mode": "output_half_pixel"}, x(2, 2, 8, 7),
		of(onnxtest.Float, []int{2, 4}, 1, 1, 5, 6, 2, 3, 2.2, 3.1), of(i64, []int{2}, 1, 1))
	return all
}

func recurrentPeers() (all []peer) {
	const t, n, in, h = 4, 3, 2, 3
	lengths := of(i32, []int{n}, 4, 1, 3)
	for _, direction := range []string{"forward", "reverse", "bidirectional"} {
		d := 1
		if direction == "bidirectional" {
			d = 2
		}
		at := func(more a) a {
			m := a{"hidden_size": h, "direction": direction}
			for k, v := range more {
				m[k] = v
			}
			return m
		}
		acts := func(names ...string) []string {
			var list []string
			for range d {
				list = append(list, names...)
			}
			return list
		}
		add := func(op string, gates int, at a, more ...operand) {
			in := append([]operand{x(t, n, in), x(d, gates*h, in), x(d, gates*h, h), x(d, 2*gates*h)}, more...)
			out := 2
			if op == "LSTM" {
				out = 3
			}
			all = append(all, peer{op, 14, at, in, out})
		}
		state := x(d, n, h)
		add("RNN", 1, at(nil))
		add("RNN", 1, at(a{"activations": acts("Relu"), "clip": 0.7}), lengths, state)
		add("RNN", 1, at(a{"activations": acts("ScaledTanh"), "activation_alpha": []float64{0.5, 0.7}[:d], "activation_beta": []float64{1.5, 0.9}[:d]}), lengths)
		add("GRU", 3, at(nil))
		add("GRU", 3, at(nil), lengths, state)
		add("GRU", 3, at(a{"linear_before_reset": 1}), lengths, state)
		add("GRU", 3, at(a{"activations": acts("HardSigmoid", "Softsign")}), none, state)
		add("LSTM", 4, at(nil))
		add("LSTM", 4, at(nil), lengths, state, state)
		add("LSTM", 4, at(a{"input_forget": 1}), none, state, state, x(d, 3*h))
		add("LSTM", 4, at(a{"activations": acts("LeakyRelu", "Elu", "ThresholdedRelu"), "activation_alpha": []float64{0.1, 1.5, 0.3, 0.2, 0.7, 0.4}[:3*d]}), lengths)
	}
	return all
}

func resizePeers() (all []peer) {
	images := x(1, 2, 5, 4)
	for _, mode := range []string{"half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel"} {
		for _, scale := range [][]float64{{1, 1, 1.6, 2}, {1, 1, 0.6, 0.5}} {
			for _, by := range []string{"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"} {
				all = append(all, peer{"Resize", 13, a{"mode": "nearest", "nearest_mode": by, "coordinate_transformation_mode": mode}, []operand{images, none, floatSetting(scale...)}, 1})
			}
			all = append(all, peer{"Resize", 13, a{"mode": "linear", "coordinate_transformation_mode": mode}, []operand{images, none, floatSetting(scale...)}, 1})
			all = append(all, peer{"Resize", 13, a{"mode": "cubic", "coordinate_transformation_mode": mode}, []operand{images, none, floatSetting(scale...)}, 1})
			all = append(all, peer{"Resize", 13, a{"mode": "cubic", "cubic_coeff_a": -0.5, "exclude_outside": 1, "coordinate_transformation_mode": mode}, []operand{images, none, floatSetting(scale...)}, 1})
		}
		all = append(all, peer{"Resize", 13, a{"mode": "linear", "coordinate_transformation_mode": mode}, []operand{images, none, none, setting(1, 2, 7, 1)}, 1})
	}
	all = append(all,
		peer{"Resize", 18, a{"mode": "linear", "antialias": 1}, []operand{images, none, floatSetting(1, 1, 0.6, 0.5)}, 1},
		peer{"Resize", 18, a{"mode": "cubic", "antialias": 1}, []operand{x(1, 1, 8, 9), none, none, setting(1, 1, 4, 3)}, 1},
		peer{"Resize", 18, a{"mode": "linear", "axes": []int{2, 3}, "keep_aspect_ratio_policy": "not_larger"}, []operand{images, none, none, setting(8, 7)}, 1},
		peer{"Resize", 18, a{"mode": "linear", "axes": []int{3, 2}, "keep_aspect_ratio_policy": "not_smaller"}, []operand{images, none, none, setting(8, 7)}, 1},
		peer{"Resize", 13, a{"mode": "linear", "coordinate_transformation_mode": "tf_crop_and_resize", "extrapolation_value": 7.0},
			[]operand{images, floatSetting(0, 0, -0.2, 0.3, 1, 1, 0.7, 1.2), none, setting(1, 2, 4, 6)}, 1},
		peer{"Resize", 19, a{"mode": "linear", "coordinate_transformation_mode": "half_pixel_symmetric"}, []operand{images, none, floatSetting(1, 1, 1.7, 1.3)}, 1},
		peer{"Resize", 10, a{"mode": "nearest"}, []operand{images, floatSetting(1, 1, 2, 1.5)}, 1},
		peer{"Resize", 10, a{"mode": "linear"}, []operand{images, floatSetting(1, 1, 2, 1.5)}, 1},
		peer{"Upsample", 9, a{"mode": "linear"}, []operand{images, floatSetting(1, 1, 2, 3)}, 1},
		peer{"Upsample", 7, a{"mode": "nearest", "scales": []float64{1, 1, 2, 3}}, []operand{images}, 1})
	for _, mode := range []string{"bilinear", "nearest", "bicubic"} {
		for _, pad := range []string{"zeros", "border", "reflection"} {
			for _, corners := range []int{0, 1} {
				all = append(all, peer{"GridSample", 16, a{"mode": mode, "padding_mode": pad, "align_corners": corners}, []operand{images, within(-1.4, 1.4, 1, 3, 3, 2)}, 1})
			}
		}
	}
	all = append(all, peer{"GridSample", 20, a{"mode": "linear"}, []operand{x(1, 1, 3, 4, 3), within(-1.2, 1.2, 1, 2, 3, 2, 3)}, 1},
		peer{"AffineGrid", 20, a{"align_corners": 1}, []operand{x(2, 2, 3), setting(2, 3, 4, 5)}, 1},
		peer{"AffineGrid", 20, nil, []operand{x(1, 3, 4), setting(1, 1, 2, 3, 4)}, 1})
	return all
}

func indexPeers() (all []peer) {
	add := func(op string, opset int, at a, in ...operand) { all = append(all, peer{op, opset, at, in, 1}) }
	index := of(i64, []int{2, 2}, 0, -1, 2, 1)
	add("Gather", 13, a{"axis": 1}, x(2, 3, 2), index)
	add("Gather", 13, a{"axis": -1}, x(2, 3), of(i64, nil, -2))
	add("GatherElements", 13, a{"axis": 1}, x(2, 3), index)
	add("GatherND", 12, a{"batch_dims": 1}, x(2, 3, 4), of(i64, []int{2, 1}, 1, -1))
	add("GatherND", 12, nil, x(2, 3, 4), of(i64, []int{3, 2}, 1, 2, 0, -3, -1, 0))
	for _, by := range []string{"none", "add", "mul", "max", "min"} {
		add("ScatterElements", 18, a{"axis": 1, "reduction": by}, x(2, 4), of(i64, []int{2, 2}, 0, 3, -1, 1), x(2, 2))
		add("ScatterND", 18, a{"reduction": by}, x(4, 3), of(i64, []int{2, 1}, 3, -4), x(2, 3))
	}
	for _, by := range []string{"add", "mul", "max", "min"} { // the same element twice
		add("ScatterElements", 18, a{"reduction": by}, x(4), of(i64, []int{3}, 2, 2, 0), x(3))
		add("ScatterND", 18, a{"reduction": by}, x(4, 3), of(i64, []int{2, 1}, 3, 3), x(2, 3))
	}
	add("Scatter", 9, nil, x(3, 3), of(i64, []int{2, 3}, 1, 0, 2, 0, 2, 1), x(2, 3))
	add("OneHot", 11, a{"axis": 1}, of(i64, []int{2, 3}, 0, -1, 5, 2, -7, 1), of(i64, nil, 4).known(), of(onnxtest.Float, []int{2}, 2, 5))
	add("ReverseSequence", 10, a{"time_axis": 1, "batch_axis": 0}, x(3, 4, 2), of(i64, []int{3}, 2, 4, 1))
	add("ReverseSequence", 10, nil, x(4, 3), of(i64, []int{3}, 2, 4, 1))
	for _, opset := range []int{11, 13} {
		add("Softmax", opset, a{"axis": 1}, x(2, 3, 4))
		add("LogSoftmax", opset, a{"axis": 1}, x(2, 3, 4))
		add("Hardmax", opset, a{"axis": 1}, x(2, 3, 4))
	}
	twice := of(onnxtest.Float, []int{2, 5}, 1, 3, 2, 3, 0, 4, 4, 4, -1, -1)
	for _, last := range []int{0, 1} {
		for _, keep := range []int{0, 1} {
			add("ArgMax", 13, a{"axis": 1, "select_last_index": last, "keepdims": keep}, twice)
			add("ArgMin", 13, a{"axis": -1, "select_last_index": last, "keepdims": keep}, twice)
		}
		all = append(all, peer{"TopK", 11, a{"axis": 0, "largest": last}, []operand{x(5, 2), setting(3)}, 2})
		add("CumSum", 14, a{"exclusive": last}, x(3, 4), of(i64, nil, 1).known())
		add("CumSum", 14, a{"exclusive": last, "reverse": 1}, x(3, 4), of(i64, nil, 0).known())
	}
	for _, mode := range []string{"constant", "reflect", "edge", "wrap"} {
		add("Pad", 19, a{"mode": mode}, x(3, 4), setting(1, 2, 0, 1))
		add("Pad", 19, a{"mode": mode}, x(3, 4), setting(2, -1), none, setting(-1))
	}
	add("Pad", 13, nil, x(3, 4), setting(-1, 2, 1, 0), of(onnxtest.Float, nil, 7).known())
	add("Slice", 13, nil, x(5, 6), setting(4, -1), setting(-100, 0), setting(0, 1), setting(-2, -2))
	add("Slice", 13, nil, x(5, 6), setting(1, 9), setting(100, 2), setting(0, 1), setting(3, 1))
	add("DepthToSpace", 13, a{"blocksize": 2, "mode": "CRD"}, x(1, 8, 2, 3))
	add("DepthToSpace", 13, a{"blocksize": 2}, x(1, 8, 2, 3))
	add("SpaceToDepth", 13, a{"blocksize": 2}, x(1, 2, 4, 6))
	all = append(all, peer{"Split", 18, a{"axis": 1, "num_outputs": 3}, []operand{x(2, 7)}, 3})
	add("CenterCropPad", 18, a{"axes": []int{0, 1}}, x(5, 4, 2), setting(2, 7))
	add("CenterCropPad", 18, nil, x(4, 5), setting(7, 2))
	add("Compress", 11, a{"axis": 1}, x(2, 4), of(onnxtest.Bool, []int{3}, 0, 1, 1).known())
	add("Trilu", 14, a{"upper": 0}, x(2, 3, 4), of(i64, nil, 1).known())
	add("Tile", 13, nil, x(2, 3), setting(2, 2))
	add("Expand", 13, nil, x(3, 1), setting(2, 1, 4))
	return all
}

// known makes an operand an initializer.
func (o operand) known() operand {
	o.fixed = true
	return o
}

func otherPeers() (all []peer) {
	add := func(op string, opset int, at a, in ...operand) { all = append(all, peer{op, opset, at, in, 1}) }
	for op, at := range map[string]a{"Elu": {"alpha": 2.0}, "Selu": {"alpha": 2.0, "gamma": 3.0}, "HardSigmoid": {"alpha": 0.5, "beta": 0.6}, "LeakyRelu": {"alpha": 0.3},
		"Shrink": {"bias": 0.3, "lambd": 0.7}, "ThresholdedRelu": {"alpha": 0.4}, "Celu": {"alpha": 2.0}, "HardSwish": nil, "Softsign": nil, "Softplus": nil, "Round": nil,
		"Sign": nil, "Ceil": nil, "Erf": nil} {
		add(op, 17, at, x(3, 5))
	}
	add("Mish", 18, nil, x(3, 5))
	add("Gelu", 20, a{"approximate": "tanh"}, x(3, 5))
	add("Gelu", 20, nil, x(3, 5))
	add("PRelu", 16, nil, x(2, 3, 4), x(3, 1))
	add("PRelu", 16, nil, x(2, 3), x(3))
	add("Clip", 13, nil, x(3, 4), of(onnxtest.Float, nil, -1), of(onnxtest.Float, nil, 0.5))
	add("Clip", 13, nil, x(3, 4), none, of(onnxtest.Float, nil, 0.5).known())
	add("Clip", 6, a{"min": -0.5}, x(3, 4))
	add("Mod", 13, a{"fmod": 1}, x(6), of(onnxtest.Float, []int{6}, 0.7, -0.7, 1.3, -1.3, 0.2, -0.2))
	ints := of(i64, []int{6}, 7, -7, 7, -7, 5, -9)
	by := of(i64, []int{6}, 3, 3, -3, -3, 5, 4)
	add("Mod", 13, nil, ints, by)
	add("Mod", 13, a{"fmod": 1}, ints, by)
	add("Div", 14, nil, ints, by)
	add("Pow", 15, nil, ints, of(i64, nil, 3))
	add("Pow", 15, nil, of(onnxtest.Float, []int{3}, 2, 3, 4), of(i64, []int{3}, 3, 2, -1))
	add("IsInf", 10, a{"detect_negative": 0}, of(onnxtest.Float, []int{2}, 1, 2))
	add("Mean", 13, nil, x(2, 3), x(3), x(2, 1))
	add("Max", 13, nil, x(2, 3), x(3), x(2, 1))
	add("Sum", 13, nil, x(2, 3))
	for _, op := range []string{"ReduceL1", "ReduceL2", "ReduceMean", "ReduceProd", "ReduceSumSquare", "ReduceLogSumExp", "ReduceMax"} {
		add(op, 13, a{"axes": []int{-1, 0}, "keepdims": 0}, x(2, 3, 4))
		add(op, 18, nil, x(2, 3, 4), setting(1))
		add(op, 18, a{"keepdims": 0}, x(2, 3))
	}
	add("ReduceLogSum", 18, nil, within(0.5, 2, 2, 3), setting(-1))
	add("Gemm", 13, a{"alpha": 0.5, "beta": 2.0, "transA": 1, "transB": 1}, x(3, 2), x(4, 3), x(4))
	add("MatMul", 13, nil, x(2, 1, 3, 4), x(5, 4, 2))
	add("MatMul", 13, nil, x(4), x(2, 4, 3))
	add("Einsum", 12, a{"equation": "bij, bjk -> bik"}, x(2, 3, 4), x(2, 4, 5))
	add("Einsum", 12, a{"equation": "...ii->...i"}, x(2, 3, 3))
	add("Det", 11, nil, x(2, 3, 3))
	channels := func(n int) operand { return within(0.5, 2, n) }
	add("BatchNormalization", 15, a{"epsilon": 0.1}, x(2, 3, 4), channels(3), x(3), x(3), channels(3))
	all = append(all, peer{"BatchNormalization", 15, a{"training_mode": 1, "momentum": 0.7}, []operand{x(2, 3, 4), channels(3), x(3), x(3), channels(3)}, 3})
	add("InstanceNormalization", 6, a{"epsilon": 0.01}, x(2, 3, 4, 5), x(3), x(3))
	all = append(all, peer{"LayerNormalization", 17, a{"axis": 1}, []operand{x(2, 3, 4), x(3, 4), x(3, 4)}, 3})
	add("GroupNormalization", 21, a{"num_groups": 2}, x(2, 4, 3), x(4), x(4))
	add("GroupNormalization", 18, a{"num_groups": 2}, x(2, 4, 3), x(2), x(2))
	add("LRN", 13, a{"size": 5, "alpha": 0.3, "beta": 0.6, "bias": 1.5}, x(2, 7, 3, 2))
	add("LRN", 13, a{"size": 3}, x(1, 5, 3, 2))
	add("LpNormalization", 1, a{"p": 1, "axis": 0}, x(3, 4))
	add("MeanVarianceNormalization", 13, a{"axes": []int{0, 2}}, x(2, 3, 4))
	labels := of(i64, []int{2, 3}, 0, 3, 2, 1, 3, 0)
	for _, reduction := range []string{"none", "sum", "mean"} {
		add("NegativeLogLikelihoodLoss", 13, a{"reduction": reduction}, x(2, 4, 3), labels, channels(4))
		add("NegativeLogLikelihoodLoss", 13, a{"reduction": reduction, "ignore_index": 3}, x(2, 4, 3), labels, channels(4))
		all = append(all, peer{"SoftmaxCrossEntropyLoss", 13, a{"reduction": reduction, "ignore_index": 0}, []operand{x(2, 4, 3), labels}, 2})
	}
	add("DFT", 17, a{"onesided": 1}, x(2, 6, 1))
	add("DFT", 17, a{"inverse": 1}, x(2, 5, 3, 2))
	add("DFT", 20, nil, x(2, 5, 3, 2), of(i64, nil, 7).known(), of(i64, nil, 1).known())
	add("STFT", 17, nil, x(2, 10, 1), of(i64, nil, 3).known(), x(4))
	add("STFT", 17, a{"onesided": 0}, x(2, 10, 1), of(i64, nil, 2).known(), none, of(i64, nil, 5).known())
	for _, op := range []string{"HannWindow", "HammingWindow", "BlackmanWindow"} {
		add(op, 17, nil, of(i64, nil, 9).known())
		add(op, 17, a{"periodic": 0}, of(i64, nil, 8).known())
	}
	add("MelWeightMatrix", 17, nil, of(i64, nil, 8).known(), of(i64, nil, 64).known(), of(i64, nil, 16000).known(), of(onnxtest.Float, nil, 20).known(), of(onnxtest.Float, nil, 8000).known())
	bytes := func(lo, hi float64, kind int, shape ...int) operand {
		return operand{kind: kind, shape: shape, lo: lo, hi: hi}
	}
	add("MatMulInteger", 10, nil, bytes(0, 255, u8, 3, 4), bytes(0, 255, u8, 4, 2), of(u8, nil, 12), of(u8, nil, 100))
	add("ConvInteger", 10, a{"pads": []int{1, 1, 1, 1}}, bytes(1, 255, u8, 1, 2, 4, 4), bytes(0, 255, u8, 2, 2, 3, 3), of(u8, nil, 1))
	add("QuantizeLinear", 13, a{"axis": 1}, within(-300, 300, 2, 3, 2), within(0.5, 2, 3), of(u8, []int{3}, 84, 24, 196))
	add("QuantizeLinear", 13, nil, within(-300, 300, 2, 3), of(onnxtest.Float, nil, 1.5), of(s8, nil, -5))
	add("DequantizeLinear", 13, a{"axis": 1}, bytes(0, 255, u8, 2, 3, 2), within(0.5, 2, 3), of(u8, []int{3}, 84, 24, 196))
	all = append(all, peer{"DynamicQuantizeLinear", 11, nil, []operand{x(3, 4)}, 3})
	add("QLinearMatMul", 10, nil, bytes(0, 255, u8, 3, 4), of(onnxtest.Float, nil, 0.07), of(u8, nil, 113), bytes(0, 255, u8, 4, 2), of(onnxtest.Float, nil, 0.07), of(u8, nil, 114),
		of(onnxtest.Float, nil, 0.9), of(u8, nil, 118))
	add("QLinearConv", 10, nil, bytes(0, 255, u8, 1, 2, 5, 5), of(onnxtest.Float, nil, 0.03), of(u8, nil, 130), bytes(0, 255, u8, 3, 2, 2, 2), of(onnxtest.Float, nil, 0.04), of(u8, nil, 120),
		of(onnxtest.Float, nil, 0.2), of(u8, nil, 123), of(i32, []int{3}, 100, -50, 7))
	add("BitShift", 11, a{"direction": "LEFT"}, of(u8, []int{3}, 16, 4, 200), of(u8, []int{3}, 1, 2, 3))
	add("BitShift", 11, a{"direction": "RIGHT"}, of(u8, []int{3}, 16, 4, 201), of(u8, []int{3}, 1, 2, 3))
	for _, op := range []string{"BitwiseAnd", "BitwiseOr", "BitwiseXor"} {
		add(op, 18, nil, bytes(-128, 127, s8, 9), bytes(-128, 127, s8, 9))
		add(op, 18, nil, bytes(0, 255, u8, 9), bytes(0, 255, u8, 1))
	}
	add("BitwiseNot", 18, nil, bytes(-128, 127, s8, 9))
	add("BitwiseNot", 18, nil, bytes(0, 255, u8, 9))
	add("RMSNormalization", 23, a{"axis": -2}, x(2, 3, 4), x(3, 4))
	add("Attention", 23, a{"is_causal": 1}, x(2, 4, 3, 5), x(2, 2, 6, 5), x(2, 2, 6, 4))
	add("Attention", 23, a{"q_num_heads": 2, "kv_num_heads": 2, "softcap": 2.0, "scale": 0.3}, x(2, 3, 6), x(2, 4, 6), x(2, 4, 6), x(3, 4))
	for _, mode := range []int{0, 1, 2, 3} {
		all = append(all, peer{"Attention", 23, a{"softcap": 2.0, "qk_matmul_output_mode": mode}, []operand{x(2, 2, 3, 5), x(2, 2, 4, 5), x(2, 2, 4, 4), x(3, 6), x(2, 2, 2, 5), x(2, 2, 2, 4)}, 4})
	}
	add("Attention", 23, nil, x(2, 2, 3, 5), x(2, 2, 3, 5), x(2, 2, 3, 4), of(onnxtest.Bool, []int{3, 3}, 1, 0, 1, 0, 1, 1, 1, 1, 0))
	add("RotaryEmbedding", 23, nil, x(2, 3, 4, 6), x(8, 3), x(8, 3), of(i64, []int{2, 4}, 0, 1, 2, 3, 7, 1, 0, 5))
	add("RotaryEmbedding", 23, a{"interleaved": 1, "num_heads": 2, "rotary_embedding_dim": 4}, x(2, 3, 12), x(2, 3, 2), x(2, 3, 2))
	return all
}
