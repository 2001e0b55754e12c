#!/bin/bash
# tools.sh OUT: what a lab host has that Debian has not, laid out as on the host: nerdctl, RootlessKit 3 (beside
# Debian's 2, for whoever puts it first on PATH), and upstream's scripts that start Docker and containerd rootless.
# Sources and checksums are those of go/*/go.mod and go.sum. For a new version: change go.mod, then `go mod tidy -e` there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath "$1")
bin=$out/usr/local/bin rootlesskit=$out/opt/rootlesskit-3/bin
mkdir -p "$bin" "$rootlesskit"
command -v go >/dev/null || { echo "go not found: Go 1.26 or newer is needed" >&2; exit 1; }
export GOWORK=off GOFLAGS='-mod=readonly -trimpath -buildvcs=false' GOTOOLCHAIN=local CGO_ENABLED=0

# module NAME: goes to the module go/NAME; module_dir PATH: its folder; version PATH: as v1.2.3
module() { echo "$1"; cd "$here/go/$1"; }
module_dir() { go mod download "$1" && go list -m -f '{{.Dir}}' "$1"; }
version() { go list -m -f '{{.Version}}' "$1"; }

module docker
install -m 755 "$(module_dir github.com/docker/docker)"/contrib/dockerd-rootless{,-setuptool}.sh "$bin"

module rootlesskit
m=github.com/rootless-containers/rootlesskit/v3
for program in rootlesskit rootlessctl rootlesskit-docker-proxy; do
  go build -ldflags '-s -w' -o "$rootlesskit/$program" $m/cmd/$program
done

module nerdctl
m=github.com/containerd/nerdctl/v2
go build -ldflags "-s -w -X $m/pkg/version.Version=$(version $m)" -o "$bin/nerdctl" $m/cmd/nerdctl
install -m 755 "$(module_dir $m)"/extras/rootless/containerd-rootless{,-setuptool}.sh "$bin"
