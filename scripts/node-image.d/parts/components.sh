#!/bin/bash
# parts/components.sh PARTS OUT: the node image's second layer as the tree OUT/tree, images.json and layers.txt. PARTS is a folder
# with a link to each part. A file that several images hold is one file with several hard links: on disk and in the
# page cache there is one copy of it, also for the node's own /usr/local/bin.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
parts=$1 out=$2
# shellcheck source-path=SCRIPTDIR source=../versions.env
. "$here/versions.env"
tree=$out/tree layers=$out/tree/usr/lib/rkube/layers
mkdir -p "$tree/usr/local/bin" "$tree/opt/cni/bin" "$layers"

# The node's own files first: layers link to them.
cp -r "$here/rootfs/." "$tree/"
chmod -R u=rwX,go=rX "$tree" # whatever the umask of the checkout was
sed -i "s/@PAUSE@/$PAUSE/" "$tree/etc/containerd/config.toml"
bin=$tree/usr/local/bin
cp "$parts"/go-{kube/kube,coredns/coredns,etcd/etcd,containerd/containerd,containerd/containerd-shim-runc-v2,flannel/flanneld} "$bin/"
cp "$parts"/debian/tools/usr/bin/busybox "$bin/"
cp "$parts"/go-cni/* "$tree/opt/cni/bin/"
gcc -Os -static -s -Wall -Wextra -o "$bin/pause" "$here/pause.c"
kube_names='kubeadm kubelet kubectl kube-apiserver kube-controller-manager kube-scheduler kube-proxy'
links() { # links DIRECTORY TARGET NAME...: symbolic links beside their target
  local directory=$1 target=$2 name
  shift 2
  for name; do ln -s "$target" "$directory/$name"; done
}
links "$bin" containerd ctr rkube-images
links "$bin" etcd etcdctl etcdutl
links "$bin" kube kubeadm kubelet kubectl
links "$bin" busybox ping nc nslookup less vi

# Roots of the component images.
root() { # root NAME PROGRAM...: a new root with programs of the node in usr/local/bin
  local program
  r=$layers/$1
  mkdir -p "$r/fs/usr/local/bin" "$r/fs/etc" "$r/fs/run" "$r/fs/var" "$r/fs/proc" "$r/fs/sys" "$r/fs/dev"
  mkdir -m 1777 "$r/fs/tmp"
  r=$r/fs
  echo 'root:x:0:0:root:/:/bin/sh' >"$r/etc/passwd"
  echo 'root:x:0:' >"$r/etc/group"
  shift
  for program; do ln "$bin/$program" "$r/usr/local/bin/"; done
}
shell() { # busybox under all its names, in the root made last
  local d
  mkdir -p "$r/usr/bin" "$r/usr/sbin"
  for d in bin sbin; do ln -s usr/$d "$r/$d"; done
  ln "$bin/busybox" "$r/usr/bin/busybox"
  "$bin/busybox" --list | grep -vx busybox | xargs -I{} ln -s busybox "$r/usr/bin/{}"
}
nft() { # nft, iptables and their libraries, in the root made last
  local d
  cp -al "$parts_tools/usr/." "$r/usr/"
  for d in lib lib64; do ln -s usr/$d "$r/$d"; done
}
parts_tools=$out/tools # in this folder, because hard links end at a file system's border
cp -a "$parts/debian/tools" "$parts_tools"
rm -r "${parts_tools:?}/usr/bin"

# shellcheck disable=SC2086 # a list
{
  root kube kube
  links "$r/usr/local/bin" kube $kube_names
  root kube-proxy kube
  links "$r/usr/local/bin" kube $kube_names
  shell && nft
}
root etcd etcd
links "$r/usr/local/bin" etcd etcdctl etcdutl
root coredns coredns
root flannel flanneld
mkdir -p "$r/opt/bin"
ln -s /usr/local/bin/flanneld "$r/opt/bin/flanneld" # where Flannel's published image and manifests have it
shell && nft
root tools
shell
root pause
ln "$bin/pause" "$r/pause"
rm -r "$parts_tools" "$bin/pause" "$bin/flanneld" "$bin/coredns" # not for use in the node itself; the links remain

# A layer's digest is that of its tar, which exists only for this moment.
for layer in "$layers"/*; do
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=gnu -C "$layer/fs" -cf - . |
    tee >(wc -c >"$out/bytes") | sha256sum | cut -c 1-64 >"$out/sha256"
  while [ ! -s "$out/bytes" ]; do sleep 0.1; done
  echo "$(basename "$layer") $(cat "$out/sha256") $(cat "$out/bytes")" >>"$out/layers.txt"
  mv "$layer" "$layers/$(cat "$out/sha256")"
  rm "$out/bytes" "$out/sha256"
done
