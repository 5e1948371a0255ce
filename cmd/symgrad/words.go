package main

import (
	"flag"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/pkg/errors"
)

// inWords returns the text of an error of the library in the words of the command: without the
// packages, functions and lines of code that it came through, and with flags for options. An option
// that the verb has no flag for is not spoken of.
func inWords(flags *flag.FlagSet, err error) string {
	if errors.As(err, &unclear{}) {
		return err.Error() // in words of the command
	}
	text := err.Error()
	for _, p := range phrases {
		text = strings.ReplaceAll(text, p.library, p.command)
	}
	var names []string // in quotation marks: of columns, files and the like, which stay
	text = quotedName.ReplaceAllStringFunc(text, func(name string) string {
		names = append(names, name)
		return placeholder
	})
	text = codeLine.ReplaceAllString(text, "")
	text = throughPackages.ReplaceAllString(text, "$1")
	text = hint.ReplaceAllStringFunc(text, func(found string) string {
		var known []string
		for _, word := range hintWord.FindAllString(found, -1) {
			if name := flagOf[word]; name != "" && flags.Lookup(name) != nil {
				known = append(known, "-"+name)
			}
		}
		if known == nil {
			return ""
		}
		return " (" + strings.Join(known, ", ") + ")"
	})
	text = optionWord.ReplaceAllStringFunc(text, func(word string) string {
		name := flagOf[word[strings.LastIndex(word, ".")+1:]]
		if flags.Lookup(name) != nil {
			return "-" + name
		}
		return word
	})
	for _, name := range names {
		text = strings.Replace(text, placeholder, name, 1)
	}
	return once(text)
}

// once returns the text with the name of a file once where it stands twice, one behind the other.
func once(text string) string {
	parts := strings.Split(text, ": ")
	out := parts[:1]
	for _, p := range parts[1:] {
		last := out[len(out)-1]
		if p != last && p != filepath.Base(last) {
			out = append(out, p)
		}
	}
	return strings.Join(out, ": ")
}

// placeholder stands for a name while the text around it changes.
const placeholder = "\x00"

var (
	quotedName = regexp.MustCompile(`"(?:[^"\\]|\\.)+"`)
	// codeLine is where in a program something was called, such as train.go:414.
	codeLine = regexp.MustCompile(` \([\w./-]+\.go:\d+\)|\b[\w./-]+\.go:\d+: `)
	// throughPackages are the packages and functions that an error came through.
	throughPackages = regexp.MustCompile(`(^|: )(?:(?:data|train|serve|graph|gosource|onnx|safetensors|atomicfile|models|imported|autograd|formula|report|npy|onnxin|schedule|jsonrow)(?:\.\w+)*: (?:[A-Z]\w*(?:\.[A-Z]\w*)*: )*(?:(?:read the table|save): )?)+`)
	// hint is a list of options in brackets at the end of a thought.
	hint     = regexp.MustCompile(` \((?:` + options + `)(?:(?:, | and | or )(?:` + options + `))*(?: "")?\)`)
	hintWord = regexp.MustCompile(options)
	// optionWord is an option within a sentence. Words that a file may be called by are none.
	optionWord = regexp.MustCompile(`\b(?:PredictorOptions|serve\.Options|Options)\.\w+\b|\b(?:AllowNonFinite|NoHeader|OnMissing|DropUnlabelled|DecimalComma|MaxCategories|SkipLines|MaxBytes|BatchSize|TargetIndex|CSVColumn)\b`)
)

// options are the names of options that errors of the library speak of.
const options = `AllowNonFinite|NoHeader|Header|Names|Drop|Rename|Labels|Classes|Comma|Layout|OnMissing|DropUnlabelled|DecimalComma|Thousands|MaxCategories|Columns|Text|Missing|SkipLines|Other|MaxBytes|BatchSize|Target|TargetIndex|Inputs|CSVColumn`

