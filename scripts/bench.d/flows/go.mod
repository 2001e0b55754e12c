module rkube.dev/bench/flows
go 1.26.0
