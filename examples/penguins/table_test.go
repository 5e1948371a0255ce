package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// kinds are the penguins of the table: their islands, and mean and deviation of their measures.
var kinds = []struct {
	species string
	islands []string
	share   float64
	measure [4][2]float64 // bill length and depth in mm, flipper length in mm, body mass in g
}{
	{"Adelie", []string{"Torgersen", "Biscoe", "Dream"}, .44, [4][2]float64{{38.8, 2.7}, {18.3, 1.2}, {190, 6.5}, {3700, 460}}},
	{"Chinstrap", []string{"Dream"}, .2, [4][2]float64{{48.8, 3.3}, {18.4, 1.1}, {196, 7}, {3730, 380}}},
	{"Gentoo", []string{"Biscoe"}, .36, [4][2]float64{{47.5, 3.1}, {15, 1}, {217, 6.5}, {5080, 500}}},
}

// drawTable draws a table of penguins, some of whose cells are missing.
func drawTable(n int) string {
	r := rand.New(rand.NewPCG(1, 2020))
	var b strings.Builder
	b.WriteString("species,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex\n")
	for range n {
		kind := kinds[0]
		if u := r.Float64(); u < kinds[2].share {
			kind = kinds[2]
		} else if u < kinds[2].share+kinds[1].share {
			kind = kinds[1]
		}
		male := r.IntN(2)
		fmt.Fprintf(&b, "%s,%s", kind.species, kind.islands[r.IntN(len(kind.islands))])
		for k, m := range kind.measure {
			unit := []float64{.1, .1, 1, 25}[k]
			v := m[0] + float64(m[1]*(1.1*r.NormFloat64()+1.2*(float64(male)-.5))) // males are larger
			if cell := fmt.Sprintf("%.*f", []int{1, 1, 0, 0}[k], math.Round(v/unit)*unit); r.IntN(100) < 97 {
				b.WriteString("," + cell)
			} else {
				b.WriteString(",NA")
			}
		}
		b.WriteString("," + []string{"female", "male", "NA"}[max(male, 2*(r.IntN(100)/96))] + "\n")
	}
	return b.String()
}
