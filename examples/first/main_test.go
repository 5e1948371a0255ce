package main

// The program prints what README.md says.
func Example() {
	main()
	// Output: loss 0.00024, sin(1) is about 0.84
}
