package compile

// Descend is descend, which Compile runs for targets.
var Descend = descend
