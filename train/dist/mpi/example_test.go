package mpi_test

import (
	"fmt"
	"log"

	"github.com/symgrad/symgrad/train/dist"
	_ "github.com/symgrad/symgrad/train/dist/mpi"
)

// Under "mpirun -n 4" the program prints four lines. A training needs none of these calls but Close.
func Example() {
	defer dist.Close()
	e, err := dist.Default()
	if err != nil {
		log.Fatal(err)
	}
	if e == nil {
		fmt.Println("started alone")
		return
	}
	fmt.Printf("%s of %d\n", e.Name(e.Rank()), e.Size())
	// Output: started alone
}