// flagOf is the flag that stands for an option.
var flagOf = map[string]string{
	"NoHeader": "no-header", "Header": "header", "Names": "no-header", "Drop": "drop", "Rename": "header", "Labels": "task", "Comma": "comma",
	"Missing": "missing", "OnMissing": "missing", "Target": "target", "TargetIndex": "target", "Inputs": "inputs",
	"BatchSize": "batch", "Batch": "batch", "Workers": "workers", "Package": "package", "Module": "module", "Doc": "doc",
	"MaxRows": "max-rows", "MaxBytes": "max-bytes", "Timeout": "timeout", "Parallel": "parallel",
}

// phrases are what the library says to a program, and what the command says.
var phrases = []struct{ library, command string }{
	{"; remove the row or set AllowNonFinite", "; take the row out"},
	{"; are unseen texts to have one (Other)?", ""},
	{" (for texts and missing cells save the model with train.ModelFile.Plan)", " (a model file of symgrad train knows how to read texts and missing cells)"},
	{"; CSVPlan.Without(\"y\") reads tables without this field, and train.Predictor.PredictCSV needs none of it", ", the target"},
	{"; is the first line data (NoHeader), or has the column no name (Drop or Rename \"\")?", "; is the first line an example (-no-header)?"},
	{"; is the first line data (NoHeader), or do the columns need other names (Names)?", "; is the first line an example (-no-header)?"},
	{"; do the rows begin with a name that the header leaves out (SkipLines, NoHeader and Names)?", "; do the rows begin with a name that the first line leaves out?"},
	{"is it data (NoHeader) or the name of the column (Header)?", "is it an example (-no-header) or the name of the column (-header)?"},
	{"whether it is data (NoHeader) or names (Header)", "whether it is an example (-no-header) or has names (-header)"},
	{"remove the row or set AllowNonFinite", "take the row out"},
	{", or Columns or Text to say what texts become, or Drop to leave the column out", ""},
	{", or Labels for texts that are classes", ", or -task classes"},
	{"; is the target a number to predict (no Labels) or a name (Classes)?", "; is the target a number to predict (-task numbers)?"},
	{"all labels read as numbers (Classes can fix them)", "all classes read as numbers"},
	{" A line end, or Classes or Categories with it, says that it is whole", " A line end says that it is whole"},
	{"; DropUnlabelled leaves out the rows without one", ""},
	{"; a field of Integers has none for it, one of the Kind OneHot without Integers has NaN, which Impute with ImputeConstant fills, and DropRows leaves out the row", ""},
	{"; a field of Integers has none for it, one without Integers has NaN, which Impute fills, and DropRows leaves out the row", ""},
	{"a time of the Layout", "a date of the form"},
	{" (compress/gzip unpacks it)", " (gunzip unpacks it)"},
	{"got the Target", "got the target"},
	{"the Options.Package of", "the package name"},
	{"Options.Package of", "the package name"},
	{"Options.Module of", "the path of the module"},
	{" (train.ModelFile.Plan)", ""},
	{", want ModelFile.Plan, or names for all columns of numbers", ", want a model file of symgrad train"},
	{" (symgrad train writes it since it stores the target, train.SaveModel with ModelFile.Plan)", ""},
	{" (LoadOptions.AllowNonFinite reads it)", ""},
	{" (SaveOptions.AllowNonFinite writes it)", ""},
	{" (PredictorOptions.AllowNonFinite accepts them)", ""},
	{"Sizes: got no number for the size", "got no number for the free size"},
	{"of an input, want one", "of an input, want one (symgrad import -size gives it)"},
	{"Fixed: got nothing for the input", "got nothing for the input"},
	{"want its elements: shapes or other settings depend on them", "want its elements, since shapes or other settings depend on them (symgrad import -fix gives them)"},
	{"got a batch of 2, want the 1 that the file fixes; or at least 0 if it fixes none", "got a model for batches of 1 alone, want one for any batch"},
}
