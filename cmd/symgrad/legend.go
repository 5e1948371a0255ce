package main

// legend says how to read the phases, a sentence on each line.
var legend = []string{
	"v24 = matmul f32[784,128] v0 v38: value 24 is computed from the values 0 and 38.",
	"Leaves are input, const, param and state; the number behind a param or state is where it begins among all parameters or states.",
	"A func under a value is computed within its loop; arg 0 is its first operand, and arg product the product that the value makes.",
	"In the plan, temp[0:4096] are the elements 0 to 4095 of the memory between the kernels, and inputi is the memory of integers.",
	"The last line counts bytes: live are those of temp that are needed at one time; each piece begins on a line of the cache.",
}
