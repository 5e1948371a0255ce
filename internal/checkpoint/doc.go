// Package checkpoint keeps the files of a training run in a folder: the newest few and
// the best.
//
// It owns the names in the folder, which files stay, the lock against a second
// process, the search for the newest whole file, and a writer that works beside the
// training. It does not own what the files hold: the caller gives tensors and metadata.
//
//	step-00001234.safetensors   after 1234 steps
//	best.safetensors            the best so far
//	.lock                       held by the process that writes
//
// Read first: Folder in folder.go, then Writer in writer.go.
package checkpoint
