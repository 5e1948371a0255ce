package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
)

// The kernels of package conv are those of products whose operands move by a
// table of steps.
func init() {
	generators = append(generators, func(out files) error {
		return out.avo("conv", "walk_avx512_amd64", "amd64,!noasm", func(c *build.Context) {
			for _, size := range []int{4, 8} {
				tileFunc(&simd512{simd: simd{c: c, size: size, bytes: 64}}, fmt.Sprintf("walk512x%d", 8*size), 8, true)
			}
		})
	}, func(out files) error {
		return out.avo("conv", "walk_avx2_amd64", "amd64,!noasm", func(c *build.Context) {
			mask := maskTable(c)
			for _, size := range []int{4, 8} {
				tileFunc(&simd256{simd: simd{c: c, size: size, bytes: 32}, table: mask}, fmt.Sprintf("walk256x%d", 8*size), 6, true)
			}
		})
	})
}
