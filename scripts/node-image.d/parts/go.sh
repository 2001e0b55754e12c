#!/bin/bash
# parts/go.sh COMPONENT OUT: builds a component's programs into OUT. Sources and checksums are those of its go.mod and go.sum.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
component=$1 out=$2
# shellcheck source-path=SCRIPTDIR source=../versions.env
. "$here/versions.env"
export GOWORK=off GOFLAGS='-mod=readonly -trimpath -buildvcs=false' GOTOOLCHAIN=local CGO_ENABLED=0
cd "$here/go/$component"

pinned() { # pinned MODULE VERSION: versions.env and go.mod must say the same
  local found
  found=$(go list -m -f '{{.Version}}' "$1")
  [ "$found" = "v$2" ] || {
    echo "$component: versions.env says $1 v$2, its go.mod says $found: run scripts/node-image.d/update-modules" >&2
    exit 1
  }
}
build() { # build OUTPUT PACKAGE [LDFLAGS] [TAGS]; -s -w: no symbol table and DWARF, a third of the size
  echo "go build $2"
  go build -tags "${4:-}" -ldflags "-s -w ${3:-}" -o "$out/$1" "$2"
}

case $component in
  kube)
    pinned k8s.io/kubernetes "$KUBERNETES"
    minor=${KUBERNETES#1.} stamp=
    for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
      stamp+=" -X $package.gitVersion=v$KUBERNETES -X $package.gitMajor=1 -X $package.gitMinor=${minor%.*} -X $package.gitTreeState=clean"
    done
    build kube . "$stamp"
    # The names kubeadm will ask for: if they are not those of versions.env, init would look for a registry.
    ln -s kube "$out/kubeadm"
    "$out/kubeadm" config images list --kubernetes-version "v$KUBERNETES" >"$out/kubeadm-images"
    printf 'registry.k8s.io/%s\n' {kube-apiserver,kube-controller-manager,kube-scheduler,kube-proxy}:v"$KUBERNETES" \
      coredns/coredns:v"$COREDNS" pause:"$PAUSE" etcd:"$ETCD_IMAGE" | diff - "$out/kubeadm-images" || {
      echo "versions.env and kubeadm v$KUBERNETES differ: see the lines above, > is what kubeadm wants" >&2
      exit 1
    }
    rm "$out/kubeadm"
    ;;
  coredns)
    pinned github.com/coredns/coredns "$COREDNS"
    build coredns .
    ;;
  etcd)
    pinned go.etcd.io/etcd/server/v3 "$ETCD"
    build etcd .
    ;;
  containerd)
    m=github.com/containerd/containerd/v2
    pinned $m "$CONTAINERD"
    build containerd . "-X $m/version.Version=v$CONTAINERD"
    build containerd-shim-runc-v2 $m/cmd/containerd-shim-runc-v2 "-X $m/version.Version=v$CONTAINERD"
    ;;
  flannel) # cgo: on amd64 its UDP backend is C. The tags keep libc's resolver out, which cannot be linked statically.
    pinned github.com/flannel-io/flannel "$FLANNEL"
    CGO_ENABLED=1 build flanneld github.com/flannel-io/flannel \
      "-X github.com/flannel-io/flannel/pkg/version.Version=v$FLANNEL -extldflags -static" netgo,osusergo
    ;;
  cni)
    m=github.com/containernetworking/plugins
    pinned $m "$CNI_PLUGINS"
    for plugin in ipam/host-local main/loopback main/ptp meta/portmap; do
      build "${plugin#*/}" $m/plugins/$plugin "-X $m/pkg/utils/buildversion.BuildVersion=v$CNI_PLUGINS"
    done
    ;;
  *)
    echo "no component $component" >&2
    exit 2
    ;;
esac
