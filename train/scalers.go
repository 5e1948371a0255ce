package train

import "github.com/symgrad/symgrad/train/data"

// withScalers is the description in a file from before there were recipes: it has scalers, one
// for a field at most.
type withScalers struct {
	ModelInfo
	Preprocessing struct {
		Scalers []data.Scaler `json:"scalers"`
		MinMax  []data.MinMax `json:"minmax"`
	} `json:"preprocessing"`
}

// recipe returns the description with the scalers as steps of the recipe.
func (w *withScalers) recipe() *ModelInfo {
	m := &w.ModelInfo
	for i := range w.Preprocessing.Scalers {
		m.Recipe.Steps = append(m.Recipe.Steps, &w.Preprocessing.Scalers[i])
	}
	for i := range w.Preprocessing.MinMax {
		m.Recipe.Steps = append(m.Recipe.Steps, &w.Preprocessing.MinMax[i])
	}
	return m
}
