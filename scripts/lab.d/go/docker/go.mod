// Only scripts are taken of it, no package is imported: nothing to tidy.
module rkube.dev/lab/docker

go 1.26.0

require github.com/docker/docker v28.5.2+incompatible
