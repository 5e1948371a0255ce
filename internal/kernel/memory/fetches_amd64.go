//go:build amd64 && !noasm

package memory

// canFetch says that fetchLines is there.
const canFetch = true
