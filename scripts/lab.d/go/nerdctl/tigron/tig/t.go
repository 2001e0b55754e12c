// Package tig has the one name that nerdctl's program needs of its test framework.
package tig

// T is what of testing.T nerdctl's own test helpers call.
type T interface {
	FailNow()
	Log(args ...any)
}
