#!/bin/bash
# parts/debian.sh MIRROR OUT: the node's Debian as OUT/base.tar, and the files of it that component images use under
# OUT/tools. Packages are verified by apt against Debian's keys.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
mirror=$1 out=$2
# shellcheck source-path=SCRIPTDIR source=../versions.env
. "$here/versions.env"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
sources="deb [signed-by=$keys] $mirror $DEBIAN main
deb [signed-by=$keys] $mirror $DEBIAN-updates main
deb [signed-by=$keys] ${mirror%/debian}/debian-security $DEBIAN-security main"
# The image has no use for what only people read. Proxies and the like as apt has them on this machine.
options=(--components=main --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*'
  --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/bash-completion/*')
apt-config dump | grep -E '^Acquire::(http|https|Retries|Check)' >"$out/apt.conf" || :
[ ! -s "$out/apt.conf" ] || options+=(--aptopt="$out/apt.conf")

node=systemd,systemd-sysv,dbus,util-linux,mount,procps,kmod,iproute2,iptables,nftables,conntrack,ethtool,curl,jq,ca-certificates,crun
mmdebstrap --variant=essential --include="$node" "${options[@]}" --customize-hook="$here/parts/trim.sh" \
  --customize-hook="copy-out /var/lib/dpkg/status $out" "$DEBIAN" "$out/base.tar" - <<<"$sources"

# A second, unconfigured tree, for busybox and for nft with the libraries it needs: found by the tree's own loader.
mmdebstrap --variant=extract --include=busybox-static,nftables "${options[@]}" "$DEBIAN" "$out/extract.tar" - <<<"$sources"
mkdir "$out/extract" "$out/tools"
tar -C "$out/extract" -xf "$out/extract.tar" --exclude='./dev/*'
cd "$out/extract"
loader=$(readlink -f usr/lib*/ld-linux-*.so.* | head -n 1)
libraries=$(dirname usr/lib/*-linux-gnu*/libc.so.6)
"$loader" --library-path "$libraries" --list usr/sbin/nft >"$out/nft-libraries"
if grep 'not found' "$out/nft-libraries"; then exit 1; fi
mapfile -t needed < <(sed -n "s|.*=> $libraries/\(.*\) (.*|$libraries/\1|p" "$out/nft-libraries")
[ "${#needed[@]}" -ge 5 ] || { cat "$out/nft-libraries"; echo 'expected at least 5 libraries of nft' >&2; exit 1; }
mkdir -p "$out/tools/usr/bin" "$out/tools/usr/sbin" "$out/tools/$libraries" "$out/tools/usr/lib64"
cp -L usr/bin/busybox "$out/tools/usr/bin/"
cp -L usr/sbin/nft "$out/tools/usr/sbin/"
cp -L "${needed[@]}" "$out/tools/$libraries/"
cp -L "$loader" "$out/tools/usr/lib64/"
"$loader" --library-path "$out/tools/$libraries" "$out/tools/usr/sbin/nft" --version
usr/bin/busybox 2>&1 | head -n 1 >"$out/busybox-version"
cd "$out" && rm -rf extract extract.tar apt.conf nft-libraries
