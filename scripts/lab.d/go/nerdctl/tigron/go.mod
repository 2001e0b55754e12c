// In place of nerdctl's test framework, which is no module of its own at the proxy: one file of helpers for
// nerdctl's own tests, built into the program, names its interface.
module github.com/containerd/nerdctl/mod/tigron

go 1.26.0
