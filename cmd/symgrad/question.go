package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// question returns a body of a request that the model has an answer for, if it is short.
func question(p *train.Predictor) string {
	const most = 400
	var cells []string
	for _, c := range p.Columns() {
		value := "1"
		switch c.Kind {
		case data.Category, data.OneHot:
			if len(c.Categories) > 0 {
				value = string(quotedJSON(c.Categories[0]))
			}
		case data.Boolean:
			value = "true"
		case data.Time:
			at := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
			layout := time.DateOnly
			if plan := p.Info().Plan; plan != nil && plan.Options.Columns[c.Name].Layout != "" {
				layout = plan.Options.Columns[c.Name].Layout
			}
			value = string(quotedJSON(at.Format(layout)))
		}
		cells = append(cells, fmt.Sprintf("%s: %s", quotedJSON(c.Name), value))
	}
	row := "{" + strings.Join(cells, ", ") + "}"
	if cells == nil {
		n := 0
		for _, in := range p.Inputs() {
			n += size(in.Shape)
		}
		row = "[" + strings.TrimSuffix(strings.Repeat("1, ", n), ", ") + "]"
	}
	if len(row) > most || strings.Contains(row, "'") {
		row = "..."
	}
	return `{"rows": [` + row + `]}`
}
